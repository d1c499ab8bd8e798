// SPDX-License-Identifier: Apache-2.0

/// A half-open range of byte addresses: `[start, end)`.
///
/// Any two numbers make a range. If `end` is below `start`, the range is empty: the numbers come from a
/// traced process, and nothing it does may trap the tracer. No range contains the last byte of the
/// 64-bit space; no user mapping reaches it.
public struct AddressRange: Hashable, Sendable {
  public var start: UInt64
  public var end: UInt64

  @inlinable
  public init(start: UInt64, end: UInt64) {
    self.start = start
    self.end = end
  }

  /// `length` bytes from `start`, ending at `UInt64.max` at the latest.
  @inlinable
  public init(start: UInt64, length: UInt64) {
    let (end, overflow) = start.addingReportingOverflow(length)
    self.init(start: start, end: overflow ? .max : end)
  }

  /// The whole 64-bit space except for its last byte.
  public static let everything = AddressRange(start: 0, end: .max)

  @inlinable
  public var isEmpty: Bool { end <= start }

  /// In bytes; 0 when empty.
  @inlinable
  public var length: UInt64 { isEmpty ? 0 : end &- start }

  @inlinable
  public func contains(_ address: UInt64) -> Bool { start <= address && address < end }

  /// Whether the two have a byte in common. An empty range overlaps nothing.
  @inlinable
  public func overlaps(_ other: AddressRange) -> Bool {
    max(start, other.start) < min(end, other.end)
  }

  /// The bytes that both have. The result is empty, at an arbitrary address, if there are none.
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
