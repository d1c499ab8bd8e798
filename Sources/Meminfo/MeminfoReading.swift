// SPDX-License-Identifier: Apache-2.0

/// What a file beside /proc/meminfo said, or why nothing is known.
public enum MeminfoReading<Value: Equatable & Sendable>: Equatable, Sendable {
  case known(Value)
  case unknown(because: UnreadableReason)

  /// The value, where the reason for its absence does not matter.
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
  /// The file is there, but not for this user.
  case notPermitted
  /// This kernel, or this mount of /proc, does not have it.
  case absent
}
