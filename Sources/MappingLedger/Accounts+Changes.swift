// SPDX-License-Identifier: Apache-2.0
import MappingEvents

extension Accounts {
  /// Adds `runs` mappings of `bytes` in total to an account. With 0 `runs`, a mapping that is there
  /// grew, to the size `size`.
  mutating func add(
    _ coming: Coming, to index: UInt32, runs: Int, _ bytes: UInt64, of size: UInt64? = nil,
    born: KernelInstant, file: FileID = .none, at when: KernelInstant
  ) {
    let index = standing(for: index)
    let row = Int(index)
    if rows[row].trend >= 0 { trends[Int(rows[row].trend)].advance(to: when, rows[row].live) }
    rows[row].live.count += runs
    rows[row].live.bytes &+= bytes
    switch coming {
    case .born:
      rows[row].mapped.count += max(1, runs)
      rows[row].mapped.bytes &+= bytes
      rows[row].noteBirth(size ?? bytes, file, at: when)
    case .present:
      rows[row].present.count += runs
      rows[row].present.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
    case .moved:
      rows[row].mapped.count += runs
      rows[row].mapped.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
      rows[row].noteEarlierBirth(born)
    case .grown:
      rows[row].mapped.count += runs
      rows[row].mapped.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
    case .restored:
      rows[row].freed.count -= runs
      rows[row].freed.bytes &-= bytes
      rows[row].noteSize(size ?? bytes)
    }
    if rows[row].isOfHeap {
      let total = self.index(of: .heapTotal, sized: 0)
      add(coming, to: total, runs: 0, bytes, born: born, at: when)
    }
    let trend = rows[row].trend
    if trend >= 0 {
      guard coming != .present, born >= trends[Int(trend)].countsFrom else { return }
      trends[Int(trend)].born(runs, bytes, at: coming == .born ? when : born)
    } else if coming != .present, rows[row].deservesTrend {
      beginTrend(index, runs: runs, bytes, at: when)
    }
  }

  /// Takes `runs` mappings of `bytes` in total out of an account.
  mutating func remove(
    _ going: Going, from index: UInt32, runs: Int, _ bytes: UInt64, born: KernelInstant,
    at when: KernelInstant
  ) {
    let row = Int(standing(for: index))
    let trend = Int(rows[row].trend)
    if trend >= 0 { trends[trend].advance(to: when, rows[row].live) }
    rows[row].live.count -= runs
    rows[row].live.bytes &-= bytes
    switch going {
    case .freed:
      rows[row].freed.count += runs
      rows[row].freed.bytes &+= bytes
      if born == .zero, rows[row].callPath == nil, rows[row].unitBytes > 0 {
        noteGone(rows[row].kind, bytes, at: when)
      }
    case .moved:
      // Memory from before the first birth was present, except for what it has grown by since.
      if let first = rows[row].firstBirth, born >= first {
        let since = min(bytes, rows[row].mapped.bytes)
        rows[row].mapped.count -= runs
        rows[row].mapped.bytes -= since
        rows[row].present.bytes &-= bytes - since
      } else {
        let before = min(bytes, rows[row].present.bytes)
        rows[row].present.count -= runs
        rows[row].present.bytes -= before
        rows[row].mapped.bytes &-= bytes - before
      }
    }
    if rows[row].isOfHeap, going == .freed {
      let total = self.index(of: .heapTotal, sized: 0)
      remove(.freed, from: total, runs: 0, bytes, born: born, at: when)
    }
    guard trend >= 0 else { return }
    trends[trend].removed(
      runs, bytes, born: born, rows[row].live, endedAt: going == .freed ? when : nil)
  }

  /// Notes that a mapping of an account grew by `bytes`, in place or by moving. It had `old` bytes and
  /// was in the account `source` until now.
  ///
  /// Its arrival is no growth: it counts here since it was born. Nor did `source` lose anything. Call
  /// paths can take turns at growing a buffer, and each one answers for what it adds.
  mutating func noteGrowth(
    of index: UInt32, from source: UInt32, _ old: UInt64, by bytes: UInt64, born: KernelInstant,
    at when: KernelInstant
  ) {
    let row = Int(standing(for: index))
    let source = Int(standing(for: source))
    let hasCome = source != row
    rows[row].growths += 1
    if rows[row].firstBirth == nil { rows[row].firstBirth = when }
    rows[row].lastBirth = when
    if rows[row].trend < 0, rows[row].deservesTrend {
      beginTrend(UInt32(row), runs: 0, hasCome ? old + bytes : bytes, at: when)
    }
    if hasCome, rows[source].trend >= 0 {
      trends[Int(rows[source].trend)].moved(-Int64(clamping: old), born: born)
    }
    let trend = Int(rows[row].trend)
    guard trend >= 0 else { return }
    if hasCome { trends[trend].moved(Int64(clamping: old), born: born) }
    trends[trend].advance(to: when, rows[row].live)
    trends[trend].grew(at: when)
  }

  /// Notes that a call from `callPath` made `bytes` of a reservation accessible; with negative `bytes`,
  /// inaccessible.
  mutating func commit(
    _ index: UInt32, _ bytes: Int64, by callPath: CallPathID? = nil, at when: KernelInstant
  ) {
    let row = Int(standing(for: index))
    rows[row].committedBytes.move(by: bytes)
    if bytes > 0 { rows[row].everCommitted &+= UInt64(bytes) }
    // An origin with many reservations is judged by their number, not by what is used of each.
    guard rows[row].isArena || rows[row].live.count <= Self.fewReservations else { return }
    let total = self.index(of: .committed(), sized: 0)
    if bytes > 0 {
      add(.born, to: total, runs: 0, UInt64(bytes), born: when, at: when)
      guard let callPath else { return }
      let extender = self.index(of: .committed(by: callPath), sized: 0)
      add(.born, to: extender, runs: 0, UInt64(bytes), born: when, at: when)
    } else {
      let least = min(bytes.magnitude, rows[Int(total)].live.bytes)
      remove(.freed, from: total, runs: 0, least, born: .zero, at: when)
    }
  }

  mutating func beginTrend(
    _ index: UInt32, runs: Int, _ bytes: UInt64, at when: KernelInstant
  ) {
    rows[Int(index)].trend = Int32(trends.count)
    trends.append(Trend(rows[Int(index)], index: index, runs: runs, bytes, at: when))
  }
}

extension UInt64 {
  /// Adds a signed number; the result is at least 0.
  fileprivate mutating func move(by change: Int64) {
    self = change < 0 ? self - Swift.min(self, change.magnitude) : self &+ UInt64(change)
  }
}
