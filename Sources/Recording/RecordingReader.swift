// SPDX-License-Identifier: Apache-2.0
import CZlib
public import MappingEvents

/// Why bytes are no recording that can be read here.
public enum RecordingDefect: Error, Equatable {
  case empty
  case notARecording
  case otherVersion(UInt16)
}

/// What of a recording could not be read.
public struct RecordingDamage: Sendable, Equatable {
  /// Bytes that are of no whole block.
  public var bytes = 0
  /// The last of them reach to the end of the file: it was cut, or its writer was.
  public var isCut = false
  /// Something is missing between two blocks that are there.
  public var hasGaps = false
  /// Records that were in what is missing there.
  public var records: UInt64 = 0

  public init(
    bytes: Int = 0, isCut: Bool = false, hasGaps: Bool = false, records: UInt64 = 0
  ) {
    self.bytes = bytes
    self.isCut = isCut
    self.hasGaps = hasGaps
    self.records = records
  }

  public var isNone: Bool { bytes == 0 && !hasGaps }
}

/// Goes through a recording from its start to its end, and over what is damaged.
public struct RecordingReader: ~Copyable {
  public enum Item {
    /// As it came from the kernel, 8-byte aligned; valid until the next item is asked for.
    case record(UnsafeRawBufferPointer)
    case frame(RecordingFrame)
    /// Something is missing here, that many records and what came between them.
    case gap(records: UInt64)
  }

  public private(set) var damage = RecordingDamage()

  private let file: UnsafeRawBufferPointer
  private var place: Int
  private var slots = RecordSlots()
  private var payload = ByteBuffer(capacity: RecordingFormat.blockBytes + (64 << 10))
  private var cursor: ByteCursor
  private var verbatim: [UInt64] = []
  private var expectedSequence: UInt32 = 0
  private var expectedRecord: UInt64 = 0
  private var gap: UInt64?

  /// Reads `bytes`, which have to stay where they are.
  public init(_ bytes: UnsafeRawBufferPointer) throws(RecordingDefect) {
    let place = try Self.begin(bytes)
    self.init(bytes, from: place)
  }

  private init(_ bytes: UnsafeRawBufferPointer, from place: Int) {
    file = bytes
    self.place = place
    cursor = ByteCursor(payload.base, count: 0)
  }

  /// Where the blocks begin.
  private static func begin(_ bytes: UnsafeRawBufferPointer) throws(RecordingDefect) -> Int {
    if bytes.isEmpty { throw .empty }
    let magic = RecordingFormat.fileMagic
    if bytes.count >= RecordingFormat.fileHeaderBytes, bytes.starts(with: magic) {
      let version = UInt16(
        littleEndian: bytes.loadUnaligned(fromByteOffset: magic.count, as: UInt16.self))
      if version != RecordingFormat.version { throw .otherVersion(version) }
      return RecordingFormat.fileHeaderBytes
    }
    // One that was cut within its first bytes, or whose first bytes are damaged, is one all the same.
    let isCut = bytes.count < RecordingFormat.fileHeaderBytes
    if isCut, bytes.prefix(magic.count).elementsEqual(magic.prefix(bytes.count)) { return 0 }
    if block(in: bytes, from: 0) == nil { throw .notARecording }
    return 0
  }

  /// Whether an answer comes next: what was asked because of the item before.
  public mutating func nextIsAnswer() -> Bool {
    if gap != nil { return false }
    if cursor.left == 0 { openBlock() }
    guard gap == nil, let type = cursor.peeked else { return false }
    return RecordingFormat.isAnswer(type)
  }

  /// Nil at the end. Paths become ids in `texts`.
  public mutating func next(texts: inout TextTable) -> Item? {
    while true {
      if cursor.left == 0, gap == nil { openBlock() }
      if let records = gap {
        gap = nil
        return .gap(records: records)
      }
      guard let type = cursor.byte() else { return nil }
      if type < 0x80 {
        let record =
          type == RecordingFormat.verbatim ? readVerbatim() : slots.read(type, from: &cursor)
        if let record {
          expectedRecord += 1
          return .record(record)
        }
        abandonBlock()
        continue
      }
      guard let length = cursor.varint(), length <= UInt64(cursor.left),
        let bytes = cursor.bytes(Int(length))
      else {
        abandonBlock()
        continue
      }
      // A later version may add frames that this one can do without.
      guard let type = RecordingFormat.FrameType(rawValue: type) else { continue }
      var from = FrameCursor(bytes)
      do throws(FrameDefect) {
        return .frame(try RecordingFrame(type, &from, &texts))
      } catch {
        damage.bytes += Int(length)
        return .gap(records: 0)
      }
    }
  }

  private mutating func readVerbatim() -> UnsafeRawBufferPointer? {
    guard let length = cursor.varint(), length <= UInt64(cursor.left),
      let bytes = cursor.bytes(Int(length))
    else { return nil }
    let count = bytes.count
    let words = (count + 7) / 8
    if verbatim.count < words { verbatim = Array(repeating: 0, count: words) }
    return verbatim.withUnsafeMutableBytes { target in
      target.copyMemory(from: bytes)
      // Stays where it is until the next one is read.
      return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count])
    }
  }

  /// Bytes that a checksum vouches for and that still say nothing: the writer was at fault.
  private mutating func abandonBlock() {
    damage.bytes += max(1, cursor.left)
    cursor = ByteCursor(payload.base, count: 0)
    // What it held is noted once the next block says how far the count is.
    if gap == nil { gap = 0 }
  }

  // MARK: Blocks

  struct Block {
    var start: Int
    var sequence: UInt32
    var isPacked: Bool
    var firstRecord: UInt64
    var rawBytes: Int
    var body: Range<Int>
  }

  /// Unpacks the next block that is whole; none is left when the cursor stays empty.
  private mutating func openBlock() {
    while place < file.count {
      guard let block = Self.block(in: file, from: place) else {
        damage.bytes += file.count - place
        damage.isCut = true
        place = file.count
        return
      }
      let skipped = block.start - place
      damage.bytes += skipped
      place = block.body.upperBound
      guard block.firstRecord >= expectedRecord, unpack(block) else {
        damage.bytes += block.body.count
        gap = gap ?? 0
        continue
      }
      let missing = block.firstRecord - expectedRecord
      if skipped > 0 || missing > 0 || block.sequence != expectedSequence || gap != nil {
        damage.hasGaps = true
        damage.records &+= missing
        gap = missing
      }
      expectedRecord = block.firstRecord
      expectedSequence = block.sequence &+ 1
      slots.reset()
      cursor = ByteCursor(payload.base, count: payload.count)
      return
    }
  }

  private mutating func unpack(_ block: Block) -> Bool {
    let body = UnsafeRawBufferPointer(rebasing: file[block.body])
    payload.removeAll()
    if !block.isPacked {
      payload.append(body.bindMemory(to: UInt8.self))
      return true
    }
    let target = payload.reserve(block.rawBytes)
    let length = bpfleak_inflate(
      body.bindMemory(to: UInt8.self).baseAddress, body.count, target, block.rawBytes)
    guard length == block.rawBytes else { return false }
    payload.advance(to: target + block.rawBytes)
    return true
  }

  /// The first whole block at or after `place`.
  static func block(in file: UnsafeRawBufferPointer, from place: Int) -> Block? {
    let first = RecordingFormat.blockMagic[0]
    var start = place
    while file.count - start >= RecordingFormat.blockHeaderBytes {
      if file[start] == first, let block = block(in: file, at: start) { return block }
      start += 1
    }
    return nil
  }

  private static func block(in file: UnsafeRawBufferPointer, at start: Int) -> Block? {
    let end = start + RecordingFormat.blockHeaderBytes
    let header = UnsafeRawBufferPointer(rebasing: file[start..<end])
    func word(_ offset: Int) -> UInt32 {
      UInt32(littleEndian: header.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    guard header.starts(with: RecordingFormat.blockMagic),
      word(40) == checksum(header, count: 40)
    else { return nil }
    let (raw, stored) = (Int(word(24)), Int(word(28)))
    // Deflate makes nothing a thousand times smaller: more would be a trap.
    guard raw <= RecordingFormat.mostBlockBytes, raw <= 1100 * (stored + 1),
      stored <= file.count - end
    else { return nil }
    let body = end..<end + stored
    guard word(36) == checksum(UnsafeRawBufferPointer(rebasing: file[body]), count: stored) else {
      return nil
    }
    let isPacked = word(12) & 1 != 0
    guard isPacked || raw == stored else { return nil }
    let firstRecord = UInt64(
      littleEndian: header.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    return Block(
      start: start, sequence: word(8), isPacked: isPacked, firstRecord: firstRecord,
      rawBytes: raw, body: body)
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer, count: Int) -> UInt32 {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    return Recording.checksum(base, count)
  }
}
