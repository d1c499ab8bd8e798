// SPDX-License-Identifier: Apache-2.0
public import Meminfo
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

extension LimitNumbers {
  /// The limit that is reached first; nil when none is four fifths used or less than a day away.
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
