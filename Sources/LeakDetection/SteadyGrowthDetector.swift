// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Mappings of one origin that keep coming and of which, past some age, none goes.
///
/// A cache that fills without a pause, and frees nothing meanwhile, looks the same until it is full,
/// and nothing tells the two apart; so a verdict waits for `leakingAge`, for as many repetitions as
/// chance does not explain, and for growth that does not slow down. Once frees of that age are seen,
/// or growth has stopped for as long as it lasted, the verdict is taken back.
///
/// Stacks that threads run on are judged like other mappings, and for two to four times as long: threads
/// that wait for what never comes are a leak, but a pool fills at leisure and is kept for good. Stacks
/// without a thread are `OrphanedThreadStackDetector`'s.
public struct SteadyGrowthDetector: LeakDetector {
  public struct Thresholds: Sendable {
    /// How long growth must have gone on, and how many must be stuck.
    public var leakingAge: UInt64 = 13_000_000_000
    public var leakingCount = 16
    /// Fewer are enough where one comes after the other like clockwork,
    public var regularAge: UInt64 = 17_000_000_000
    public var regularCount = 4
    public var oftenCount = 8
    /// and a little less time where that is often, and none of them ever went.
    public var clockworkAge: UInt64 = 12_000_000_000
    public var clockworkCount = 48
    /// or where it has gone on for long.
    public var patientAge: UInt64 = 40_000_000_000
    public var patientCount = 10
    /// After a time of other growth, such as warming up, more is asked for:
    public var laterAge: UInt64 = 14_000_000_000
    /// namely that it came so many times faster or slower before.
    public var changeOfPace = 4.0
    /// and, since chance has many beginnings to choose from, that many by a pace that steady.
    public var laterCount = 20
    public var laterLeast = 0.5
    /// Running threads, of which none ended, that are more than a pool has.
    public var mostPooled = 48
    /// Address space without access is reserved in plenty by allocators.
    public var reservedAge: UInt64 = 60_000_000_000
    public var reservedCount = 64
    /// Where a page or more of each is or was in use, somebody had a purpose with each.
    public var usedReservedCount = 32
    public var usedBytes: UInt64 = 4096
    public var suspectAge: UInt64 = 6_000_000_000
    public var suspectCount = 5
    public var slowSuspectAge: UInt64 = 9_500_000_000
    public var slowSuspectCount = 3
    /// Growth that has stopped may go on after a pause.
    public var leastPause: UInt64 = 20_000_000_000

    public init() {}
  }

  public var thresholds = Thresholds()

  public init() {}

  public func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    var verdicts: [Verdict] = []
    space.accounts.forEachTrend { index, account, trend in
      guard account.isJudgedHere else { return }
      let subject = Verdict.Subject(
        space: space.id, origin: account.origin, isRunOn: account.kind == .threadStack)
      let before = earlier[subject]?.standing
      var found: [Judgement?] = []
      if account.manner == .grown {
        found.append(judgeGrown(account, trend, space, ledger, at: now, before))
      }
      // Many buffers can come and stay, and they can all grow.
      if account.manner != .grown || account.live.count >= thresholds.oftenCount {
        found.append(judge(account, trend, space, ledger, at: now, before))
      }
      let judgements = found.compactMap { $0 }
      guard
        var judgement = judgements.first(where: { $0.standing == .leaking }) ?? judgements.first
      else { return }
      if subject.isRunOn {
        let (running, idle) = space.threadStacks(of: index)
        // A pool keeps some idle ones, and a leak of another kind has more.
        guard idle * 8 <= running else { return }
        judgement.evidence.insert(.threadsRun(count: running), at: 1)
      }
      if judgement.standing == .leaking, isReplacing(judgement, account, space, at: now) {
        judgement.standing = .suspect
      }
      verdicts.append(
        Verdict(subject, judgement, index, account, space, ledger, earlier[subject], isEnding))
    }
    return verdicts
  }

  /// Whether as many of the kind and size went that were there before, of which no call path is known:
  /// a program that was long at work when we came replaces what it has, and frees the old ones first.
  /// When those are used up, and it goes on growing, it is no longer that.
  private func isReplacing(
    _ judgement: Judgement, _ account: Account, _ space: Space, at now: KernelInstant
  ) -> Bool {
    let first = judgement.first
    let middle = first + (now.nanoseconds - min(now.nanoseconds, first)) / 2
    return account.manner == .mapped
      && space.accounts.goneBefore(like: account, since: middle) * 2 >= judgement.count
  }

  // MARK: Many mappings

  private func judge(
    _ account: Account, _ trend: Trend, _ space: Space, _ ledger: Ledger, at now: KernelInstant,
    _ earlier: Verdict.Standing?
  ) -> Judgement? {
    // What looks innocent at a glance: too few, or nothing came of late.
    guard account.live.count >= thresholds.slowSuspectCount else { return nil }
    let overlooked = earlier == .leaking ? 12 : 2
    guard let reading = SurvivorReading(trend, at: now, overlooking: overlooked) else { return nil }
    let strictness = space.strictness(ledger, of: account.kind)
    // Few pools have so many threads, and fill so slowly.
    let isNoPool =
      account.kind == .threadStack && account.live.count >= thresholds.mostPooled
      && account.freed.count == 0
    if leaks(reading, account, isNoPool ? strictness / 2 : strictness, at: now) {
      return Judgement(.leaking, reading, account, space)
    }
    if let later = laterGrowth(trend, account, strictness, at: now) {
      return Judgement(.leaking, later, account, space)
    }
    if let swelling = swelling(account, trend, strictness, at: now) {
      return Judgement(.leaking, swelling, account, space)
    }
    let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
    let span = reading.last - min(reading.last, reading.first)
    if earlier == .leaking {
      let fades =
        !account.swells
        && reading.quarters[2] + reading.quarters[3] < 0.2 * Double(reading.stuck)
      if quiet <= max(thresholds.leastPause, span), !fades {
        return Judgement(.leaking, reading, account, space)
      }
      return quiet <= max(3 * thresholds.leastPause, 4 * span)
        ? Judgement(.suspect, reading, account, space, quiet: quiet) : nil
    }
    let age = reading.age(at: now) / strictness
    let usual = age / UInt64(max(1, reading.stuck))
    guard quiet <= max(2_000_000_000, 2 * usual) else {
      let isPause = earlier == .suspect && quiet <= max(thresholds.suspectAge, span)
      return isPause ? Judgement(.suspect, reading, account, space, quiet: quiet) : nil
    }
    let isSuspect =
      reading.stuck >= thresholds.suspectCount && age >= thresholds.suspectAge
      || reading.stuck >= thresholds.slowSuspectCount && age >= thresholds.slowSuspectAge
    let grows = reading.quarters[2] + reading.quarters[3] > 0.15 * Double(reading.stuck)
    return isSuspect && grows ? Judgement(.suspect, reading, account, space) : nil
  }

  private func leaks(
    _ reading: SurvivorReading, _ account: Account, _ strictness: UInt64, at now: KernelInstant
  ) -> Bool {
    let age = reading.age(at: now) / strictness
    let count = reading.stuck / Int(strictness)
    if account.isMostlyReserved {
      guard reading.isSteady() else { return false }
      let used = account.everCommitted / UInt64(max(1, account.mapped.count))
      let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
      return age >= thresholds.reservedAge && count >= thresholds.reservedCount
        || used >= thresholds.usedBytes && age >= thresholds.leakingAge
          && count >= thresholds.usedReservedCount && quiet <= 1_000_000_000
    }
    if let period = period(of: reading, account) {
      let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
      guard quiet <= period + period / 2 + 1_000_000_000 else { return false }
      return age >= thresholds.regularAge && count >= thresholds.regularCount
        || age >= thresholds.leakingAge && count >= thresholds.oftenCount
        || age >= thresholds.clockworkAge && count >= thresholds.clockworkCount
          && reading.ended == 0
    }
    let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
    return quiet <= max(1_000_000_000, 4 * age / UInt64(max(1, count))) && reading.isSteady()
      && (age >= thresholds.leakingAge && count >= thresholds.leakingCount
        || age >= thresholds.patientAge && count >= thresholds.patientCount)
  }

  /// What an allocator takes from the system in ever larger pieces, ever more seldom, is judged by
  /// its bytes, as a heap is.
  private func swelling(
    _ account: Account, _ trend: Trend, _ strictness: UInt64, at now: KernelInstant
  ) -> EnvelopeReading? {
    guard account.swells, !account.isMostlyReserved,
      let reading = EnvelopeReading(trend, account.live.bytes, at: now)
    else { return nil }
    let age = (now.nanoseconds - min(now.nanoseconds, reading.first)) / strictness
    let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
    return age >= thresholds.leakingAge && reading.steps >= thresholds.oftenCount
      && quiet <= max(2_000_000_000, age / 4) && reading.isSteady() ? reading : nil
  }

  /// Growth that began, or went on, after another time.
  private func laterGrowth(
    _ trend: Trend, _ account: Account, _ strictness: UInt64, at now: KernelInstant
  ) -> SurvivorReading? {
    let windows = trend.windows
    for from in windows.indices.dropFirst() where windows[from].survivors > 0 {
      guard now.nanoseconds >= windows[from].start + thresholds.laterAge * strictness else {
        return nil
      }
      guard let reading = SurvivorReading(trend, at: now, overlooking: 2, from: from) else {
        continue
      }
      if leaks(reading, account, strictness, at: now), changesPace(windows, at: from, reading),
        period(of: reading, account) != nil && reading.stuck >= thresholds.oftenCount
          || reading.stuck >= thresholds.laterCount
            && reading.isSteady(laterShare: 0.42, least: thresholds.laterLeast)
      {
        return reading
      }
    }
    return nil
  }

  /// Whether another pace ended where this one begins, rather than slowed down to it.
  private func changesPace(
    _ windows: [Trend.Window], at from: Int, _ reading: SurvivorReading
  ) -> Bool {
    let start = windows[from].start
    let span = max(1, reading.horizon - min(reading.horizon, start))
    var since = start
    var before = 0
    for window in windows[..<from].reversed() where start - window.start <= span / 4 || before == 0
    {
      before += window.survivors
      since = window.start
    }
    let earlierPace = Double(before) / Double(max(Trend.finest, start - since))
    let pace = Double(reading.stuck) / Double(span)
    return earlierPace >= thresholds.changeOfPace * pace
      || earlierPace * thresholds.changeOfPace <= pace
  }

  private func period(of reading: SurvivorReading, _ account: Account) -> UInt64? {
    if let period = reading.period() { return period }
    // All that came stayed, so the moments of all of them are those of the stuck.
    guard account.freed.count == 0, account.mapped.count >= thresholds.oftenCount,
      account.usualGap > 0, account.gapDeviation * 8 <= account.usualGap,
      reading.isSteady()
    else { return nil }
    return UInt64(account.usualGap)
  }

  // MARK: What grows

  private func judgeGrown(
    _ account: Account, _ trend: Trend, _ space: Space, _ ledger: Ledger, at now: KernelInstant,
    _ earlier: Verdict.Standing?
  ) -> Judgement? {
    guard let reading = EnvelopeReading(trend, account.live.bytes, at: now) else { return nil }
    let strictness = space.strictness(ledger)
    let age = (now.nanoseconds - min(now.nanoseconds, reading.first)) / strictness
    let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
    let isGoing = quiet <= max(2_000_000_000, 3 * age / UInt64(reading.steps))
    // What was there before says nothing of how fast something grows; but a piece put to much is no
    // growth to speak of.
    let before = account.present.bytes
    let own = reading.levels[0] - min(reading.levels[0], before)
    guard account.live.count > 0, reading.rise * 2 > own, reading.rise * 64 >= before else {
      return nil
    }
    if age >= thresholds.leakingAge, reading.steps >= thresholds.oftenCount, isGoing,
      reading.isSteady()
    {
      return Judgement(.leaking, reading, account, space)
    }
    let span = reading.last - min(reading.last, reading.first)
    if earlier == .leaking, account.live.bytes >= reading.levels[4], reading.rise > 0 {
      if quiet <= max(thresholds.leastPause, span) {
        return Judgement(.leaking, reading, account, space)
      }
      return quiet <= 4 * span ? Judgement(.suspect, reading, account, space, quiet: quiet) : nil
    }
    return age >= thresholds.suspectAge && reading.steps >= thresholds.suspectCount && isGoing
      && reading.levels[4] > reading.levels[2]
      ? Judgement(.suspect, reading, account, space) : nil
  }
}

extension Account {
  /// Whether a verdict on it would be this detector's; others add nothing or are judged elsewhere.
  fileprivate var isJudgedHere: Bool {
    switch manner {
    case .placed, .heapTotal, .committed, .break, .filled: return false
    case .mapped, .grown, .reserved: break
    }
    switch kind {
    case .anonymous: return !isArena
    case .file, .sharedMemory, .threadStack: return true
    case .heap, .mainStack, .guard, .special: return false
    }
  }

  /// Whether its mappings differ much in size, and none of them ever went.
  fileprivate var swells: Bool {
    freed == Amount() && smallestBytes > 0 && largestBytes / 4 >= smallestBytes
  }

  /// Whether it is address space of which little is used.
  var isMostlyReserved: Bool { manner == .reserved && committedBytes < live.bytes / 2 }
}

extension Space {
  /// Of the stacks in an account, how many threads run on, and how many lie there without one.
  fileprivate func threadStacks(of account: UInt32) -> (running: Int, idle: Int) {
    let wanted = accounts.index(standingFor: account)
    var counts = (running: 0, idle: 0)
    for stack in stacks.byOrigin.values {
      guard let entry = table.entry(containing: stack.range.end - 1),
        accounts.index(standingFor: entry.value.account) == wanted
      else { continue }
      if stack.isIdle { counts.idle += 1 } else { counts.running += 1 }
    }
    return counts
  }
}
