// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The history of one account: in windows of time, what was born and is still live, and the least that
/// was live; and the ages at which mappings were freed.
///
/// A new window lasts half a second. Old windows are joined, so that each lasts at most a sixth of the
/// time since. A day then takes as little memory as a minute, and the present stays precise.
public struct Trend: Sendable {
  public struct Window: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC. A window ends where the next one starts; the last one is open.
    public var start: UInt64
    /// When the last mapping of the window was born, in the same unit.
    public var lastBirth: UInt64
    public var born = 0
    /// Mappings that were born in this window and are still live.
    public var survivors = 0
    public var survivingBytes: UInt64 = 0
    /// The least that was live in this window. Memory that moved between accounts counts as if it had
    /// always been where it is now, at the size that it had when it moved. This number is negative where
    /// a mapping grew here before it moved away.
    public var leastBytes: Int64
    /// How often a mapping grew.
    public var growths = 0

    init(start: UInt64, leastBytes: UInt64) {
      self.start = start
      lastBirth = start
      self.leastBytes = Int64(clamping: leastBytes)
    }
  }

  /// The length of a new window, in nanoseconds.
  public static let finest: UInt64 = 500_000_000
  static let capacity = 64
  /// How many windows are left after joining.
  private static let kept = 48

  public internal(set) var windows: [Window]
  /// How many mappings were freed at an age from `1 << (20 + i)` nanoseconds to twice that. The first
  /// element counts all younger ones too, the last one all older ones.
  public internal(set) var endsByAge: [UInt32] = Array(repeating: 0, count: 24)
  /// The windows count only what was born from here on.
  var countsFrom: KernelInstant
  /// The index of its account.
  public internal(set) var account: UInt32

  /// Begins the history of `account`, whose latest `runs` and `bytes` came just now.
  init(_ account: Account, index: UInt32, runs: Int, _ bytes: UInt64, at when: KernelInstant) {
    self.account = index
    countsFrom = account.firstBirth ?? when
    let before = Account.Amount(
      count: account.live.count - runs, bytes: account.live.bytes &- bytes)
    // No two mappings were live at a time before, so the live one is the one before the latest.
    let start = account.growths > 0 ? countsFrom : account.birthBefore ?? countsFrom
    var first = Window(start: start.nanoseconds, leastBytes: account.present.bytes)
    first.born = account.mapped.count - max(1, runs)
    first.survivors = max(0, before.count - account.present.count)
    first.survivingBytes = before.bytes - min(before.bytes, account.present.bytes)
    windows = [first]
    advance(to: when, before)
    born(runs, bytes, at: when)
  }

  /// Begins a new window if the last one is over. `live` is what was live until now.
  @inline(__always)
  mutating func advance(to when: KernelInstant, _ live: Account.Amount) {
    if when.nanoseconds &- windows[windows.count - 1].start >= Self.finest {
      push(when.nanoseconds, live)
    }
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

  /// The index of the window that this time falls in.
  public func index(of born: UInt64) -> Int {
    var index = windows.count - 1
    while index > 0, windows[index].start > born { index -= 1 }
    return index
  }

  mutating func born(_ runs: Int, _ bytes: UInt64, at when: KernelInstant) {
    let index = self.index(of: when.nanoseconds)
    windows[index].born += max(1, runs)
    windows[index].lastBirth = max(windows[index].lastBirth, when.nanoseconds)
    windows[index].survivors += runs
    windows[index].survivingBytes &+= bytes
  }

  /// Notes that memory left which was `born` then, and that `live` is what is left. `endedAt` is nil
  /// when it was not freed but moved to another account.
  mutating func removed(
    _ runs: Int, _ bytes: UInt64, born: KernelInstant, _ live: Account.Amount,
    endedAt when: KernelInstant?
  ) {
    if let when {
      let last = windows.count - 1
      windows[last].leastBytes = min(windows[last].leastBytes, Int64(clamping: live.bytes))
      if runs > 0 {
        let age = when.since(born)
        endsByAge[min(23, max(0, 43 - (age | 1).leadingZeroBitCount))] &+= UInt32(runs)
      }
    }
    guard born >= countsFrom else { return }
    let index = self.index(of: born.nanoseconds)
    windows[index].survivors -= min(runs, windows[index].survivors)
    windows[index].survivingBytes -= min(bytes, windows[index].survivingBytes)
  }

  /// Notes that live memory came from another account, or with negative `bytes` went to one. It counts
  /// from the window in which it was born.
  mutating func moved(_ bytes: Int64, born: KernelInstant) {
    let first = index(of: born.nanoseconds)
    for index in first..<windows.count { windows[index].leastBytes &+= bytes }
  }

  mutating func grew(at when: KernelInstant) {
    windows[windows.count - 1].growths += 1
    windows[windows.count - 1].lastBirth = when.nanoseconds
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
