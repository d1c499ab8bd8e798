// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import Testing

@testable import MappingLedger
@testable import Renderers

/// Lines that say how complete the stream is.
@Suite struct AccountNDJSONTests {
  private static let when = KernelInstant(nanoseconds: 5000)

  @Test("a loss tells the count, the reason, and the spaces that were listed again")
  func lost() throws {
    let line = try ParsedLine.written {
      $0.writeLost(40, reason: "ring-full", spaces: [3, 8], at: Self.when)
    }
    #expect(
      line.shape == ParsedLine.event(["count": "number", "reason": "string", "spaces": "list"]))
    #expect(line["type"] == "lost" && line.number("count") == 40 && line["reason"] == "ring-full")
    #expect(line.fields["spaces"] as? [Int] == [3, 8])
    let nowhere = try ParsedLine.written { $0.writeLost(1, reason: "x", spaces: [], at: Self.when) }
    #expect(nowhere.fields["spaces"] as? [Int] == [])
  }

  @Test("an audit counts compared and corrected mappings by cause")
  func audit() throws {
    let range = AddressRange(start: 0x1000, length: 4096)
    let drift = [.missing, .stale, .stale, .changed, .stackGrowth].map {
      Drift(range: range, cause: $0)
    }
    let line = try ParsedLine.written {
      $0.writeAudit(checked: 900, drift: drift, spaces: 7, at: Self.when)
    }
    #expect(
      line.shape
        == ParsedLine.event([
          "checked": "number", "spaces": "number", "drift": "number", "mended": "number",
          "causes": "object",
        ]))
    #expect(line["type"] == "audit" && line.number("checked") == 900)
    // The growth of a main stack makes no event and is no fault of the table.
    #expect(line.number("drift") == 4 && line.number("mended") == 4)
    #expect(
      line.fields["causes"] as? [String: Int] == [
        "missing": 1, "stale": 2, "changed": 1, "stack_growth": 1,
      ])
  }

  @Test("the last line counts events, losses, drift and leaks")
  func summary() throws {
    let line = try ParsedLine.written {
      $0.writeSummary(
        Coverage(events: 100, lost: 2, drift: 1), spaces: 5, leaks: 1, duration: 9_000_000_000,
        at: Self.when)
    }
    #expect(
      line.shape
        == ParsedLine.event([
          "events": "number", "lost": "number", "drift": "number", "spaces": "number",
          "leaks": "number", "duration_ns": "number",
        ]))
    // Lines about the stream are of bpfleak itself, and of no space.
    #expect(line.number("pid") == 9 && line.number("tid") == 9 && line.number("space") == 0)
    #expect(line["comm"] == "bpfleak")
    #expect(line["type"] == "summary")
    #expect(
      ["events", "lost", "drift", "spaces", "leaks", "duration_ns"].map { line.number($0) }
        == [100, 2, 1, 5, 1, 9_000_000_000])
  }

  @Test("a failed munmap whose line is out already is taken back by another line")
  func unmapFailed() throws {
    let event = MappingEvent.other.munmapFailed().at(Self.when)
    let line = try ParsedLine.written {
      $0.writeUnmapFailed(event, space: 3, restored: 8192, name: "server")
    }
    #expect(line.shape == ParsedLine.event(["restored": "number"]))
    #expect(line["type"] == "munmap_failed" && line.number("restored") == 8192)
    #expect(line.number("tid") == 101)
  }
}
