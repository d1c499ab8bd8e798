// SPDX-License-Identifier: Apache-2.0

/// Finds items that stand out, by the thresholds of `MeminfoItem.policy` and a few special rules.
struct MeminfoJudgement {
  let total: UInt64
  let available: UInt64
  let overcommitMode: UInt64?
  let elapsedNs: UInt64
  /// The change of each item; empty with a single sample.
  let deltas: [MeminfoItem: Int64]

  /// The gravest reason first.
  func reasons(_ item: MeminfoItem, size: UInt64, limit: UInt64?) -> [MeminfoReason] {
    let facts = [shareReason(item, size, limit), growthReason(item, size, limit), own(item, size)]
    return facts.compactMap(\.self).sorted { $0.severity > $1.severity }
  }

  private func shareReason(_ item: MeminfoItem, _ size: UInt64, _ limit: UInt64?) -> MeminfoReason?
  {
    guard let limit, limit > 0 else { return nil }
    let share = Double(size) / Double(limit)
    let isSmall = { (floor: UInt64) in item.standing != .limit && size < floor }
    switch item {
    case .available:
      // A twentieth of a large machine is still plenty.
      if share < 0.05, size < 8 << 30 { return MeminfoReason(.anomalous, .below(share: 0.05)) }
      if share < 0.10, size < 16 << 30 { return MeminfoReason(.notable, .below(share: 0.10)) }
      return nil
    case .committed:
      // In mode 2 the kernel enforces the limit. Else it is RAM and swap, and exceeding it is only a hint.
      let (notable, anomalous) = overcommitMode == 2 ? (0.8, 0.95) : (1.0, Double.infinity)
      if share > anomalous { return MeminfoReason(.anomalous, .above(share: anomalous)) }
      return share > notable ? MeminfoReason(.notable, .above(share: notable)) : nil
    default:
      if let least = item.policy.anomalous, share >= least, !isSmall(MeminfoPolicy.anomalousFloor) {
        return MeminfoReason(.anomalous, .above(share: least))
      }
      if let least = item.policy.notable, share >= least, !isSmall(MeminfoPolicy.notableFloor) {
        return MeminfoReason(.notable, .above(share: least))
      }
      return nil
    }
  }

  private func growthReason(_ item: MeminfoItem, _ size: UInt64, _ limit: UInt64?) -> MeminfoReason?
  {
    let isFalling = item == .available
    guard let horizon = item.policy.horizon, let delta = deltas[item],
      isFalling ? delta < 0 : delta > 0, elapsedNs >= MeminfoPolicy.shortestWatchNs,
      delta.magnitude >= MeminfoPolicy.growthFloor(item, total: total)
    else { return nil }
    // Memory runs out for everybody at once. Other limits belong to their item.
    let hasOwnLimit = item.standing == .limit && item != .available
    let left = hasOwnLimit ? (limit ?? .max).less(size) : available
    let inNs = Double(left) / Double(delta.magnitude) * Double(elapsedNs)
    guard inNs < Double(horizon.notableNs) else { return nil }
    // A program that just started fills memory as fast as one that leaks.
    let half = (hasOwnLimit ? limit ?? 0 : total) / 2
    let isPlenty = item.policy.growth == .ofPrograms && left > half
    let isGrave =
      inNs < Double(horizon.anomalousNs) && elapsedNs >= MeminfoPolicy.steadyWatchNs && !isPlenty
    return MeminfoReason(isGrave ? .anomalous : .notable, .exhausted(inNs: UInt64(inNs)))
  }

  private func own(_ item: MeminfoItem, _ size: UInt64) -> MeminfoReason? {
    switch item {
    case .corrupted where size > 0:
      return MeminfoReason(.anomalous, .present)
    case .outOfMemoryKills where (deltas[item] ?? 0) > 0:
      return MeminfoReason(.anomalous, .happenedWhileWatching)
    case .outOfMemoryKills where size > 0:
      return MeminfoReason(.notable, .present)
    case .committed:
      // Promised but never touched memory is the sign of an address space leak. Seconds prove nothing, because
      // programs reserve when they start and use later.
      guard let delta = deltas[item], elapsedNs >= MeminfoPolicy.steadyWatchNs,
        delta > 0, delta.magnitude >= max(8 << 20, total / 1000)
      else { return nil }
      let used = [.anonymous, .sharedMemory, .swapUsed].reduce(0.0) {
        $0 + Double(deltas[$1] ?? 0)
      }
      guard used < Double(delta) / 2 else { return nil }
      return MeminfoReason(.notable, .reservedUnused(bytes: delta))
    default:
      return nil
    }
  }
}
