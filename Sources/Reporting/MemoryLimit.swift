// SPDX-License-Identifier: Apache-2.0
import TextLayout

/// A limit of the kernel that growth will reach.
public struct MemoryLimit: Sendable, Hashable {
  public var name: String
  /// Mappings for vm.max_map_count, else bytes.
  public var used: UInt64
  public var most: UInt64
  /// Seconds until it is reached at the present rate; nil when nothing grows.
  public var secondsLeft: UInt64?
  public var isCount: Bool

  public init(
    name: String, used: UInt64, most: UInt64, secondsLeft: UInt64?, isCount: Bool = false
  ) {
    self.name = name
    self.used = used
    self.most = most
    self.secondsLeft = secondsLeft
    self.isCount = isCount
  }
}

/// The limits of one process as /proc has them. Nil means unlimited or unknown.
public struct LimitNumbers: Sendable, Hashable {
  /// Areas, as the kernel counts them.
  public var mappings: UInt64?
  /// vm.max_map_count.
  public var mostMappings: UInt64?
  public var virtualBytes: UInt64
  /// RLIMIT_AS.
  public var addressSpaceLimit: UInt64?
  /// Committed_AS and CommitLimit, where the kernel enforces that limit.
  public var committedBytes: UInt64?
  public var commitLimit: UInt64?

  public init(
    mappings: UInt64? = nil, mostMappings: UInt64? = nil, virtualBytes: UInt64 = 0,
    addressSpaceLimit: UInt64? = nil, committedBytes: UInt64? = nil, commitLimit: UInt64? = nil
  ) {
    self.mappings = mappings
    self.mostMappings = mostMappings
    self.virtualBytes = virtualBytes
    self.addressSpaceLimit = addressSpaceLimit
    self.committedBytes = committedBytes
    self.commitLimit = commitLimit
  }

  /// The limit that will be reached first; nil when each is less than four fifths used and more than a day
  /// away.
  public func nearest(bytesPerMinute: Double, countPerMinute: Double) -> MemoryLimit? {
    let candidates = [
      limit("vm.max_map_count", mappings, mostMappings, countPerMinute, isCount: true),
      limit("RLIMIT_AS", virtualBytes, addressSpaceLimit, bytesPerMinute),
      limit("CommitLimit", committedBytes, commitLimit, bytesPerMinute),
    ]
    return candidates.compactMap { $0 }.min { a, b in
      let (first, second) = (a.secondsLeft ?? .max, b.secondsLeft ?? .max)
      if first != second { return first < second }
      return Double(a.used) / Double(max(1, a.most)) > Double(b.used) / Double(max(1, b.most))
    }
  }

  private func limit(
    _ name: String, _ used: UInt64?, _ most: UInt64?, _ perMinute: Double, isCount: Bool = false
  ) -> MemoryLimit? {
    guard let used, let most, most > 0 else { return nil }
    let left = Double(most - min(used, most))
    let seconds = perMinute > 0 ? left / perMinute * 60 : .infinity
    guard seconds < 86_400 || used >= most / 5 * 4 else { return nil }
    return MemoryLimit(
      name: name, used: used, most: most, secondsLeft: seconds < 1e12 ? UInt64(seconds) : nil,
      isCount: isCount)
  }
}

extension MemoryLimit {
  /// As a fact for a person.
  var sentence: String {
    func amount(_ value: UInt64) -> String { isCount ? formatCount(value) : formatBytes(value) }
    let state =
      "\(amount(used)) of the \(amount(most)) that \(name) allows \(isCount ? "are" : "is") in use."
    guard let secondsLeft else { return state }
    let time = formatDuration(nanoseconds: min(secondsLeft, 1 << 33) * 1_000_000_000)
    return "\(state) At this rate, the limit is reached in \(time). Mapping memory fails then."
  }
}
