// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit
import Testing

@testable import Recording

@Suite struct DamageTests {
  private let records: [[UInt8]]
  private let file: [UInt8]
  /// The offset of each block, and the end of the last one.
  private let borders: [Int]

  init() {
    let records = (0..<UInt64(24)).map { index in
      bytes(of: [
        0x30_0003 | index % 3 << 40, 7 << 32 | 7, 1000 * index, 0xffff_8881, index << 12, 9,
      ])
    }
    self.records = records
    let file = recording(records, blockEvery: 4)
    self.file = file
    borders = file.indices.filter { file[$0...].starts(with: RecordingFormat.blockMagic) }
  }

  private func recordsRead(_ items: [Read]) -> [[UInt8]] {
    items.compactMap { if case .record(let bytes) = $0 { bytes } else { nil } }
  }

  private func recordsMissing(_ items: [Read]) -> UInt64 {
    items.reduce(0) { sum, item in if case .gap(let count) = item { sum + count } else { sum } }
  }

  @Test("a file that ends between two blocks is read completely, without damage")
  func cutBetweenBlocks() throws {
    #expect(borders.count == 6)
    for (index, border) in borders.enumerated() {
      let (items, damage) = try read(Array(file[..<border]))
      #expect(recordsRead(items) == Array(records[..<(4 * index)]))
      #expect(damage.isNone)
    }
  }

  @Test("a file that was cut anywhere gives its intact blocks and reports the cut")
  func cutAnywhere() throws {
    for length in 1..<file.count {
      let (items, damage) = try read(Array(file[..<length]))
      let whole = max(0, borders.count { $0 + 1 <= length } - 1)
      let isBorder = borders.contains(length) || length == RecordingFormat.fileHeaderBytes
      let blocks = isBorder ? borders.count { $0 < length } : whole
      #expect(recordsRead(items) == Array(records[..<(4 * blocks)]), "at \(length)")
      #expect(damage.isCut == !isBorder && damage.records == 0, "at \(length)")
    }
  }

  @Test("one wrong bit costs at most one block, and the lost records are counted")
  func flips() throws {
    for place in RecordingFormat.fileHeaderBytes..<file.count {
      var damaged = file
      damaged[place] ^= 1 << UInt8(place % 8)
      let (items, damage) = try read(damaged)
      let block = borders.lastIndex { $0 <= place } ?? 0
      let kept = Array(records[..<(4 * block)] + records[(4 * block + 4)...])
      #expect(recordsRead(items) == kept, "at \(place)")
      #expect(!damage.isNone)
      let isLast = block == borders.count - 1
      #expect(damage.isCut == isLast)
      #expect(recordsMissing(items) == (isLast ? 0 : 4))
    }
  }

  @Test("a block that was taken out is reported as missing")
  func hole() throws {
    let (items, damage) = try read(Array(file[..<borders[2]] + file[borders[4]...]))
    #expect(recordsRead(items) == Array(records[..<8] + records[16...]))
    #expect(damage == RecordingDamage(hasGaps: true, records: 8))
  }

  @Test("any amount of random damage gives records in order or none, and reading ends")
  func anything() throws {
    var random = SplitMix64(state: 3)
    for round in 0..<400 {
      var damaged = file
      for _ in 0...random.below(4) where !damaged.isEmpty {
        let start = random.below(damaged.count)
        let end = min(damaged.count, start + random.below(400))
        switch random.below(4) {
        case 0: damaged.removeSubrange(start..<end)
        case 1:
          for place in start..<end { damaged[place] = UInt8(truncatingIfNeeded: random.next()) }
        case 2:
          damaged.insert(contentsOf: Array(damaged[start..<end]), at: random.below(damaged.count))
        default: damaged.removeSubrange(end...)
        }
      }
      guard let (items, _) = try? read(damaged) else { continue }
      var rest = records[...]
      for record in recordsRead(items) {
        guard let place = rest.firstIndex(of: record) else {
          Issue.record("round \(round): a record that is not the next of any")
          break
        }
        rest = rest[(place + 1)...]
      }
    }
  }

  @Test("random bytes with a correct checksum are read to their end")
  func nonsense() throws {
    var random = SplitMix64(state: 5)
    for _ in 0..<500 {
      var payload = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if !payload.isEmpty { payload[0] = UInt8(0x80 + random.below(13) + 64 * random.below(2)) }
      _ = try items(in: forged(block: payload))
    }
  }

  @Test("a file that is no recording, or of another version, is refused with that reason")
  func refused() throws {
    #expect(throws: RecordingDefect.empty) { try read([]) }
    #expect(throws: RecordingDefect.notARecording) { try read(Array("#!/bin/sh\nexit 0\n".utf8)) }
    #expect(throws: RecordingDefect.notARecording) { try read(Array(repeating: 0, count: 5000)) }
    var other = file
    other[8] = 7
    #expect(throws: RecordingDefect.otherVersion(7)) { try read(other) }
  }

  @Test("a recording without its first bytes still gives its blocks")
  func headless() throws {
    let (items, damage) = try read(Array(file[5...]))
    #expect(recordsRead(items) == records)
    #expect(damage.bytes == RecordingFormat.fileHeaderBytes - 5 && !damage.isCut)
  }

  @Test("a block that claims an impossible unpacked size is refused")
  func bomb() throws {
    let bomb = forged(block: [0x84, 0], rawBytes: 1 << 27, flags: 1)
    let (items, damage) = try read(bomb)
    #expect(items == [] && damage.isCut)
  }
}
