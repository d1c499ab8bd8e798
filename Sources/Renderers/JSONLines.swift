// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
import Reporting

/// JSON objects as bytes, one per line, written without an allocation for each.
///
/// Text is UTF-8 with control characters escaped. Invalid UTF-8 has become U+FFFD before.
public struct JSONLines: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false
  /// The process that lines about the stream itself name: bpfleak.
  let ownProcess: ProcessID

  public init(ownProcess: ProcessID) {
    self.ownProcess = ownProcess
    bytes.reserveCapacity(1 << 16)
  }

  public var isEmpty: Bool { bytes.isEmpty }
  public var count: Int { bytes.count }

  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Removes the bytes between two counts: a line that turned out to be wrong.
  public mutating func remove(_ range: Range<Int>) { bytes.removeSubrange(range) }

  /// Appends whole lines that were written before.
  public mutating func append(_ lines: ArraySlice<UInt8>) { bytes.append(contentsOf: lines) }

  mutating func begin() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  // MARK: Fields

  mutating func key(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func field(_ name: StaticString, _ value: UInt64) {
    key(name)
    append(value)
  }

  mutating func field(_ name: StaticString, _ value: Int) { field(name, Int64(value)) }

  mutating func field(_ name: StaticString, _ value: Int64) {
    key(name)
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    append(value.magnitude)
  }

  mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    literal(value ? "true" : "false")
  }

  mutating func field(_ name: StaticString, _ value: String) {
    key(name)
    append(text: value)
  }

  /// A fixed word that needs no escaping.
  mutating func field(_ name: StaticString, word: StaticString) {
    key(name)
    bytes.append(UInt8(ascii: "\""))
    literal(word)
    bytes.append(UInt8(ascii: "\""))
  }

  /// The type of the line; its name needs no escaping.
  mutating func field(_ type: LineType) {
    key("type")
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: type.rawValue.utf8)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func field(_ name: StaticString, address: UInt64?) {
    key(name)
    guard let address else { return literal("null") }
    append(address: address)
  }

  mutating func field(_ name: StaticString, optional value: UInt64?) {
    guard let value else { return null(name) }
    field(name, value)
  }

  mutating func field(_ name: StaticString, optional value: String?) {
    guard let value else { return null(name) }
    field(name, value)
  }

  mutating func null(_ name: StaticString) {
    key(name)
    literal("null")
  }

  mutating func array(_ name: StaticString, _ values: [String]) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(text: value)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  mutating func object(_ name: StaticString, _ body: (inout JSONLines) -> Void) {
    key(name)
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// A list of objects. `body` writes the fields of each.
  mutating func objects<Element>(
    _ name: StaticString, _ elements: [Element], _ body: (inout JSONLines, Element) -> Void
  ) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "{"))
      needsComma = false
      body(&self, element)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  // MARK: Values

  mutating func literal(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: UInt64) {
    if value < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(value)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var start = 20
      while rest > 0 {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      bytes.append(contentsOf: digits[start...])
    }
  }

  mutating func append(address: UInt64) {
    literal("\"0x")
    var shift = max(0, (63 - address.leadingZeroBitCount) & ~3)
    while shift >= 0 {
      bytes.append(Self.hexDigit(UInt8(address >> UInt64(shift) & 15)))
      shift -= 4
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func append(text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 { append(escaped: byte) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(escaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0..<0x20, 0x7f:
      literal("\\u00")
      bytes.append(Self.hexDigit(byte >> 4))
      bytes.append(Self.hexDigit(byte & 15))
    default:
      bytes.append(byte)
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
