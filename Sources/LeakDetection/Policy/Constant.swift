// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// A number that judging depends on, with the reason for it.
public struct Constant<Value: Sendable>: Sendable {
  public var value: Value
  public let why: StaticString

  init(_ value: Value, _ why: StaticString) {
    self.value = value
    self.why = why
  }
}

/// A constant as docs/judging.md shows it.
public struct ConstantRow: Sendable, Equatable {
  /// `group.name`.
  public let name: String
  public let value: String
  public let why: String
}

/// What can be a constant: a count or factor, a share, bytes, or a length of time.
protocol ConstantValue {
  var words: String { get }
}

extension Int: ConstantValue {
  var words: String { String(self) }
}

extension Double: ConstantValue {
  var words: String { String(self) }
}

/// Bytes and factors are whole numbers alike: 4 KiB and more is written as bytes.
extension UInt64: ConstantValue {
  var words: String {
    if self >= 1 << 20, self % (1 << 20) == 0 { return "\(self >> 20) MiB" }
    return self >= 1 << 10 && self % (1 << 10) == 0 ? "\(self >> 10) KiB" : String(self)
  }
}

extension KernelDuration: ConstantValue {
  var words: String {
    let tenths = nanoseconds / 100_000_000
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}

private protocol AnyConstant {
  func row(named name: String) -> ConstantRow
}

extension Constant: AnyConstant where Value: ConstantValue {
  fileprivate func row(named name: String) -> ConstantRow {
    ConstantRow(name: name, value: value.words, why: String(describing: why))
  }
}

extension LeakPolicy {
  /// Every constant of a group, by the names that the properties have: none can be left out.
  static func constants(of group: Any, named name: String) -> [ConstantRow] {
    Mirror(reflecting: group).children.compactMap { label, value in
      guard let label, let constant = value as? any AnyConstant else { return nil }
      return constant.row(named: "\(name).\(label)")
    }
  }
}
