// SPDX-License-Identifier: Apache-2.0
import Foundation
import MappingEvents
import Testing

@testable import bpfleak

/// On a capture that scripts/make-captures made with the real thing.
@Suite struct ReplayTests {
  private static let capture = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Captures/leak-join-fork.bpfleak").path

  private func replay(
    _ arguments: String..., of path: String = capture
  ) throws -> (status: Int32, text: String, failure: Failure?) {
    let output = NSTemporaryDirectory() + "bpfleak-replay.\(UUID().uuidString)"
    defer { unlink(output) }
    let recording = try RecordedFile(path)
    let facts = try recording.start()
    let options = try OutputOptions.parse(arguments + ["--quiet", "--output", output])
    var settings = try TraceSettings(
      ScopeOptions(recorded: facts.scope), [], TraceOptions.parse([]), options.report,
      output: output)
    if case .command(let words, _) = facts.scope { settings.command = words }
    var status: Int32 = -1
    var failure: Failure?
    do throws(Failure) {
      status = try ReplayRun(recording: recording, facts: facts, settings: settings).run()
    } catch {
      failure = error
    }
    return (status, try String(contentsOfFile: output, encoding: .utf8), failure)
  }

  @Test("a capture of a leaking, a joining and a forking program blames the leaking one alone")
  func verdicts() throws {
    let run = try replay("--ndjson", "--fail-on-leak")
    #expect(run.status == 3)
    let lines = run.text.split(separator: "\n")
    let final = lines.filter { $0.contains("\"type\":\"leak\"") && $0.contains("\"final\":true") }
    #expect(final.count == 1)
    #expect(final.first?.contains("45 stacks of 10.0 MiB outlived their threads") == true)
    #expect(lines.last?.contains("\"type\":\"summary\"") == true)
    #expect(lines.last?.contains("\"lost\":0,\"drift\":0") == true)
    #expect(lines.contains { $0.contains("\"comm\":\"fork_storm\"") })
    #expect(run.text.contains("\"function\":\"spawn_reporter\""))
  }

  @Test("a replay says the same each time, as text too")
  func again() throws {
    let first = try replay()
    #expect(first.status == 0 && first.text.contains("LEAKING  "))
    #expect(try replay().text == first.text)
  }

  @Test("a capture that was cut gives what is left and fails with what is missing")
  func cut() throws {
    let whole = try Data(contentsOf: URL(filePath: Self.capture))
    let path = NSTemporaryDirectory() + "bpfleak-cut.\(UUID().uuidString)"
    defer { unlink(path) }
    try whole.dropLast(60).write(to: URL(filePath: path))
    let run = try replay("--ndjson", of: path)
    #expect(run.text.contains("\"type\":\"summary\""))
    guard case .damagedRecording(_, let damage, let events)? = run.failure else {
      Issue.record("no failure")
      return
    }
    #expect(damage.isCut && events > 100)
    #expect(run.failure?.sentence.contains("\n") == false)
  }
}
