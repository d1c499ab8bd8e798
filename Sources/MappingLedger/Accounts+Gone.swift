// SPDX-License-Identifier: Apache-2.0
import MappingEvents

// Memory from before tracing began has no known call path. What was freed of it can have belonged to
// any origin of the same kind, so it speaks for all of them.

extension Accounts {
  /// Notes that a mapping from before tracing began was freed, by its kind and size.
  @inline(never)
  mutating func noteGone(_ kind: MappingKind, _ bytes: UInt64, at when: KernelInstant) {
    let row = Int(index(of: Origin(kind: kind), sized: bytes))
    if rows[row].goneBefore == 0 { goneRows.append(UInt32(row)) }
    rows[row].goneBefore += 1
    rows[row].lastGone = when
  }

  /// How many mappings from before tracing began were freed that `account` could have made, by kind and
  /// size. A size counts with all its mappings if at least one was freed after `first` (nanoseconds of
  /// CLOCK_MONOTONIC).
  public func goneBefore(like account: Account, since first: UInt64) -> Int {
    guard !goneRows.isEmpty else { return 0 }
    let sizes = account.smallestBytes...max(account.smallestBytes, account.largestBytes)
    var gone = 0
    for index in goneRows {
      let row = rows[Int(index)]
      if row.kind == account.kind, row.lastGone.nanoseconds >= first, sizes.contains(row.unitBytes)
      {
        gone += row.goneBefore
      }
    }
    return gone
  }

  /// By how many bytes origins of anonymous memory shrank after `first` (nanoseconds of
  /// CLOCK_MONOTONIC): the sum, over origins that shrank, of the most they had minus what they have.
  /// Of memory from before tracing began, a size counts with all that was ever freed of it.
  public func anonymousBytesGone(since first: UInt64) -> UInt64 {
    var gone: UInt64 = 0
    for index in goneRows {
      let row = rows[Int(index)]
      guard row.kind == .anonymous, row.lastGone.nanoseconds >= first else { continue }
      gone &+= UInt64(row.goneBefore) &* row.unitBytes
    }
    forEachTrend { _, account, trend in
      guard account.kind == .anonymous, account.manner != .reserved else { return }
      let most = trend.windows[trend.index(of: first)...].lazy.map(\.leastBytes).max() ?? 0
      gone &+= UInt64(max(0, most - Int64(clamping: account.live.bytes)))
    }
    return gone
  }
}
