// SPDX-License-Identifier: Apache-2.0
import CZlib
public import MappingEvents

/// Why a file cannot be read as a recording.
public enum RecordingDefect: Error, Equatable {
  case empty
  case notARecording
  case otherVersion(UInt16)
}

/// How much of a recording could not be read.
public struct RecordingDamage: Sendable, Equatable {
  /// Bytes that belong to no intact block.
  public var bytes = 0
  /// Whether the file ends in the middle of a block: the file was cut, or its writer was killed.
  public var isCut = false
  /// Whether something is missing between two intact blocks.
  public var hasGaps = false
  /// How many records are missing there.
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

/// Reads a recording from start to end, and passes over damaged parts.
public struct RecordingReader: ~Copyable {
  public enum Item {
    /// A record as the kernel side wrote it, 8-byte aligned. Valid until the next item is read.
    case record(UnsafeRawBufferPointer)
    case frame(RecordingFrame)
    /// So many records are missing here, and the frames between them.
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

  /// Reads `bytes`, which must stay valid as long as the reader.
  public init(_ bytes: UnsafeRawBufferPointer) throws(RecordingDefect) {
    let place = try Self.begin(bytes)
    self.init(bytes, from: place)
  }

  private init(_ bytes: UnsafeRawBufferPointer, from place: Int) {
    file = bytes
    self.place = place
    cursor = ByteCursor(payload.base, count: 0)
  }

  /// The offset of the first block.
  private static func begin(_ bytes: UnsafeRawBufferPointer) throws(RecordingDefect) -> Int {
    if bytes.isEmpty { throw .empty }
    let magic = RecordingFormat.fileMagic
    if bytes.count >= RecordingFormat.fileHeaderBytes, bytes.starts(with: magic) {
      let version = UInt16(
        littleEndian: bytes.loadUnaligned(fromByteOffset: magic.count, as: UInt16.self))
      if version != RecordingFormat.version { throw .otherVersion(version) }
      return RecordingFormat.fileHeaderBytes
    }
    // A file that was cut within its first bytes, or whose first bytes are damaged, is a recording too.
    let isCut = bytes.count < RecordingFormat.fileHeaderBytes
    if isCut, bytes.prefix(magic.count).elementsEqual(magic.prefix(bytes.count)) { return 0 }
    if block(in: bytes, from: 0) == nil { throw .notARecording }
    return 0
  }

  /// Whether the next item is an answer to a question that the item before caused.
  public mutating func nextIsAnswer() -> Bool {
    if gap != nil { return false }
    if cursor.left == 0 { openBlock() }
    guard gap == nil, let type = cursor.peeked else { return false }
    return RecordingFormat.isAnswer(type)
  }

  /// The next item; nil at the end. Paths are added to `texts`.
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
      // A newer version may add frame types. A reader that does not know them passes over them.
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
      // The array stays where it is until the next record is read.
      return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count])
    }
  }

  /// Gives up a block whose checksum is right but whose contents are not: the writer made a mistake.
  private mutating func abandonBlock() {
    damage.bytes += max(1, cursor.left)
    cursor = ByteCursor(payload.base, count: 0)
    // The next block has the count of records so far. That tells how many are missing.
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

  /// Unpacks the next intact block. The cursor stays empty if there is none.
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

  /// The first intact block at or after `place`.
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
    // Deflate packs at most about 1000 to 1. A block that claims more would only exhaust memory.
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
