// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// A heap that grows and does not come back: the program break, Go's heap, and what is made accessible
/// of reservations, as of malloc's arenas and of the linear memory of WebAssembly.
///
/// Whoever calls malloc when the top is reached extends it, guilty or not; so the heap is judged as a
/// whole, by the least size of each while, and the call path that extended it most is named.
public struct HeapGrowthDetector: LeakDetector {
  public struct Thresholds: Sendable {
    public var leakingAge: UInt64 = 13_000_000_000
    public var leakingSteps = 6
    public var laterAge: UInt64 = 20_000_000_000
    public var suspectAge: UInt64 = 6_000_000_000
    public var suspectSteps = 4
    public var leastBytes: UInt64 = 256 << 10
    /// Of a heap that was there before, or has warmed up, growth by one part in so many shows within
    /// `laterAge`; less takes longer, as what is cached comes to lie ever less densely for a while.
    public var laterShare: UInt64 = 4
    /// But not where it grew so many times, as much in each fifth as in all but `evenLeast` of the mean:
    /// what comes of chance is not so even.
    public var evenSteps = 40
    public var evenLeast = 0.85
    public var leastPause: UInt64 = 20_000_000_000

    public init() {}
  }

  public var thresholds = Thresholds()

  public init() {}

  public func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    [Origin.Manner.heapTotal, .committed].compactMap { manner in
      guard let (total, trend) = space.accounts.total(manner) else { return nil }
      let subject = Verdict.Subject(
        space: space.id, origin: Origin(kind: .heap, manner: manner))
      let before = earlier[subject]
      guard var judgement = judge(total, trend, space, ledger, at: now, before) else {
        return nil
      }
      let extenders = Extenders(of: manner, space, since: judgement.first)
      if extenders.stacks > 0 {
        judgement.evidence.append(
          .extenders(stacks: extenders.stacks, share: extenders.share))
      }
      var verdict = Verdict(
        subject, judgement, .max, total, space, ledger, before, true)
      verdict.callPath = extenders.most
      verdict.count = max(1, total.mapped.count)
      return verdict
    }
  }

  private func judge(
    _ total: Account, _ trend: Trend, _ space: Space, _ ledger: Ledger, at now: KernelInstant,
    _ earlier: Verdict?
  ) -> Judgement? {
    guard let whole = EnvelopeReading(trend, total.live.bytes, at: now) else { return nil }
    let strictness = space.strictness(ledger, of: .heap)
    let before = total.manner == .committed ? space.accounts.committedBefore : 0
    func age(_ reading: EnvelopeReading) -> UInt64 {
      (now.nanoseconds - min(now.nanoseconds, reading.first)) / strictness
    }
    func isGoing(_ reading: EnvelopeReading) -> Bool {
      let quiet = now.nanoseconds - min(now.nanoseconds, reading.last)
      return quiet <= max(2_000_000_000, 3 * age(reading) / UInt64(reading.steps))
    }
    // Twice the time for half the share, and a rise that goes on is twice as much by then.
    func hasWeight(_ reading: EnvelopeReading) -> Bool {
      let weight = Double(reading.rise) * Double(thresholds.laterShare) * Double(age(reading))
      return weight >= Double(before + reading.levels[0]) * Double(thresholds.laterAge)
    }
    func isEven(_ reading: EnvelopeReading) -> Bool {
      reading.steps >= thresholds.evenSteps
        && reading.isSteady(laterShare: 0.45, least: thresholds.evenLeast)
    }
    // Once malloc has seen large pieces freed that it had mapped one by one, it takes their like from the
    // heap: that rises as they go.
    func isMore(_ reading: EnvelopeReading) -> Bool {
      reading.rise / 2 >= space.accounts.anonymousBytesGone(since: reading.first)
    }
    if age(whole) >= thresholds.leakingAge, whole.steps >= thresholds.leakingSteps,
      whole.rise >= thresholds.leastBytes, isGoing(whole), whole.isSteady(),
      hasWeight(whole) || isEven(whole), isMore(whole)
    {
      return Judgement(.leaking, whole, total, space)
    }
    for from in trend.windows.indices.dropFirst() {
      guard now.nanoseconds >= trend.windows[from].start + thresholds.laterAge * strictness else {
        break
      }
      guard let later = EnvelopeReading(trend, total.live.bytes, at: now, from: from) else { break }
      if later.steps >= 4 * thresholds.leakingSteps, later.rise >= thresholds.leastBytes,
        hasWeight(later), isGoing(later), later.isSteady(laterShare: 0.42, least: 0.5),
        isMore(later)
      {
        return Judgement(.leaking, later, total, space)
      }
    }
    // What a verdict was made on is what it goes on to tell of: growth before then was another one.
    if let earlier, earlier.standing == .leaking,
      let since = EnvelopeReading(
        trend, total.live.bytes, at: now, from: trend.index(of: earlier.first.nanoseconds)),
      since.rise > 0, total.live.bytes >= since.levels[4], !since.fades
    {
      let quiet = now.nanoseconds - min(now.nanoseconds, since.last)
      let span = since.last - min(since.last, since.first)
      if quiet <= max(thresholds.leastPause, span) {
        return Judgement(.leaking, since, total, space)
      }
      return quiet <= 4 * span ? Judgement(.suspect, since, total, space, quiet: quiet) : nil
    }
    return age(whole) >= thresholds.suspectAge && whole.steps >= thresholds.suspectSteps
      && isGoing(whole)
      && !whole.fades
      && whole.rise >= thresholds.leastBytes && isMore(whole)
      ? Judgement(.suspect, whole, total, space) : nil
  }
}

/// Who extended the heap.
private struct Extenders {
  var stacks = 0
  var most: CallPathID?
  /// Of the bytes that are there, how much the one that extended it most did.
  var share = 0.0

  init(of manner: Origin.Manner, _ space: Space, since first: UInt64) {
    var total: UInt64 = 0
    var largest: UInt64 = 0
    space.accounts.forEachExtender(manner) { account in
      guard account.live.bytes > 0, let stack = account.callPath,
        let last = account.lastBirth, last.nanoseconds >= first
      else { return }
      stacks += 1
      total &+= account.live.bytes
      if account.live.bytes > largest {
        largest = account.live.bytes
        most = stack
      }
    }
    share = total == 0 ? 0 : Double(largest) / Double(total)
  }
}
