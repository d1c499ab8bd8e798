// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger

/// A verdict in the making: where one origin stands, by which rule, and why.
struct DraftVerdict {
  var standing: Verdict.Standing
  var rule: RuleName
  /// What came before is not blamed.
  var first: KernelInstant
  var last: KernelInstant
  var count: Int
  var bytes: UInt64
  /// What is younger is not blamed, where most of what is young goes; nil blames all.
  var youngest: KernelInstant?
  var bytesPerMinute: Double
  var period: KernelDuration?
  var evidence: [Evidence]

  /// On mappings that stay. `quiet`: how long nothing came, where that is told.
  init(
    _ standing: Verdict.Standing, _ rule: RuleName, _ stuck: StuckAllocations,
    _ seen: Observation, _ measures: Measures, quiet: KernelDuration? = nil
  ) {
    self.standing = standing
    self.rule = rule
    first = stuck.first
    last = max(stuck.last, stuck.first)
    // Where hardly any goes, the young ones stay like the others.
    let isPure = stuck.ended * measures.purePart.value <= stuck.count
    count = isPure ? max(stuck.count, seen.live.count - seen.present.count) : stuck.count
    bytes =
      isPure
      ? max(stuck.bytes, seen.live.bytes - min(seen.live.bytes, seen.present.bytes)) : stuck.bytes
    if isPure, let latest = seen.lastBirth { last = max(last, latest) }
    youngest = isPure ? nil : stuck.horizon
    period = stuck.windowPeriod(measures)
    if isPure, seen.freed.count == 0, seen.mapped.count >= measures.fewestGapsTold.value,
      let gap = seen.regularGap(measures)
    {
      period = gap
    }
    bytesPerMinute = ratePerMinute(
      bytes: bytes, count: count, first: first.nanoseconds, last: last.nanoseconds)
    evidence = Self.evidence(on: stuck, seen, measures)
    if let period { evidence.append(.regular(period: period.nanoseconds)) }
    if let quiet { evidence.append(.stopped(for: quiet.nanoseconds)) }
  }

  private static func evidence(
    on stuck: StuckAllocations, _ seen: Observation, _ measures: Measures
  ) -> [Evidence] {
    let (mapped, freed, part) = (seen.mapped, seen.freed, measures.remainsPart.value)
    var evidence: [Evidence] = [
      .account(
        mapped: mapped.count, bytes: mapped.bytes, each: seen.eachBytes,
        freed: max(0, freed.count), freedBytes: freed.bytes)
    ]
    if seen.present.count > 0 { evidence.append(.besides(count: seen.present.count)) }
    if freed.count * part < mapped.count, freed.bytes > mapped.bytes / UInt64(part) {
      evidence.append(
        .remains(
          each: seen.live.bytes / UInt64(max(1, seen.live.count)),
          isFile: seen.origin.kind == .file))
    }
    evidence.append(
      .survivors(
        count: stuck.count, olderThan: stuck.patience.nanoseconds, ended: stuck.ended,
        endedLate: stuck.endedLate))
    let quarters = (0..<4).map { Int(stuck.course.quarters[$0].rounded()) }
    evidence.append(.quarters(quarters, span: stuck.horizon.since(stuck.first)))
    return evidence
  }

  /// On a size that rises.
  init(
    _ standing: Verdict.Standing, _ rule: RuleName, _ floor: RisingFloor, _ seen: Observation,
    quiet: KernelDuration? = nil
  ) {
    self.standing = standing
    self.rule = rule
    first = floor.first
    last = floor.last
    count = max(1, seen.live.count)
    let before = floor.isLater ? floor.levels[0] : seen.present.bytes
    bytes = max(floor.rise, seen.live.bytes - min(seen.live.bytes, before))
    bytesPerMinute = min(1e18, Double(floor.rise) / Double(floor.span.nanoseconds) * 60e9)
    evidence = [
      .grew(times: floor.steps, bytes: bytes),
      .envelope(from: floor.levels[0], to: floor.levels[4], span: floor.span.nanoseconds),
    ]
    if let quiet { evidence.append(.stopped(for: quiet.nanoseconds)) }
  }
}

extension Verdict {
  /// `account` is the account of the mappings that are blamed, by its index; nil when no mapping is.
  init(
    _ subject: Subject, _ draft: DraftVerdict, of account: UInt32?, _ seen: Observation,
    _ space: Space, _ ledger: Ledger, _ earlier: Verdict?, isEnding: Bool
  ) {
    let leader = space.processes.first ?? ProcessID(0)
    self.init(
      subject: subject, standing: draft.standing, rule: draft.rule, process: leader,
      processName: ledger.processes[leader]?.name.text ?? "", count: draft.count,
      bytes: draft.bytes, bytesPerMinute: draft.bytesPerMinute,
      period: draft.period?.nanoseconds, first: draft.first, last: draft.last,
      evidence: draft.evidence, ranges: [], callPath: seen.origin.callPath)
    eachBytes = seen.freed.bytes == 0 ? seen.eachBytes : nil
    guard let account else { return }
    // Finding the ranges walks the whole table: a large one is walked only when there is news.
    let isNews = earlier.map { draft.count >= $0.count + $0.count / 5 + 1 } ?? true
    if space.table.count <= 10_000 || isNews, !isEnding {
      ranges = space.ranges(of: account, from: draft.first, to: draft.youngest)
    } else {
      ranges = earlier?.ranges ?? []
    }
  }
}

extension Space {
  private static var mostRanges: Int { 4096 }

  /// Where the mappings of an account lie that were born in that time; so many at most.
  fileprivate func ranges(
    of account: UInt32, from first: KernelInstant, to last: KernelInstant?
  ) -> [Verdict.BlamedRange] {
    var ranges: [Verdict.BlamedRange] = []
    let wanted = accounts.index(standingFor: account)
    table.forEach(in: .everything) { entry in
      guard ranges.count < Self.mostRanges,
        accounts.index(standingFor: entry.value.account) == wanted,
        entry.value.bornAt >= first, last.map({ entry.value.bornAt <= $0 }) ?? true
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
