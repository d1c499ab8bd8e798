// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit
import Testing

@testable import Recording

@Suite struct RecordRoundTripTests {
  @Test("records of any kind, length and thread are read byte for byte as they were written")
  func storm() throws {
    var random = SplitMix64(state: 7)
    let records = (0..<4_000).map { _ in random.record() }
    #expect(try items(in: recording(records)) == records.map { .record($0) })
  }

  @Test("a record of odd length, or a very long one, is read as it was written")
  func verbatim() throws {
    let records: [[UInt8]] = [
      [], [1], Array(repeating: 7, count: 37), Array(repeating: 9, count: 24),
      Array((0..<5000).map { UInt8(truncatingIfNeeded: $0) }), Array(repeating: 3, count: 512),
      Array(repeating: 4, count: 520),
    ]
    #expect(try items(in: recording(records)) == records.map { .record($0) })
  }

  @Test("very different numbers from one record to the next are read exactly")
  func extremes() throws {
    let values: [UInt64] = [0, .max, 1 << 63, 1, 1 << 62, 0x8000_0000_0000_1000, 4096, .max - 4095]
    let records = values.flatMap { a in values.map { bytes(of: [0x30_0003, 5, a, 1, $0, a ^ $0]) } }
    #expect(try items(in: recording(records)) == records.map { .record($0) })
  }

  @Test("steady mapping and unmapping takes less than 4 bytes an event")
  func compact() throws {
    var records: [[UInt8]] = []
    for step in UInt64(0)..<20_000 {
      let time = 1_000_000_000_000 + step * 1700 + step * step % 300
      let kind: UInt64 = step % 2 == 0 ? 0x40_0001 : 0x30_0003
      var words = [kind | 0xffff_ffff_0000_0000, 0x1234_0000_1234, time, 0xffff_8881_0000_0000]
      words += [0x7f12_3456_0000, 16384]
      if step % 2 == 0 { words += [0x22_0000_0003, 0] }
      records.append(bytes(of: words))
    }
    #expect(recording(records).count < 4 * records.count)
  }
}
