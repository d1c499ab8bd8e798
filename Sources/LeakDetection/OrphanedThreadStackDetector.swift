// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// Thread stacks that outlived their threads, for good.
///
/// A stack without a thread is no leak yet. The C library keeps some for reuse, and a thread may still
/// be joined; neither makes a system call. A new stack of the size does, and it is only mapped when no
/// idle one is in reach. So a stack was out of reach for certain from its thread's exit to the newest
/// such mapping. After that it may have been joined and lie in the cache. Silence proves nothing,
/// unless the cache could not hold them: they are more bytes than it keeps, or they are stacks of
/// processes, which it knows nothing of.
///
/// Where a call path makes stacks of ever other sizes, those that it made are judged together. A new
/// one tells of each idle one that the C library would have used for it: one as large, and at most so
/// many times larger.
///
/// A batch of threads that are all joined at its end looks like a leak until then, and nothing tells
/// the two apart the first time. Time decides: a batch that goes on exiting unjoined for twice the age
/// of `thread-stacks-passed-over`, or that lies unjoined for the age of `thread-stacks-waiting` and is
/// more than a cache holds, is called leaking until it is joined. The verdict is withdrawn then. Longer
/// ages would spare such a batch a wrong verdict and keep the owner of a leak waiting; shorter ones
/// would blame batches of a second or two, which are common. From the first join on the program's own
/// waits are known, and `patience` times the longest of them is allowed.
public struct OrphanedThreadStackDetector: LeakDetector {
  private let policy: ThreadStackPolicy

  public init(policy: LeakPolicy = .standard) { self.policy = policy.threadStacks }

  public func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict] {
    var bySize: [UInt64: [ThreadStack]] = [:]
    var byPath: [CallPathID: [ThreadStack]] = [:]
    for stack in space.stacks.byOrigin.values where stack.isLeftBehind(policy) {
      if let path = stack.mappedCallPath.map(ledger.canonical) {
        byPath[path, default: []].append(stack)
      } else {
        bySize[stack.bytes, default: []].append(stack)
      }
    }
    var groups: [OutlivedThreads] = []
    for (path, stacks) in byPath.sorted(by: { $0.key.raw < $1.key.raw }) {
      if stacks.differInSize(policy) {
        groups.append(
          OutlivedThreads(
            stacks, by: path, fresh: space.stacks.mapped(by: path, ledger),
            past: space.stacks.history(alike: stacks), policy, at: now))
      } else {
        for stack in stacks { bySize[stack.bytes, default: []].append(stack) }
      }
    }
    for (bytes, stacks) in bySize.sorted(by: { $0.key < $1.key }) {
      let past = space.stacks.history[bytes] ?? ThreadStacks.History()
      if let idle = OutlivedThreads(stacks, bytes: bytes, past: past, policy, at: now) {
        groups.append(idle)
      }
    }
    return groups.compactMap { verdict(on: $0, space, ledger, isEnding) }
  }

  private func verdict(
    on idle: OutlivedThreads, _ space: Space, _ ledger: Ledger, _ isEnding: Bool
  ) -> Verdict? {
    let blamed = idle.blamed
    guard let rule = policy.rules.first(for: Signals(idle, isEnding: isEnding)),
      let first = blamed.first, let last = blamed.last
    else { return nil }
    let moments = blamed.map(\.began.nanoseconds)
    let total = blamed.reduce(0) { $0 &+ $1.liveBytes }
    let period = regularPeriod(of: moments)
    let leader = space.processes.first ?? last.process
    return Verdict(
      subject: Verdict.Subject(
        space: space.id,
        origin: Origin(kind: .threadStack, callPath: idle.path, unitBytes: idle.bytes)),
      standing: rule.standing, rule: rule.name, process: leader,
      processName: ledger.processes[leader]?.name.text ?? "", count: blamed.count, bytes: total,
      bytesPerMinute: ratePerMinute(
        bytes: total, count: blamed.count, first: first.began.nanoseconds,
        last: last.began.nanoseconds),
      period: period, first: first.began, last: last.began,
      evidence: evidence(on: idle, rule.standing, period, last, space),
      ranges: blamed.map { Verdict.BlamedRange(start: $0.range.start, end: $0.range.end) },
      callPath: commonest(blamed.map { $0.blamedCallPath.map(ledger.canonical) }))
  }

  private func evidence(
    on idle: OutlivedThreads, _ standing: Verdict.Standing, _ period: UInt64?,
    _ example: ThreadStack,
    _ space: Space
  ) -> [Evidence] {
    let blamed = idle.blamed
    let before = blamed.count { $0.mappedAt == nil }
    var facts: [Evidence] = [
      .mapped(
        count: blamed.count, bytes: idle.path == nil ? idle.bytes : nil,
        guardBytes: example.guardBytes, withStackFlag: example.hasStackFlag)
    ]
    if before > 0 { facts.append(.presentBefore(count: before)) }
    if idle.path == nil, let alike = space.mappingsFromBefore(of: idle.bytes - example.guardBytes) {
      facts.append(.alikeBefore(count: alike.count, bytes: alike.bytes))
    }
    facts.append(
      .ranThread(
        example: example.thread,
        range: Verdict.BlamedRange(start: example.range.start, end: example.range.end),
        creator: example.creator, at: example.startedAt, isOwnProcess: example.ranProcess))
    facts.append(
      .threadsExited(
        count: blamed.count,
        lifetime: median(blamed.map { ($0.exitedAt ?? $0.startedAt).since($0.startedAt) }),
        lastAt: blamed.compactMap(\.exitedAt).max() ?? example.startedAt))
    facts.append(.neverUnmapped(count: blamed.count))
    facts.append(.passedOver(idle: idle.passedOver.count, fresh: idle.past.fresh))
    if standing == .suspect, idle.fitsCache {
      facts.append(.fitsCache(bytes: blamed.reduce(0) { $0 &+ $1.liveBytes }))
    }
    facts.append(.reuse(times: idle.past.reused, reclaimed: idle.past.reclaimed))
    if let period { facts.append(.regular(period: period)) }
    if space.everLostEvents { facts.append(.lostEvents) }
    return facts
  }
}

/// The call path that more than half of `paths` are; nil when there is none.
private func commonest(_ paths: [CallPathID?]) -> CallPathID? {
  var counts: [CallPathID: Int] = [:]
  for case let path? in paths { counts[path, default: 0] += 1 }
  return counts.first { $0.value * 2 > paths.count }?.key
}

extension [ThreadStack] {
  /// Whether no size is that of half of them, or whatever part the policy says.
  fileprivate func differInSize(_ policy: ThreadStackPolicy) -> Bool {
    var counts: [UInt64: Int] = [:]
    for stack in self { counts[stack.bytes, default: 0] += 1 }
    return counts.values.allSatisfy { $0 * policy.oneSizePart.value < count }
  }
}

extension ThreadStacks {
  /// The sizes of those that a call path mapped, latest first.
  fileprivate func mapped(
    by path: CallPathID, _ ledger: Ledger
  ) -> [(at: KernelInstant, bytes: UInt64)] {
    byOrigin.values.compactMap { stack in
      guard let at = stack.mappedAt, stack.mappedCallPath.map(ledger.canonical) == path else {
        return nil
      }
      return (at, stack.bytes)
    }.sorted { $0.at > $1.at }
  }

  /// What happened to stacks no smaller than the smallest of `stacks` and no larger than the largest.
  fileprivate func history(alike stacks: [ThreadStack]) -> History {
    let sizes = stacks.map(\.bytes)
    guard let least = sizes.min(), let most = sizes.max() else { return History() }
    return history.lazy.filter { $0.key >= least && $0.key <= most }
      .reduce(into: History()) { $0.add($1.value) }
  }
}

extension Space {
  /// The private mappings of that length that were there before the tracer and are still, without those
  /// that a thread is known to run on.
  fileprivate func mappingsFromBefore(of bytes: UInt64) -> Account.Amount? {
    var found: Account.Amount?
    accounts.forEachAccount { account in
      if account.kind == .anonymous, account.callPath == nil, account.unitBytes == bytes,
        account.present.count > 0, account.live.count > 0
      {
        found = account.live
      }
    }
    return found
  }
}
