// SPDX-License-Identifier: Apache-2.0

/// Half-open `[start, end)` byte addresses.
///
/// Every pair of numbers is a value: a range that would end before it starts is empty, because the
/// numbers come from a traced process and nothing it does may trap the tracer. The last byte of the
/// 64-bit space lies outside every range; no user mapping reaches it.
public struct AddressRange: Hashable, Sendable {
  public var start: UInt64
  public var end: UInt64

  @inlinable
  public init(start: UInt64, end: UInt64) {
    self.start = start
    self.end = end
  }

  /// `length` bytes from `start`, cut off at `UInt64.max`.
  @inlinable
  public init(start: UInt64, length: UInt64) {
    let (end, overflow) = start.addingReportingOverflow(length)
    self.init(start: start, end: overflow ? .max : end)
  }

  /// The whole 64-bit space but for its last byte.
  public static let everything = AddressRange(start: 0, end: .max)

  @inlinable
  public var isEmpty: Bool { end <= start }

  /// Bytes; 0 when empty.
  @inlinable
  public var length: UInt64 { isEmpty ? 0 : end &- start }

  @inlinable
  public func contains(_ address: UInt64) -> Bool { start <= address && address < end }

  /// Whether at least one byte is in both; an empty range overlaps nothing.
  @inlinable
  public func overlaps(_ other: AddressRange) -> Bool {
    max(start, other.start) < min(end, other.end)
  }

  /// The bytes in both; empty, at no particular address, when there are none.
  @inlinable
  public func intersection(_ other: AddressRange) -> AddressRange {
    AddressRange(start: max(start, other.start), end: min(end, other.end))
  }
}

extension AddressRange: Comparable {
  /// By start, then by end.
  @inlinable
  public static func < (left: AddressRange, right: AddressRange) -> Bool {
    left.start == right.start ? left.end < right.end : left.start < right.start
  }
}

extension AddressRange: CustomStringConvertible {
  /// `0x7f0000001000-0x7f0000003000`.
  public var description: String {
    "0x" + String(start, radix: 16) + "-0x" + String(end, radix: 16)
  }
}
