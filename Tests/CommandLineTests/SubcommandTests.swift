// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Reporting
import Testing

@testable import bpfleak

@Suite struct SubcommandTests {
  @Test(
    "a subcommand has the options that stand before its name too",
    arguments: [
      ["record", "--quiet", "--output", "F", "--duration", "1s", "--", "echo", "meminfo"],
      ["--quiet", "record", "--output", "F", "--duration", "1s", "--", "echo", "meminfo"],
      ["--output", "F", "--duration=1s", "record", "--quiet", "--", "echo", "meminfo"],
    ])
  func optionsBefore(words: [String]) throws {
    let record = try #require(try Subcommand.parse(words) as? RecordCommand)
    #expect(record.report.quiet && record.output == "F")
    #expect(record.trace.duration == DurationArgument(argument: "1s"))
    #expect(record.command == ["echo", "meminfo"])
  }

  @Test("no flag of a subcommand hides its name, and no value is taken for one")
  func flags() throws {
    for flag in ["--ndjson", "--no-audit", "--fail-on-leak", "--verbose", "--quiet"] {
      #expect(try Subcommand.parse([flag, "record", "--output", "F"]) is RecordCommand)
    }
    for flag in ["--ndjson", "--explain"] {
      #expect(try Subcommand.parse([flag, "meminfo"]) is MeminfoCommand)
    }
    let named = try #require(try Subcommand.parse(["--comm", "record"]) as? BPFLeak)
    #expect(named.scope.comm == "record")
    let traced = try #require(try Subcommand.parse(["--", "record"]) as? BPFLeak)
    #expect(traced.command == ["record"])
  }

  @Test(
    "an empty command, and help on what there is not, are refused",
    arguments: [["--"], ["--quiet", "--"], ["record", "--output", "F", "--"], ["help", "nope"]])
  func refused(words: [String]) {
    do {
      _ = try Subcommand.parse(words)
      Issue.record("taken: \(words)")
    } catch {
      #expect(BPFLeak.exitCode(for: error) == .validationFailure)
    }
  }

  @Test(
    "each subcommand tells the version",
    arguments: Subcommand.allCases)
  func version(of subcommand: Subcommand) {
    do {
      _ = try Subcommand.parse([subcommand.rawValue, "--version"])
      Issue.record("taken")
    } catch {
      #expect(subcommand.type.exitCode(for: error).isSuccess)
      #expect(subcommand.type.fullMessage(for: error) == Version.current)
    }
  }

  @Test("--events takes spaces after its commas, and all is all beside others too")
  func eventTypes() throws {
    func types(_ list: String) throws -> Set<LineType> {
      try ReportOptions.parse(["--ndjson", "--events", list]).lineTypes
    }
    #expect(try types("leak, summary") == [.leak, .summary])
    #expect(try types("all") == Set(LineType.selectable))
    #expect(try types("leak,all") == Set(LineType.selectable))
  }

  @Test("a process that is named twice is traced once")
  func namedTwice() throws {
    let scope = try ScopeOptions.parse(["--pid", "7", "--pid", "3", "--pid", "7"])
    let settings = try TraceSettings(
      scope, [], TraceOptions.parse([]), ReportOptions.parse([]), output: nil)
    #expect(settings.processes.map(\.raw) == [7, 3])
  }
}
