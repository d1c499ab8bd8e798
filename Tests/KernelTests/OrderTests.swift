// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelTracer
import Testing

/// Threads on several processors that take over each other's addresses as fast as the kernel lets
/// them.
extension KernelTests {
  @Suite struct OrderTests {
    /// Bytes of each mapping of `reuse_race`, and of its ring: all records, however slow the reader.
    private static let size = 64 << 10
    private static let largeRing = ["BPFLEAK_RING_BYTES": "\(256 << 20)"]
    private static let perThread =
      (Slowness.setting("BPFLEAK_TEST_HANDOVERS") ?? 20_000) / Slowness.factor

    /// Runs the program to its end and holds its table against the kernel's, with audits off. Answers
    /// what the lines say, and the last one.
    private func race(_ arguments: String...) async throws -> (HandingOver, summary: TraceLine) {
      let trace = try await Trace.start(
        ["--no-audit", "--", try Programs.test("reuse_race"), "--count", "\(Self.perThread)"]
          + arguments + ["--hold"],
        environment: Self.largeRing)
      try await trace.process.wait("its end", within: .seconds(200 * Slowness.factor)) {
        trace.process.errors.contains("done\n")
      }
      let dump = try await trace.dump()
      let pid = try #require(dump.mappings.first?.pid)
      try expectExact(dump, pid: pid)
      #expect(trace.process.errors.text.contains("pid \(pid)\n"))
      trace.process.send(SIGINT)
      _ = try await trace.process.finish()
      var lines = trace.process.output.bytes()
      let tail = try #require(TraceLine.all(Array(lines.suffix(1 << 16).drop { $0 != 10 })).last)
      return (HandingOver(in: &lines, size: Self.size), tail)
    }

    @Test(
      "an address that threads hand over by munmap is never seen mapped before it is seen freed")
    func munmap() async throws {
      let (order, summary) = try await race()
      #expect(order.mapped == 4 * Self.perThread && order.freed == order.mapped)
      #expect(order.early == 0 && order.stray == 0)
      #expect(summary.number("lost") == 0)
    }

    @Test(
      """
      a call that frees an address and has its line when it returns is late: the next one's line can \
      come before, and the table is right all the same, for it goes by the call's entry
      """)
    func mremap() async throws {
      let (order, summary) = try await race("--move", "1")
      #expect(order.mapped == 4 * Self.perThread && order.freed == order.mapped)
      #expect(order.stray == 0 && summary.number("lost") == 0)
      // What would happen to munmap if it were recorded like that.
      #expect(order.early > 0 || Slowness.isEmulated)
    }

    @Test(
      "calls of munmap that fail while other threads map and unmap change nothing",
      .needs(.kernel(KernelVersion(6, 10), for: "mseal")))
    func failing() async throws {
      let (order, summary) = try await race("--failing", "2", "--pairs", "1")
      #expect(order.mapped == 2 * Self.perThread && order.freed == order.mapped)
      #expect(order.early == 0 && order.stray == 0)
      #expect(summary.number("lost") == 0)
      #expect(order.wronglyFreed == 0)
    }
  }
}

/// What the lines say, one after the other, about the addresses that `reuse_race` hands over.
private struct HandingOver {
  var mapped = 0
  var freed = 0
  /// Mapped while the lines before still had it mapped.
  var early = 0
  /// Freed while it was not, or not all of it.
  var stray = 0
  /// Lines of munmap elsewhere, less those that take one back.
  var wronglyFreed = 0

  private static let slots: Range<UInt64> = 0x2000_0000_0000..<0x2100_0000_0000 - (1 << 32)
  private static let sealed: Range<UInt64> = slots.upperBound..<0x2100_0000_0000

  /// By hand: they are hundreds of thousands, and JSONSerialization takes its time.
  init(in lines: inout [UInt8], size: Int) {
    var live: Set<UInt64> = []
    var late: [UInt64: Int] = [:]
    lines.append(0)
    lines.withUnsafeBytes { text in
      guard var line = text.bindMemory(to: CChar.self).baseAddress else { return }
      while let newline = strchr(line, 10) {
        defer { line = UnsafePointer(newline) + 1 }
        guard let kind = LineKind.allCases.first(where: { $0.begins(line) }) else { continue }
        if kind == .munmapFailed { wronglyFreed -= 1 }
        let name = kind == .mremap ? "\"old_addr\":\"0x" : "\"addr\":\"0x"
        guard let found = strstr(line, name) else { continue }
        let slot = UInt64(strtoull(found + name.utf8.count, nil, 16))
        if kind == .munmap, Self.sealed.contains(slot) { wronglyFreed += 1 }
        guard Self.slots.contains(slot) else { continue }
        switch kind {
        case .munmapFailed: continue
        case .mmap:
          mapped += 1
          if !live.insert(slot).inserted {
            early += 1
            late[slot, default: 0] += 1
          }
        case .munmap:
          freed += 1
          let isWhole = strstr(line, "\"freed\":\(size)").map { $0 < newline } ?? false
          if live.remove(slot) == nil || !isWhole { stray += 1 }
        case .mremap:
          freed += 1
          // Of the one that was overtaken, or of the latest.
          if let count = late[slot], count > 0 {
            late[slot] = count - 1
          } else if live.remove(slot) == nil {
            stray += 1
          }
        }
      }
    }
  }

  private enum LineKind: String, CaseIterable {
    case mmap
    case munmap
    case munmapFailed = "munmap_failed"
    case mremap

    func begins(_ line: UnsafePointer<CChar>) -> Bool {
      let words = "{\"type\":\"\(rawValue)\""
      return strncmp(line, words, words.utf8.count) == 0
    }
  }
}
