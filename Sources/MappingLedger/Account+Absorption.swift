// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// Two accounts that turn out to be of one call path become one.
extension Account {
  mutating func absorb(_ other: Account) {
    let births = [lastBirth, birthBefore, other.lastBirth, other.birthBefore]
      .compactMap { $0 }.sorted()
    let isNext = other.mapped.count == 1 && other.growths == 0
    mapped.add(other.mapped)
    freed.add(other.freed)
    present.add(other.present)
    live.add(other.live)
    growths += other.growths
    if isNext, let next = other.lastBirth, let lastBirth, lastBirth < next {
      noteGap(from: lastBirth, to: next)
    } else {
      // Each of them came so often; both together more often and less regularly.
      gapDeviation = max(usualGap, other.usualGap)
    }
    firstBirth = [firstBirth, other.firstBirth].compactMap { $0 }.min()
    lastBirth = births.last
    birthBefore = births.dropLast().last
    smallestBytes = min(smallestBytes, other.smallestBytes)
    largestBytes = max(largestBytes, other.largestBytes)
    committedBytes &+= other.committedBytes
    everCommitted &+= other.everCommitted
    goneBefore += other.goneBefore
    lastGone = max(lastGone, other.lastGone)
    if file != other.file { file = .none }
  }

  /// What came since tracing began and lives; all of it came last, where there is no history.
  var ownRuns: Int { max(0, live.count - present.count) }
  var ownBytes: UInt64 { live.bytes - min(live.bytes, present.bytes) }
}

extension Account.Amount {
  fileprivate mutating func add(_ other: Account.Amount) {
    count += other.count
    bytes &+= other.bytes
  }
}

extension Trend {
  /// Takes over the history of an account that turned out to be the same one.
  mutating func absorb(_ other: Trend, present: UInt64) {
    countsFrom = min(countsFrom, other.countsFrom)
    for age in endsByAge.indices { endsByAge[age] &+= other.endsByAge[age] }
    for window in other.windows {
      let index = self.index(of: window.start)
      windows[index].born += window.born
      windows[index].lastBirth = max(windows[index].lastBirth, window.lastBirth)
      windows[index].survivors += window.survivors
      windows[index].survivingBytes &+= window.survivingBytes
      windows[index].growths += window.growths
    }
    guard let first = other.windows.first else { return }
    let begin = index(of: first.start)
    for index in windows.indices {
      // As it was there when this window began; the two need not have been least at one time.
      let window = other.windows.last { $0.start <= windows[index].start } ?? first
      windows[index].leastBytes &+=
        index < begin ? min(Int64(clamping: present), window.leastBytes) : window.leastBytes
    }
  }

  /// The same of one that has no history: of what it mapped, only the last can live. `live` is what
  /// was live without that.
  mutating func absorb(_ other: Account, besides live: Account.Amount) {
    // What was there before was there in every window.
    let before = Int64(clamping: min(other.present.bytes, other.live.bytes))
    for index in windows.indices { windows[index].leastBytes &+= before }
    guard other.mapped.count > 0, let birth = other.lastBirth?.nanoseconds else { return }
    if birth > windows[windows.count - 1].start { advance(to: birth, live) }
    countsFrom = min(countsFrom, birth)
    windows[0].start = min(windows[0].start, birth)
    born(other.ownRuns, other.ownBytes, at: birth)
    for index in windows.indices where windows[index].start > birth {
      windows[index].leastBytes &+= Int64(clamping: other.ownBytes)
    }
  }
}
