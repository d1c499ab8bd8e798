// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// A verdict in the making: where one origin stands, and why.
struct Judgement {
  var standing: Verdict.Standing
  /// What came before is not blamed.
  var first: UInt64
  var last: UInt64
  var count: Int
  var bytes: UInt64
  /// What is younger is not blamed, where most of what is young goes; nil blames all.
  var youngest: UInt64?
  var bytesPerMinute: Double
  var period: UInt64?
  var evidence: [Evidence]

  init(
    _ standing: Verdict.Standing, _ reading: SurvivorReading, _ account: Account, _ space: Space,
    quiet: UInt64? = nil
  ) {
    self.standing = standing
    first = reading.first
    last = max(reading.last, reading.first)
    // Where hardly any goes, the young ones stay like the others.
    let isPure = reading.ended * 10 <= reading.stuck
    count = isPure ? max(reading.stuck, account.live.count - account.present.count) : reading.stuck
    bytes =
      isPure
      ? max(reading.stuckBytes, account.live.bytes - min(account.live.bytes, account.present.bytes))
      : reading.stuckBytes
    if isPure, let latest = account.lastBirth { last = max(last, latest.nanoseconds) }
    youngest = isPure ? nil : reading.horizon
    period = reading.period(slack: Trend.finest)
    if isPure, account.freed.count == 0, account.usualGap > 0,
      account.gapDeviation * 8 <= account.usualGap, account.mapped.count >= 5
    {
      period = UInt64(account.usualGap)
    }
    bytesPerMinute = ratePerMinute(bytes: bytes, count: count, first: first, last: last)
    evidence = [
      .account(
        mapped: account.mapped.count, bytes: account.mapped.bytes, each: account.eachBytes,
        freed: max(0, account.freed.count), freedBytes: account.freed.bytes)
    ]
    if account.present.count > 0 { evidence.append(.besides(count: account.present.count)) }
    if account.freed.count * 10 < account.mapped.count,
      account.freed.bytes > account.mapped.bytes / 10
    {
      evidence.append(
        .remains(
          each: account.live.bytes / UInt64(max(1, account.live.count)),
          isFile: account.kind == .file))
    }
    evidence.append(
      .survivors(
        count: reading.stuck, olderThan: reading.patience, ended: reading.ended,
        endedLate: reading.endedLate))
    evidence.append(
      .quarters(reading.quarters.map { Int($0.rounded()) }, span: reading.horizon - reading.first))
    finish(quiet, space)
  }

  init(
    _ standing: Verdict.Standing, _ reading: EnvelopeReading, _ account: Account, _ space: Space,
    quiet: UInt64? = nil
  ) {
    self.standing = standing
    first = reading.first
    last = reading.last
    count = max(1, account.live.count)
    let before = reading.isLater ? reading.levels[0] : account.present.bytes
    bytes = max(reading.rise, account.live.bytes - min(account.live.bytes, before))
    bytesPerMinute = min(1e18, Double(reading.rise) / Double(reading.span) * 60e9)
    evidence = [
      .grew(times: reading.steps, bytes: bytes),
      .envelope(from: reading.levels[0], to: reading.levels[4], span: reading.span),
    ]
    finish(quiet, space)
  }

  private mutating func finish(_ quiet: UInt64?, _ space: Space) {
    if let period { evidence.append(.regular(period: period)) }
    if let quiet { evidence.append(.stopped(for: quiet)) }
    if space.everLostEvents { evidence.append(.lostEvents) }
  }
}

extension Verdict {
  init(
    _ subject: Subject, _ judgement: Judgement, _ index: UInt32, _ account: Account,
    _ space: Space, _ ledger: Ledger, _ earlier: Verdict?, _ isEnding: Bool
  ) {
    let leader = space.processes.first ?? ProcessID(0)
    self.init(
      subject: subject, standing: judgement.standing, process: leader,
      processName: ledger.processes[leader]?.name.text ?? "", count: judgement.count,
      bytes: judgement.bytes, bytesPerMinute: judgement.bytesPerMinute, period: judgement.period,
      first: KernelInstant(nanoseconds: judgement.first),
      last: KernelInstant(nanoseconds: judgement.last), evidence: judgement.evidence, ranges: [],
      callPath: account.callPath)
    eachBytes = account.freed.bytes == 0 ? account.eachBytes : nil
    // To look for them takes a look at all of a table: of a large one only when there is news.
    let isNews = earlier.map { judgement.count >= $0.count + $0.count / 5 + 1 } ?? true
    if space.table.count <= 10_000 || isNews, !isEnding {
      ranges = space.ranges(of: index, from: judgement.first, to: judgement.youngest)
    } else {
      ranges = earlier?.ranges ?? []
    }
  }
}

extension Space {
  private static var mostRanges: Int { 4096 }

  /// Where the mappings of an account lie that were born in that time; so many at most.
  fileprivate func ranges(
    of account: UInt32, from first: UInt64, to last: UInt64?
  ) -> [Verdict.BlamedRange] {
    var ranges: [Verdict.BlamedRange] = []
    let wanted = accounts.index(standingFor: account)
    table.forEach(in: .everything) { entry in
      guard ranges.count < Self.mostRanges,
        accounts.index(standingFor: entry.value.account) == wanted,
        entry.value.bornAt.nanoseconds >= first, entry.value.bornAt.nanoseconds <= last ?? .max
      else { return }
      if let before = ranges.last, before.end == entry.range.start {
        ranges[ranges.count - 1].end = entry.range.end
      } else {
        ranges.append(Verdict.BlamedRange(start: entry.range.start, end: entry.range.end))
      }
    }
    return ranges
  }
}
