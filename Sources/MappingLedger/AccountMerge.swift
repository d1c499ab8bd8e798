// SPDX-License-Identifier: Apache-2.0
import MappingEvents

// Two accounts become one when their call paths turn out to be equal.

extension Account {
  /// Takes in the amounts and the births of `other`.
  mutating func merge(_ other: Account) {
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
      // Together they come more often and less regularly than each of them alone.
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

  /// What came since tracing began and is live. In an account without a history, all of it came last.
  fileprivate var own: Amount {
    Amount(
      count: max(0, live.count - present.count),
      bytes: live.bytes - min(live.bytes, present.bytes))
  }
}

extension Account.Amount {
  fileprivate mutating func add(_ other: Account.Amount) {
    count += other.count
    bytes &+= other.bytes
  }
}

extension Trend {
  /// Takes in the history of `other`. `present` is what the account of `other` had before tracing
  /// began, in bytes.
  mutating func merge(_ other: Trend, present: UInt64) {
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
      // The window of `other` that was current when this one began. Their low points need not have
      // coincided, so the sum can be too low.
      let window = other.windows.last { $0.start <= windows[index].start } ?? first
      windows[index].leastBytes &+=
        index < begin ? min(Int64(clamping: present), window.leastBytes) : window.leastBytes
    }
  }

  /// Takes in an account that has no history: of what it mapped, only the latest can be live.
  /// `live` is what the account of this trend has without `other`.
  mutating func merge(_ other: Account, besides live: Account.Amount) {
    // Memory from before tracing began was there in every window.
    let before = Int64(clamping: min(other.present.bytes, other.live.bytes))
    for index in windows.indices { windows[index].leastBytes &+= before }
    guard other.mapped.count > 0, let lastBirth = other.lastBirth else { return }
    let birth = lastBirth.nanoseconds
    if birth > windows[windows.count - 1].start { advance(to: lastBirth, live) }
    countsFrom = min(countsFrom, lastBirth)
    windows[0].start = min(windows[0].start, birth)
    born(other.own.count, other.own.bytes, at: lastBirth)
    for index in windows.indices where windows[index].start > birth {
      windows[index].leastBytes &+= Int64(clamping: other.own.bytes)
    }
  }
}

extension Accounts {
  /// Moves everything that call path `joined` mapped to call path `root`, which turned out to be equal.
  mutating func unify(_ joined: CallPathID, into root: CallPathID) {
    for index in rows.indices where rows[index].origin.callPath == joined {
      var origin = rows[index].origin
      origin.callPath = root
      let target = row(origin)
      let source = self.index(standingFor: UInt32(index))
      if source != target { merge(source, into: target) }
    }
  }

  /// Merges account `source` into `target`. Mappings keep the index of `source`, which leads to
  /// `target` from now on.
  private mutating func merge(_ source: UInt32, into target: UInt32) {
    let other = rows[Int(source)]
    let before = rows[Int(target)]
    rows[Int(target)].merge(other)
    rows[Int(source)] = Account(other.origin, index: target)
    let kept = rows[Int(target)].trend
    if other.trend < 0 {
      // The usual case: until stacks are unwound, every mapping can seem to have a call path of its
      // own.
      if kept >= 0 {
        trends[Int(kept)].merge(other, besides: before.live)
      } else if rows[Int(target)].deservesTrend, let birth = rows[Int(target)].lastBirth {
        let latest = (birth == other.lastBirth ? other : before).own
        beginTrend(target, runs: latest.count, latest.bytes, at: birth)
      }
    } else if kept < 0 {
      rows[Int(target)].trend = other.trend
      trends[Int(other.trend)].account = target
      trends[Int(other.trend)].merge(before, besides: other.live)
    } else {
      let orphan = trends[Int(other.trend)]
      trends[Int(kept)].merge(orphan, present: other.present.bytes)
      trends[Int(other.trend)].windows.removeAll()
    }
  }
}
