// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Procfs
import TestKit
import Testing

@Suite("Texts that no kernel writes") struct HostileTextTests {
  private static let samples = [
    "5581a0000000-5581a0004000 r-xp 00002000 08:01 4711   /usr/bin/a\n1-2 rw-p 0 0:0 0 [heap]\n",
    "74499 700 300 10 0 900 0\n",
    "Name:\tserver\nTgid:\t812\nPPid:\t1\n",
    "Max address space         1073741824           unlimited            bytes\n",
    "202 0x7f00 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd1000 0x7f0010\n",
  ]

  /// A sample with some of its bytes removed, doubled or replaced.
  private func damaged(_ random: inout SplitMix64) -> [UInt8] {
    var bytes = Array(Self.samples[random.below(Self.samples.count)].utf8)
    let words = ["18446744073709551615", "-1", "0x", " ", "\n", ":", "-", "\u{e9}", "\0"]
    for _ in 0...random.below(4) where !bytes.isEmpty {
      let place = random.below(bytes.count)
      let end = min(bytes.count, place + random.below(12))
      switch random.below(4) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
      case 2: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      default: bytes.replaceSubrange(place..<end, with: words[random.below(words.count)].utf8)
      }
    }
    return bytes
  }

  @Test("any text gives a value or a refusal, and a refusal names a line that is there")
  func anything() {
    var random = SplitMix64(state: 17)
    var refused = 0
    for _ in 0..<20_000 {
      let bytes = damaged(&random)
      let text = String(decoding: bytes, as: UTF8.self)
      var texts = TextTable()
      do throws(UnexpectedText) {
        let lines = try ProcText.lines(maps: bytes)
        #expect(ProcText.areas(lines, texts: &texts).count <= lines.count)
        _ = ProcText.totals(lines, pageBytes: 4096)
      } catch {
        refused += 1
        #expect((1...bytes.count { $0 == UInt8(ascii: "\n") } + 1).contains(error.line))
      }
      _ = try? ProcText.residentPages(statm: text)
      _ = try? ProcText.process("Tgid", in: text)
      _ = try? ProcText.addressSpaceLimit(limits: text)
      _ = try? ProcText.number(text, in: "x")
      _ = try? WaitingCall(parsing: text)
      _ = ProcText.processes(cgroupProcs: text)
      #expect(ProcText.commandLine(bytes).last != " ")
    }
    #expect(refused > 10_000)
  }
}
