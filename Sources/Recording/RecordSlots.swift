// SPDX-License-Identifier: Apache-2.0

/// Writes each record as its difference to an earlier one, and reads it back. The earlier record is in
/// one of 64 slots, chosen by kind and thread.
///
/// This type knows little of the layout of records: they are words of 8 bytes, kind, length and thread
/// are in the first two, and one more word is the time. Reader and writer keep the same slots. Each block
/// begins with empty slots.
struct RecordSlots: ~Copyable {
  private let words: UnsafeMutablePointer<UInt64>
  /// How many words the record in each slot has; 0 in an empty slot.
  private let lengths: UnsafeMutablePointer<UInt8>
  private var time: UInt64 = 0

  init() {
    words = .allocate(capacity: RecordingFormat.slots * RecordingFormat.mostWords)
    words.initialize(repeating: 0, count: RecordingFormat.slots * RecordingFormat.mostWords)
    lengths = .allocate(capacity: RecordingFormat.slots)
    lengths.initialize(repeating: 0, count: RecordingFormat.slots)
  }

  deinit {
    words.deallocate()
    lengths.deallocate()
  }

  mutating func reset() {
    lengths.update(repeating: 0, count: RecordingFormat.slots)
    time = 0
  }

  // MARK: Writing

  @inline(__always)
  mutating func write(_ record: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    let count = record.count >> 3
    guard record.count & 7 == 0, count > RecordingFormat.wordOfTime,
      count <= RecordingFormat.mostWords, let base = record.baseAddress
    else { return writeVerbatim(record, to: &buffer) }
    @inline(__always) func word(_ index: Int) -> UInt64 {
      base.loadUnaligned(fromByteOffset: index << 3, as: UInt64.self)
    }
    let (head, task) = (word(0), word(1))
    let mix = (head & 0xffff) &* 0x9e37_79b9_7f4a_7c15 &+ (task >> 32) &* 0xc2b2_ae3d_27d4_eb4f
    let slot = Int(mix >> 58)
    let old = words + slot * RecordingFormat.mostWords
    var end = buffer.reserve(32 + 10 * count)
    if Int(lengths[slot]) == count, UInt32(truncatingIfNeeded: old[0] ^ head) == 0 {
      end.put(UInt8(truncatingIfNeeded: slot))
    } else {
      end.put(RecordingFormat.otherLength)
      end.put(UInt8(truncatingIfNeeded: slot))
      end.put(UInt8(truncatingIfNeeded: count))
      lengths[slot] = UInt8(truncatingIfNeeded: count)
      old.update(repeating: 0, count: count)
    }
    let now = word(RecordingFormat.wordOfTime)
    end.put(varint: zigzag(Int64(bitPattern: now &- time)))
    time = now
    old[RecordingFormat.wordOfTime] = now
    var changed: UInt64 = 0
    for index in 0..<count where old[index] != word(index) { changed |= 1 << UInt64(index) }
    end.put(varint: Self.withoutTime(changed))
    if changed & 1 != 0 {
      let difference = head &- old[0]
      end.put(difference: difference << 32 | difference >> 32)
      old[0] = head
      changed &= ~1
    }
    while changed != 0 {
      let index = changed.trailingZeroBitCount
      changed &= changed &- 1
      let new = word(index)
      end.put(difference: new &- old[index])
      old[index] = new
    }
    buffer.advance(to: end)
  }

  private func writeVerbatim(_ record: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    buffer.append(RecordingFormat.verbatim)
    buffer.append(varint: UInt64(record.count))
    buffer.append(record.bindMemory(to: UInt8.self))
  }

  /// Takes the bit of the time out. The time always differs, so it needs no bit.
  @inline(__always)
  private static func withoutTime(_ bits: UInt64) -> UInt64 {
    let low: UInt64 = (1 << UInt64(RecordingFormat.wordOfTime)) - 1
    return bits & low | bits >> 1 & ~low
  }

  /// Undoes `withoutTime`.
  @inline(__always)
  private static func withTime(_ bits: UInt64) -> UInt64 {
    let low: UInt64 = (1 << UInt64(RecordingFormat.wordOfTime)) - 1
    return bits & low | (bits & ~low) << 1
  }

  // MARK: Reading

  /// Reads the record that begins with the byte `type`. The result is valid until the next call; nil if
  /// the bytes are not a record.
  @inline(__always)
  mutating func read(_ type: UInt8, from cursor: inout ByteCursor) -> UnsafeRawBufferPointer? {
    var slot = Int(type)
    if type >= RecordingFormat.otherLength {
      guard type == RecordingFormat.otherLength, let given = cursor.byte(),
        let count = cursor.byte(), given < UInt8(RecordingFormat.slots),
        count > UInt8(RecordingFormat.wordOfTime), count <= UInt8(RecordingFormat.mostWords)
      else { return nil }
      slot = Int(given)
      lengths[slot] = count
      (words + slot * RecordingFormat.mostWords).update(repeating: 0, count: Int(count))
    }
    let count = Int(lengths[slot])
    let old = words + slot * RecordingFormat.mostWords
    guard count > 0, let passed = cursor.varint(), let bits = cursor.varint() else { return nil }
    time &+= UInt64(bitPattern: unzigzag(passed))
    old[RecordingFormat.wordOfTime] = time
    var changed = Self.withTime(bits)
    guard count == 64 || changed >> UInt64(count) == 0 else { return nil }
    if changed & 1 != 0 {
      guard let difference = cursor.difference() else { return nil }
      old[0] &+= difference << 32 | difference >> 32
      changed &= ~1
    }
    while changed != 0 {
      let index = changed.trailingZeroBitCount
      changed &= changed &- 1
      guard let difference = cursor.difference() else { return nil }
      old[index] &+= difference
    }
    return UnsafeRawBufferPointer(start: old, count: count << 3)
  }
}

extension UnsafeMutablePointer<UInt8> {
  /// Writes a difference. Addresses mostly differ by whole pages; writing those as a number of pages saves
  /// a byte or two.
  @inline(__always)
  mutating func put(difference: UInt64) {
    let signed = Int64(bitPattern: difference)
    if difference & 0xfff == 0 { return put(varint: zigzag(signed >> 12) << 1 | 1) }
    let value = zigzag(signed)
    if value >> 63 == 0 { return put(varint: value << 1) }
    put(0)
    UnsafeMutableRawPointer(self).storeBytes(of: difference.littleEndian, as: UInt64.self)
    self += 8
  }
}

/// Reads the bytes of a block.
struct ByteCursor {
  private var place: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  init(_ start: UnsafePointer<UInt8>, count: Int) {
    place = start
    end = start + count
  }

  @inline(__always) var left: Int { end - place }
  /// The next byte, without moving past it.
  @inline(__always) var peeked: UInt8? { place < end ? place.pointee : nil }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard place < end else { return nil }
    defer { place += 1 }
    return place.pointee
  }

  @inline(__always)
  mutating func varint() -> UInt64? {
    guard let first = byte() else { return nil }
    if first < 0x80 { return UInt64(first) }
    var value = UInt64(first & 0x7f)
    var shift: UInt64 = 7
    while shift < 64 {
      guard let next = byte() else { return nil }
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  @inline(__always)
  mutating func difference() -> UInt64? {
    guard let value = varint() else { return nil }
    if value & 1 != 0 { return UInt64(bitPattern: unzigzag(value >> 1)) << 12 }
    if value != 0 { return UInt64(bitPattern: unzigzag(value >> 1)) }
    guard let raw = bytes(8) else { return nil }
    return UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
  }

  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= left else { return nil }
    defer { place += count }
    return UnsafeRawBufferPointer(start: place, count: count)
  }
}
