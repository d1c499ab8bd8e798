// SPDX-License-Identifier: Apache-2.0

/// The contents of a frame while it is being written.
struct FrameBytes {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func put(_ value: Int) { put(UInt64(value)) }

  mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func put(_ text: String) { put(Array(text.utf8)) }

  mutating func put(_ raw: [UInt8]) {
    put(raw.count)
    bytes += raw
  }

  /// Writes whether there is a value, and if so, the value by calling `write`.
  mutating func put<Value>(
    _ value: Value?, _ write: (inout FrameBytes, Value) -> Void
  ) {
    put(value != nil)
    if let value { write(&self, value) }
  }

  mutating func put<Values: Collection>(
    each values: Values, _ write: (inout FrameBytes, Values.Element) -> Void
  ) {
    put(values.count)
    for value in values { write(&self, value) }
  }
}

/// The bytes are not a valid frame.
struct FrameDefect: Error {}

/// Reads the contents of a frame. It checks every count against the bytes that are left, so that a
/// damaged count cannot cost memory or time.
struct FrameCursor {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() throws(FrameDefect) -> UInt8 {
    guard let first = rest.first else { throw FrameDefect() }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return first
  }

  mutating func number() throws(FrameDefect) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let next = try byte()
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
      shift += 7
    }
    throw FrameDefect()
  }

  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(FrameDefect) -> Number {
    guard let value = Number(exactly: try number()) else { throw FrameDefect() }
    return value
  }

  mutating func flag() throws(FrameDefect) -> Bool { try byte() != 0 }

  mutating func raw() throws(FrameDefect) -> UnsafeRawBufferPointer {
    let count = try number()
    guard count <= UInt64(rest.count) else { throw FrameDefect() }
    let bytes = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(count)))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Int(count)))
    return bytes
  }

  mutating func text() throws(FrameDefect) -> String {
    String(decoding: try raw(), as: UTF8.self)
  }

  mutating func optional<Value>(
    _ read: (inout FrameCursor) throws(FrameDefect) -> Value
  ) throws(FrameDefect) -> Value? {
    try flag() ? try read(&self) : nil
  }

  mutating func list<Value>(
    _ read: (inout FrameCursor) throws(FrameDefect) -> Value
  ) throws(FrameDefect) -> [Value] {
    let count = try number()
    // Each value takes at least one byte.
    guard count <= UInt64(rest.count) else { throw FrameDefect() }
    var values: [Value] = []
    values.reserveCapacity(min(Int(count), 1 << 12))
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
}
