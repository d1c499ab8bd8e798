// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import LeakDetection
@testable import Renderers
@testable import Reporting

@Suite struct LeakNDJSONTests {
  private static let when = KernelInstant(nanoseconds: 5000)

  private func leak(_ verdict: Verdict, resident: UInt64?, isFinal: Bool) throws -> ParsedLine {
    let report = LeakReport(verdict, residentBytes: resident, at: Self.when)
    return try ParsedLine.written { $0.write(report, isFinal: isFinal, at: Self.when) }
  }

  private var verdict: Verdict {
    Verdict(
      subject: Verdict.Subject(space: 3, origin: Origin(kind: .threadStack, unitBytes: 10 << 20)),
      standing: .leaking, rule: "thread-stacks-passed-over", process: ProcessID(100),
      processName: "ser\"ver", count: 412,
      bytes: 412 * 10 << 20, bytesPerMinute: 10_485_760.7, period: 60_000_000_000,
      first: KernelInstant(nanoseconds: 1), last: KernelInstant(nanoseconds: 4000),
      evidence: [.neverUnmapped(count: 412), .lostEvents], ranges: [], callPath: CallPathID(6))
  }

  @Test("a leak tells all that the contract asks for")
  func leak() throws {
    let leak = try leak(verdict, resident: 1 << 20, isFinal: false)
    #expect(
      leak.shape
        == ParsedLine.event([
          "verdict": "string", "kind": "string", "rule": "string",
          "count": "number",
          "bytes": "number",
          "rate_bytes_per_min": "number", "period_ns": "number", "resident_bytes": "number",
          "first_ns": "number", "last_ns": "number", "function": "null", "file": "null",
          "line": "null", "module": "null", "stack": "number", "message": "string",
          "evidence": "list", "limit": "null", "final": "bool",
        ]))
    #expect(leak["type"] == "leak" && leak["verdict"] == "leaking")
    #expect(leak["rule"] == "thread-stacks-passed-over")
    #expect(leak["kind"] == "thread-stack" && leak["comm"] == "ser\"ver")
    #expect(leak.number("count") == 412 && leak.number("bytes") == 412 * 10 << 20)
    #expect(leak.number("rate_bytes_per_min") == 10_485_760)
    #expect(leak.number("stack") == 6 && leak.flag("final") == false)
    #expect(leak.list("evidence")?.count == 3)
    #expect(leak["message"]?.hasPrefix("412 stacks of 10.0 MiB outlived") == true)
  }

  @Test("what a verdict does not know is null, and the last word is final")
  func unknownInLeak() throws {
    var verdict = verdict
    verdict.period = nil
    verdict.callPath = nil
    verdict.bytesPerMinute = 1e18
    let leak = try leak(verdict, resident: nil, isFinal: true)
    #expect(leak.isNull("period_ns") && leak.isNull("stack") && leak.isNull("resident_bytes"))
    #expect(leak.number("rate_bytes_per_min") == 1_000_000_000_000_000_000)
    #expect(leak.flag("final") == true)
  }

  @Test(
    "standings have the words of the contract",
    arguments: [Verdict.Standing.leaking, .suspect, .withdrawn])
  func standings(standing: Verdict.Standing) throws {
    var verdict = verdict
    verdict.standing = standing
    #expect(try leak(verdict, resident: nil, isFinal: false)["verdict"] == standing.rawValue)
    #expect(["leaking", "suspect", "withdrawn"].contains(standing.rawValue))
  }
}
