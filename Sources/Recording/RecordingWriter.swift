// SPDX-License-Identifier: Apache-2.0
import CZlib
public import MappingEvents
public import Pipeline

/// Turns records and frames into the bytes of a recording, block by block. Finished blocks collect in
/// `finished` until the caller takes them.
///
/// A record costs tens of nanoseconds and no allocation.
public struct RecordingWriter: ~Copyable {
  public private(set) var finished: [UInt8] = []
  /// How many records were appended so far.
  public private(set) var recordCount: UInt64 = 0

  private let start: [UInt8]
  private var slots = RecordSlots()
  private var payload = ByteBuffer(capacity: RecordingFormat.blockBytes + (64 << 10))
  private var sequence: UInt32 = 0
  private var firstRecord: UInt64 = 0

  public init(_ facts: StartFacts) {
    var frame = FrameBytes()
    frame.put(facts)
    start = frame.bytes
    var header = RecordingFormat.fileMagic
    header.append(littleEndian: RecordingFormat.version)
    header.append(littleEndian: facts.wireVersion)
    header.append(littleEndian: UInt32(0))
    finished = header
    beginBlock()
  }

  /// Empties `finished`. Call this after writing it.
  public mutating func take() { finished.removeAll(keepingCapacity: true) }

  /// Returns whether that filled a block, which is then in `finished`.
  @discardableResult
  public mutating func append(_ record: UnsafeRawBufferPointer) -> Bool {
    slots.write(record, to: &payload)
    recordCount += 1
    guard payload.count >= RecordingFormat.blockBytes else { return false }
    closeBlock()
    return true
  }

  public mutating func append(_ frame: RecordingFrame, texts: TextTable = TextTable()) {
    var bytes = FrameBytes()
    frame.write(to: &bytes, texts)
    append(frame.type, bytes.bytes)
  }

  private mutating func append(_ type: RecordingFormat.FrameType, _ bytes: [UInt8]) {
    payload.append(type.rawValue)
    payload.append(varint: UInt64(bytes.count))
    payload.append(bytes)
    if payload.count >= RecordingFormat.blockBytes { closeBlock() }
  }

  /// Finishes the current block, even if it is not full. Once written, its contents survive a crash of
  /// this program.
  public mutating func closeBlock() {
    guard !payload.isEmpty else { return }
    var packed = [UInt8](repeating: 0, count: bpfleak_deflate_bound(payload.count))
    let bytes = packed.withUnsafeMutableBufferPointer { target in
      bpfleak_deflate(payload.base, payload.count, target.baseAddress, target.count)
    }
    let isPacked = bytes > 0 && bytes < payload.count
    let stored = isPacked ? bytes : payload.count
    var header = RecordingFormat.blockMagic
    header.append(littleEndian: sequence)
    header.append(littleEndian: UInt32(isPacked ? 1 : 0))
    header.append(littleEndian: firstRecord)
    header.append(littleEndian: UInt32(payload.count))
    header.append(littleEndian: UInt32(stored))
    header.append(littleEndian: UInt32(truncatingIfNeeded: recordCount - firstRecord))
    let body = isPacked ? checksum(packed, stored) : checksum(payload.base, stored)
    header.append(littleEndian: body)
    header.append(littleEndian: checksum(header, header.count))
    finished += header
    if isPacked {
      finished += packed[..<stored]
    } else {
      finished += UnsafeBufferPointer(start: payload.base, count: stored)
    }
    sequence &+= 1
    firstRecord = recordCount
    beginBlock()
  }

  private mutating func beginBlock() {
    payload.removeAll()
    slots.reset()
    if sequence % RecordingFormat.startEvery == 0 { append(.start, start) }
  }
}

func checksum(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
  bpfleak_crc32(bytes, count)
}

extension [UInt8] {
  mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
