// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
import Reporting
public import Symbolization

/// Taking in what is no record.
extension Pipeline {
  /// Takes in one input. Sinks that need inputs see it before, so that a recording has it before the
  /// answers that it asks for.
  public func take(_ input: PipelineInput) {
    for sink in inputSinks { sink.willTake(input, decoder.texts) }
    switch input {
    case .windowBegan:
      applyWindow()
      window = []
    case .joined(let lists): join(lists)
    case .mending: break
    case .viewed(let key, let when):
      if let space = ledger.space(of: key) { introduce(space, at: when) }
    case .lost(let note): take(note)
    case .relisted(let tasks, let when):
      for task in tasks { ledger.admit(task, at: when) }
      ledger.keepOnly(tasks, asOf: when)
    case .auditBegan: drift = []
    case .auditEnded(let checked, let spaces, let when):
      let found = AuditOutcome(checked: checked, spaces: spaces, drift: drift, when: when)
      coverage.drift += UInt64(drift.count { $0.cause != .stackGrowth })
      drift = []
      for sink in sinks { sink.audited(found, self) }
    case .callsEnded(let calls): ledger.endCalls(calls)
    case .judged(let when): judge(at: when)
    case .reported(let when): report(at: when)
    case .dumped(let when): dump(at: when)
    case .marked(let when): mark(at: when)
    case .finished(let when): finish(at: when)
    }
  }

  /// The spaces that the kernel has to be asked about, and why; taken once.
  public func takeWanted() -> [SpaceKey: SnapshotReason] {
    take(.mending)
    return ledger.takeWanted()
  }

  /// Tells the sinks of the tables, once the first lists are in them or will not come.
  public func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    for sink in sinks { sink.began(self) }
    for space in ledger.spaces.values.sorted(by: { $0.id < $1.id }) {
      introduce(space, at: facts.began)
    }
  }

  private func join(_ lists: JoinedLists) {
    let events = window ?? []
    window = nil
    drift += lists.spaces.flatMap {
      ledger.merge($0.space, at: lists.when, reason: lists.reason, window: events)
    }
    // The tables come first: they tell what each thread's stack lies in.
    for task in lists.spaces.flatMap(\.tasks) { ledger.admit(task, at: lists.when) }
    begin()
    for event in events { apply(event) }
  }

  /// Applies a window whose lists did not come: what was recorded meanwhile happened all the same.
  public func applyWindow() {
    guard let events = window else { return }
    window = nil
    begin()
    for event in events { apply(event) }
  }

  private func take(_ note: LossNote) {
    let keys = note.isComplete ? note.spaces : Array(ledger.spaces.keys)
    let ids = keys.compactMap { ledger.space(of: $0)?.id }.sorted()
    for key in keys { ledger.noteLoss(in: key) }
    coverage.lost = note.total
    for sink in sinks { sink.noted(note, spaces: ids, self) }
  }

  // MARK: Call paths

  /// Takes in what the resolver has done meanwhile; answers the spaces of which more stack has to be
  /// copied, because it ran out before its bottom was reached.
  public func takeCallPaths(at now: KernelInstant) -> [SpaceKey] {
    guard let resolver = callPaths.resolver else { return [] }
    callPaths.submitSettled(at: now, ledger)
    var tooShort: [SpaceKey] = []
    for resolved in resolver.take() {
      for (path, id) in resolved.buildIDs { add(buildID: id, of: path) }
      tell(.callPath(resolved))
      add(resolved)
      if resolved.canonical != resolved.id { unify(resolved.id, with: resolved.canonical) }
      if resolved.stack.incomplete == .copyTooShort { tooShort.append(resolved.space) }
    }
    publishResolved(at: now)
    return tooShort
  }

  /// Takes in a call path that was resolved, here or when a recording was made.
  public func add(_ resolved: CallPathResolver.Resolved) { callPaths.add(resolved) }

  public func add(buildID: [UInt8], of path: String) {
    if callPaths.note(buildID: buildID, of: path) { tell(.module(path: path, buildID: buildID)) }
  }

  /// Two call paths turned out to be the same.
  public func unify(_ id: CallPathID, with canonical: CallPathID) {
    ledger.unify(id, with: canonical)
  }

  private func tell(_ answer: RecordedAnswer) {
    for sink in inputSinks { sink.noted(answer) }
  }

  /// Forgets the call paths that nothing speaks of any more, once there are many: those of ended
  /// processes, and all but one of each path.
  func sweepCallPaths() {
    guard callPaths.isFull else { return }
    var used = ledger.callPathsInUse()
    for verdict in book.verdicts { if let id = verdict.callPath { used.insert(id) } }
    for sink in sinks { used.formUnion(sink.callPathsInUse) }
    used.formUnion(used.map { ledger.canonical($0) })
    forgotten += callPaths.forget(except: used)
    ledger.forgetCallPaths(except: used)
    for sink in sinks { sink.forgetCallPaths(except: used) }
  }

  /// The fingerprints of call paths that were forgotten since this was last called: the programs are
  /// to forget them too, so that they send such a stack again.
  public func takeForgotten() -> [UInt64] {
    defer { forgotten.removeAll() }
    return forgotten
  }
}
