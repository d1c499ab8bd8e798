// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// The verdicts that stand, and what changed about them.
public struct VerdictBook: Sendable {
  private let detectors: [any LeakDetector]
  private let newsTimes: Int
  /// By the number of the space.
  private var pages: [Int: Page] = [:]

  /// Verdicts of ended processes that are kept: those with the most bytes.
  private static let mostEnded = 1000

  /// What is said of one space.
  fileprivate struct Page: Sendable {
    var standing: [Verdict.Subject: Verdict] = [:]
    /// As it was told last.
    var reported: [Verdict.Subject: Verdict] = [:]
  }

  public init(policy: LeakPolicy = .standard) {
    self.init(
      detectors: [
        OrphanedThreadStackDetector(policy: policy), SteadyGrowthDetector(policy: policy),
        HeapGrowthDetector(policy: policy),
      ], life: policy.life)
  }

  public init(detectors: [any LeakDetector], life: LifePolicy = LifePolicy()) {
    self.detectors = detectors
    newsTimes = life.newsTimes.value
  }

  /// Every verdict that stands, by subject.
  public var standing: [Verdict.Subject: Verdict] {
    pages.values.reduce(into: [:]) { all, page in all.merge(page.standing) { $1 } }
  }

  /// Of live processes first, leaking before suspect, then by bytes; those of ended processes, which
  /// grow no more and ask for nothing to be done, come last.
  public var verdicts: [Verdict] {
    func rank(_ verdict: Verdict) -> Int {
      (verdict.endedAt == nil ? 0 : 2) + (verdict.standing == .leaking ? 0 : 1)
    }
    return pages.values.flatMap(\.standing.values).sorted {
      let (a, b) = (rank($0), rank($1))
      if a != b { return a < b }
      return ($0.bytes, $0.subject.space, $0.subject.origin.unitBytes)
        > ($1.bytes, $1.subject.space, $1.subject.origin.unitBytes)
    }
  }

  /// Judges every space anew. Answers the verdicts that are new or materially changed, and the
  /// withdrawn ones.
  public mutating func judge(_ ledger: Ledger, at now: KernelInstant) -> [Verdict] {
    var news: [Verdict] = []
    for space in ledger.spaces.values.sorted(by: { $0.id < $1.id }) {
      news += judge(space, in: ledger, at: now)
    }
    if !pages.isEmpty { noteEnded(ledger, at: now) }
    return news
  }

  /// Judges one space; also for the last time, just before it ends: what leaked until then stays
  /// found, though the end of the process gave it back.
  public mutating func judge(
    _ space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool = false
  ) -> [Verdict] {
    var page = pages.removeValue(forKey: space.id) ?? Page()
    page.followUnified(in: ledger)
    var news: [Verdict] = []
    var found: Set<Verdict.Subject> = []
    let earlier = page.standing
    for detector in detectors {
      for var verdict in detector.verdicts(
        on: space, in: ledger, at: now, isEnding: isEnding, earlier: earlier)
      {
        found.insert(verdict.subject)
        // The last process may be gone by the time its space ends.
        if space.processes.isEmpty, let last = space.lastProcess {
          verdict.process = last.id
          verdict.processName = last.name.text
          verdict.endedAt = earlier[verdict.subject]?.endedAt ?? now
        } else if isEnding {
          verdict.endedAt = now
        }
        page.standing[verdict.subject] = verdict
        if let told = page.reported[verdict.subject],
          !verdict.isMaterially(differentFrom: told, times: newsTimes)
        {
          continue
        }
        page.reported[verdict.subject] = verdict
        news.append(verdict)
      }
    }
    if page.standing.count > found.count {
      for (subject, verdict) in page.standing where !found.contains(subject) {
        page.standing[subject] = nil
        page.reported[subject] = nil
        news.append(verdict.withdrawn(at: now))
      }
    }
    if !page.standing.isEmpty { pages[space.id] = page }
    return news
  }

  /// Not every space ends with an event of its own: some kernels tell none, and some are lost.
  ///
  /// A machine that runs for months ends leaking processes without end, so the smallest are forgotten.
  private mutating func noteEnded(_ ledger: Ledger, at now: KernelInstant) {
    let alive = Set(ledger.spaces.values.map(\.id))
    for id in Array(pages.keys) where !alive.contains(id) { pages[id]?.end(at: now) }
    let count = pages.values.reduce(0) { $0 + $1.standing.count }
    if count > 2 * Self.mostEnded { forgetEnded(alive) }
  }

  private mutating func forgetEnded(_ alive: Set<Int>) {
    let ended = pages.lazy.filter { !alive.contains($0.key) }.flatMap(\.value.standing.values)
      .sorted { $0.bytes > $1.bytes }
    for verdict in ended.dropFirst(Self.mostEnded) {
      let (id, subject) = (verdict.subject.space, verdict.subject)
      pages[id]?.standing[subject] = nil
      pages[id]?.reported[subject] = nil
      if pages[id]?.standing.isEmpty == true { pages[id] = nil }
    }
  }

  /// Forgets where the blamed mappings of a space lie that has ended: another process may go by that
  /// id soon, and its memory be looked at.
  public mutating func close(_ space: Space) { pages[space.id]?.forgetRanges() }
}

extension VerdictBook.Page {
  /// A call path may turn out to be another one by which more is known. What stands goes on under that
  /// one's name, so that a leak stays one verdict.
  fileprivate mutating func followUnified(in ledger: Ledger) {
    for subject in Array(standing.keys) {
      guard let path = subject.origin.callPath, ledger.canonical(path) != path else { continue }
      var unified = subject
      unified.origin.callPath = ledger.canonical(path)
      standing.rename(subject, to: unified)
      reported.rename(subject, to: unified)
    }
  }

  fileprivate mutating func end(at now: KernelInstant) {
    for (subject, verdict) in standing where verdict.endedAt == nil {
      standing[subject]?.endedAt = now
    }
  }

  fileprivate mutating func forgetRanges() {
    for subject in Array(standing.keys) { standing[subject]?.ranges = [] }
  }
}

extension [Verdict.Subject: Verdict] {
  /// Where both are judged already the worse one stays, and of two alike the larger.
  fileprivate mutating func rename(_ old: Verdict.Subject, to new: Verdict.Subject) {
    guard var verdict = removeValue(forKey: old) else { return }
    verdict.subject = new
    verdict.callPath = new.origin.callPath
    if let other = self[new] {
      let isWorse =
        (verdict.standing == .leaking) != (other.standing == .leaking)
        ? verdict.standing == .leaking : verdict.count > other.count
      if !isWorse { return }
    }
    self[new] = verdict
  }
}

extension Verdict {
  /// Another standing, or so many times as much of it, or as little.
  func isMaterially(differentFrom earlier: Verdict, times: Int) -> Bool {
    standing != earlier.standing || count >= earlier.count * times
      || count * times <= earlier.count
  }

  /// This verdict taken back: nothing is blamed any more.
  func withdrawn(at now: KernelInstant) -> Verdict {
    var verdict = self
    verdict.standing = .withdrawn
    verdict.last = now
    verdict.count = 0
    verdict.bytes = 0
    verdict.bytesPerMinute = 0
    verdict.period = nil
    verdict.ranges = []
    verdict.evidence = [.blamedBefore(count: count, bytes: bytes)]
    return verdict
  }
}
