// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import bpfleak

/// On the program itself, without privilege: all of this is decided before anything is traced.
@Suite struct UsageTests {
  private static let capture = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Captures/leak-join-fork.bpfleak").path

  @Test(
    "wrong usage is one line on standard error, which says what is taken and what to try",
    arguments: [
      (["--duration", "0s"], ["'0s'", "30s, 5m or 1h30m", "try: bpfleak --help"]),
      (["--interval", "x"], ["'x'", "30s, 5m or 1h30m"]),
      (["--min-size", "1X"], ["'1X'", "4096, 64K or 1.5M", "try: bpfleak --help"]),
      (["--pid", "me"], ["'me'", "a process id, such as 31108", "ps -e"]),
      (["--pid", "0"], ["'0'", "a process id", "ps -e"]),
      (["--stacks", "all"], ["'all'", "auto", "fp", "none"]),
      (["--format", "svg"], ["no format 'svg'", "flamegraph"]),
      (
        ["meminfo", "--duration", "0s"],
        ["'0s'", "30s, 5m or 1h30m", "try: bpfleak meminfo --help"]
      ),
      (["meminf"], ["no command 'meminf'", "did you mean: bpfleak meminfo"]),
      (["recrod"], ["did you mean: bpfleak record"]),
      (["./server", "-v"], ["no command './server'", "sudo bpfleak -- ./server -v"]),
      (["31108"], ["no command '31108'", "sudo bpfleak --pid 31108"]),
      (["record"], ["--output FILE", "try: bpfleak record --help"]),
      (["record", "--output", "x", "--nonsense"], ["--nonsense", "try: bpfleak record --help"]),
      (["replay"], ["try: bpfleak replay --help"]),
      (["replay", "x", "--audit", "1s"], ["--audit is for bpfleak record"]),
      (["replay", "x", "--stacks", "fp"], ["--stacks is for bpfleak record"]),
      (["--noaudit"], ["--noaudit", "--no-audit"]),
    ] as [([String], [String])])
  func wrong(arguments: [String], words: [String]) throws {
    let run = try Binary.run(arguments)
    #expect(run.status == 64 && run.output == "")
    #expect(run.errors.hasPrefix("bpfleak: ") && run.errors.hasSuffix("\n"))
    #expect(run.errors.split(separator: "\n").count == 1)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
  }

  @Test("the help of every command begins its usage with the program's name")
  func usage() throws {
    for command in WrongUsage.commands {
      let text = try Binary.run(command, "--help").output
      let usage = try #require(text.split(separator: "\n").first { $0.hasPrefix("USAGE:") })
      #expect(usage.contains("bpfleak \(command)"), "\(usage)")
    }
  }

  @Test("the help of a command has what means something there, under the title it belongs to")
  func options() throws {
    let replay = try Binary.run("replay", "--help").output
    for name in ["--audit", "--stacks", "--stack-bytes", "--duration", "--interval"] {
      #expect(!replay.contains(name))
    }
    let record = try Binary.run("record", "--help").output
    #expect(
      record.contains("The file to record to") && !record.contains("instead of standard output"))
    let whole = try Binary.run("--help").output
    let titles = try [
      "WHEN AND HOW TO TRACE:", "--duration", "--stacks", "WHAT TO SHOW:", "--format",
    ]
    .map { try #require(whole.range(of: $0, options: .backwards), "\($0)").lowerBound }
    #expect(titles == titles.sorted())
  }

  @Test("shells complete formats, stack modes and types of lines")
  func completions() throws {
    let script = try Binary.run("--generate-completion-script", "bash").output
    for words in ["'flamegraph'", "'fp'", "'summary'"] { #expect(script.contains(words)) }
  }

  @Test("what was written where is said in one line at the end, unless --quiet")
  func wrote() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["x.html", "x.svg", "x.folded", "x.pb.gz", "x.txt", "x.ndjson"] {
      let path = folder.appending(path: name).path
      let run = try Binary.run("replay", Self.capture, "--output", path)
      #expect(run.status == 0 && run.output == "")
      #expect(run.errors == "bpfleak: wrote \(path): 1 leak found\n")
      #expect(try Binary.run("replay", Self.capture, "--quiet", "--output", path).errors == "")
    }
    #expect(try Binary.run("replay", Self.capture).errors == "")
  }

  @Test("bpfleak says before the run that an ending stands for no format")
  func notice() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID()).foo").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = try Binary.run("replay", Self.capture, "--output", path).errors
      .split(separator: "\n")
    #expect(lines.count == 2 && lines.first?.contains("'.foo' stands for no format") == true)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("LEAKING  "))
  }
}
