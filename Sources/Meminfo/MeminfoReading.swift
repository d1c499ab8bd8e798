// SPDX-License-Identifier: Apache-2.0

/// The content of a file besides /proc/meminfo, or why it is unknown.
public enum MeminfoReading<Value: Equatable & Sendable>: Equatable, Sendable {
  case known(Value)
  case unknown(because: UnreadableReason)

  /// The value; `nil` when unknown, for whatever reason.
  public var value: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  public func map<Other>(_ change: (Value) -> Other) -> MeminfoReading<Other> {
    switch self {
    case .known(let value): .known(change(value))
    case .unknown(let reason): .unknown(because: reason)
    }
  }
}

public enum UnreadableReason: Equatable, Sendable {
  /// This user may not read the file.
  case notPermitted
  /// This kernel, or this mount of /proc, does not have the file.
  case absent
}
