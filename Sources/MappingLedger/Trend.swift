// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The history of one account: for every window of time what was born in it and lives, and the least
/// that was live; and at what age its mappings ended.
///
/// Windows are half a second at first and are joined as they recede, so that each is at most a
/// sixth as long as it is past: a day takes as little room as a minute, and what happens now is
/// seen as finely as ever.
public struct Trend: Sendable {
  public struct Window: Sendable {
    /// It ends where the next one starts; the last one goes on.
    public var start: UInt64
    /// When the last one was born in it, which can be long before it ends.
    public var lastBirth: UInt64
    public var born = 0
    /// Born in it, and still live.
    public var survivors = 0
    public var survivingBytes: UInt64 = 0
    /// The least that was live in it. What came from another account since, or went to one, counts as
    /// if it had been where it is now all the while, at the size that it had when it moved; so this can
    /// be less than nothing, by what something grew here before it went.
    public var leastBytes: Int64
    /// Times that something grew.
    public var growths = 0

    init(start: UInt64, leastBytes: UInt64) {
      self.start = start
      lastBirth = start
      self.leastBytes = Int64(clamping: leastBytes)
    }
  }

  public static let finest: UInt64 = 500_000_000
  static let capacity = 64
  private static let kept = 48

  public internal(set) var windows: [Window]
  /// How many ended at an age of `1 << (20 + i)` nanoseconds or more, and less than twice that; the
  /// first holds all that were younger.
  public internal(set) var endsByAge: [UInt32] = Array(repeating: 0, count: 24)
  /// What was born before is not in the windows.
  var countsFrom: UInt64
  /// The index of its account.
  public internal(set) var account: UInt32

  /// Begins with what `account` has; the last `runs` and `bytes` of it came just now.
  init(_ account: Account, index: UInt32, runs: Int, _ bytes: UInt64, at when: UInt64) {
    self.account = index
    countsFrom = account.firstBirth?.nanoseconds ?? when
    let before = Account.Amount(
      count: account.live.count - runs, bytes: account.live.bytes &- bytes)
    // No two were live at a time before, so the one that is was the last that came.
    var first = Window(
      start: account.growths > 0 ? countsFrom : account.birthBefore?.nanoseconds ?? countsFrom,
      leastBytes: account.present.bytes)
    first.born = account.mapped.count - max(1, runs)
    first.survivors = max(0, before.count - account.present.count)
    first.survivingBytes = before.bytes - min(before.bytes, account.present.bytes)
    windows = [first]
    advance(to: when, before)
    born(runs, bytes, at: when)
  }

  /// Begins a new window if the last one is full; `live` is what was live until now.
  @inline(__always)
  mutating func advance(to when: UInt64, _ live: Account.Amount) {
    if when &- windows[windows.count - 1].start >= Self.finest { push(when, live) }
  }

  @inline(never)
  private mutating func push(_ when: UInt64, _ live: Account.Amount) {
    guard let last = windows.last, when >= last.start + Self.finest else { return }
    if windows.count == Self.capacity { compact(at: when) }
    let start = when - (when - last.start) % Self.finest
    windows.append(Window(start: start, leastBytes: live.bytes))
  }

  private mutating func compact(at when: UInt64) {
    var share: UInt64 = 6
    while windows.count > Self.kept {
      var joined: [Window] = []
      joined.reserveCapacity(Self.capacity)
      for (index, window) in windows.enumerated() {
        let end = index + 1 < windows.count ? windows[index + 1].start : when
        if let before = joined.last, (end - before.start) * share <= when - end {
          joined[joined.count - 1].join(window)
        } else {
          joined.append(window)
        }
      }
      windows = joined
      share = max(1, share - 1)
      if share == 1 { break }
    }
    while windows.count > Self.kept {
      windows[0].join(windows[1])
      windows.remove(at: 1)
    }
  }

  /// The window that it falls in.
  public func index(of born: UInt64) -> Int {
    var index = windows.count - 1
    while index > 0, windows[index].start > born { index -= 1 }
    return index
  }

  mutating func born(_ runs: Int, _ bytes: UInt64, at when: UInt64) {
    let index = self.index(of: when)
    windows[index].born += max(1, runs)
    windows[index].lastBirth = max(windows[index].lastBirth, when)
    windows[index].survivors += runs
    windows[index].survivingBytes &+= bytes
  }

  /// What was live fell to `live` when something born then was removed.
  mutating func removed(
    _ runs: Int, _ bytes: UInt64, born: UInt64, _ live: Account.Amount, endedAt when: UInt64?
  ) {
    if let when {
      let last = windows.count - 1
      windows[last].leastBytes = min(windows[last].leastBytes, Int64(clamping: live.bytes))
      if runs > 0 {
        let age = when > born ? when - born : 0
        endsByAge[min(23, max(0, 43 - (age | 1).leadingZeroBitCount))] &+= UInt32(runs)
      }
    }
    guard born >= countsFrom else { return }
    let index = self.index(of: born)
    windows[index].survivors -= min(runs, windows[index].survivors)
    windows[index].survivingBytes -= min(bytes, windows[index].survivingBytes)
  }

  /// What is live came out of another account, or went to one, and was there since it was born; that
  /// is, as finely as windows are, since the one in which it was.
  mutating func moved(_ bytes: Int64, born: UInt64) {
    for index in index(of: born)..<windows.count { windows[index].leastBytes &+= bytes }
  }

  mutating func grew(at when: UInt64) {
    windows[windows.count - 1].growths += 1
    windows[windows.count - 1].lastBirth = when
  }
}

extension Trend.Window {
  mutating func join(_ next: Trend.Window) {
    born += next.born
    if next.born + next.growths > 0 { lastBirth = next.lastBirth }
    survivors += next.survivors
    survivingBytes &+= next.survivingBytes
    leastBytes = min(leastBytes, next.leastBytes)
    growths += next.growths
  }
}
