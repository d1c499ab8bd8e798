// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import LeakDetection
import MappingEvents
import MappingLedger
import Renderers
import Reporting
import Symbolization

/// The call stacks of a run: handed to the resolver as they come, taken back when they are done.
struct StackAccount {
  var book = CallPathBook()
  /// Nil with `--stacks none`.
  let resolver: CallPathResolver?
  /// Counts the times that code was mapped in a space: what was known of its modules is old then.
  var layouts: [SpaceKey: Int] = [:]
  /// Stacks of spaces that may be gone before anybody asks, and since when there are any. Nil once a
  /// space has lasted.
  var young: [SpaceKey: Young?] = [:]
  private(set) var youngBytes = 0
  /// Stacks whose symbols were asked for.
  var symbolsWanted: Set<CallPathID> = []
  /// Of those, the ones that came.
  var symbolized: Set<CallPathID> = []
  /// Which stacks have had their line.
  private var written: Set<CallPathID> = []
  /// Of every stack that was sent and may be sent again under another id once this is forgotten.
  private var fingerprints: [CallPathID: UInt64] = [:]
  /// So many are kept before it is looked which of them are still in use.
  private var mostFingerprints: Int
  private let leastFingerprints: Int
  /// Lines that wait for the stacks they speak of, oldest first.
  var held: [HeldLines] = []
  /// Stacks that lines not yet held speak of.
  var wanted: [OwedLine] = []
  /// New stacks that the programs did not send.
  var unsent: UInt64 = 0
  /// The build ids of the modules in the book, by path: those of the file seen last.
  private(set) var buildIDs: [String: [UInt8]] = [:]

  /// Lines that are ready but for the stacks they speak of.
  struct HeldLines {
    var bytes: [UInt8]
    var stacks: [OwedLine]
    /// When they go out all the same.
    var deadline: KernelInstant
  }

  /// The line of a stack, due right before the first line that speaks of it.
  struct OwedLine {
    var id: CallPathID
    var subject: LineSubject
    /// Where that other line begins.
    var start: Int
  }

  struct Young {
    var since: KernelInstant
    var stacks: [CapturedStack] = []
  }

  init(resolves: Bool) {
    resolver = resolves ? CallPathResolver() : nil
    leastFingerprints = getenv("BPFLEAK_KEPT_STACKS").flatMap { Int(String(cString: $0)) } ?? 4096
    mostFingerprints = leastFingerprints
  }

  /// Keeps a stack until its space has lasted; false when it has, or when too many are kept.
  mutating func keepYoung(_ stack: CapturedStack, at now: KernelInstant) -> Bool {
    guard youngBytes < Self.mostYoungBytes else { return false }
    switch young[stack.space] {
    case .some(.none): return false
    case .some(.some(var known)):
      known.stacks.append(stack)
      young[stack.space] = known
    case .none: young[stack.space] = Young(since: now, stacks: [stack])
    }
    youngBytes += stack.byteCount
    return true
  }

  /// The stacks of the spaces that have lasted since `limit`.
  mutating func takeSettled(since limit: KernelInstant) -> [CapturedStack] {
    var settled: [CapturedStack] = []
    for (key, known) in young {
      guard let known, known.since <= limit else { continue }
      settled += known.stacks
      young[key] = .some(nil)
    }
    youngBytes -= settled.reduce(0) { $0 + $1.byteCount }
    return settled
  }

  mutating func forget(_ space: SpaceKey) {
    if let known = young.removeValue(forKey: space), let known {
      youngBytes -= known.stacks.reduce(0) { $0 + $1.byteCount }
    }
    layouts[space] = nil
  }

  private static let mostYoungBytes = 8 << 20

  /// Whether a line for that stack is still owed; it is not from now on.
  mutating func claimLine(_ id: CallPathID) -> Bool { written.insert(id).inserted }

  private static let mostBuildIDs = 10_000

  /// Whether that was not known before.
  mutating func note(buildID: [UInt8], of path: String) -> Bool {
    guard buildIDs[path] != buildID, buildIDs.count < Self.mostBuildIDs else { return false }
    buildIDs[path] = buildID
    return true
  }

  /// Notes that lines from `place` on begin elsewhere now.
  mutating func linesMoved(from place: Int, by distance: Int) {
    for index in wanted.indices where wanted[index].start >= place {
      wanted[index].start += distance
    }
  }

  mutating func noteSent(_ stack: CapturedStack) { fingerprints[stack.id] = stack.fingerprint }

  /// Whether so many were sent that those no longer in use are to be forgotten.
  var isFull: Bool { fingerprints.count >= mostFingerprints }

  /// Forgets every stack that is not in `used`; answers the fingerprints of what was forgotten.
  mutating func forget(except used: Set<CallPathID>) -> [UInt64] {
    let forgotten = fingerprints.filter { !used.contains($0.key) }
    fingerprints = fingerprints.filter { used.contains($0.key) }
    mostFingerprints = max(leastFingerprints, 2 * fingerprints.count)
    book.forget(except: used)
    written.formIntersection(used)
    symbolsWanted.formIntersection(used)
    symbolized.formIntersection(used)
    return Array(forgotten.values)
  }
}

extension TraceSession {
  /// How long a space must last for its stacks to be worth unwinding, in nanoseconds, when nobody
  /// asked for them all: a compiler's are gone sooner, and unwinding them all would cost more than
  /// tracing does.
  private static let settlingTime: UInt64 = 2_000_000_000

  /// Whether every stack is wanted, of however short-lived a process.
  private var wantsAllStacks: Bool {
    tracer.spec.scope != .system || settings.form == .ndjson && settings.wants("stack")
  }

  /// Whether every stack is to be shown; else those of verdicts, whose symbols are asked for then.
  private var showsAllStacks: Bool {
    tracer.spec.scope != .system
      || settings.form != .text
        && (settings.form != .ndjson || settings.wants("stack"))
  }

  /// How long lines wait for a stack, in nanoseconds.
  private static let mostWait: UInt64 = 2_000_000_000

  /// Takes in a stack that no record before had.
  func takeStack(_ record: UnsafeRawBufferPointer) {
    guard stacks.resolver != nil, let captured = try? CapturedStack(record) else { return }
    stacks.noteSent(captured)
    if !wantsAllStacks, stacks.keepYoung(captured, at: captured.when) { return }
    submit(captured)
  }

  private func submit(_ captured: CapturedStack) {
    guard let resolver = stacks.resolver else { return }
    let process = ledger.space(of: captured.space)?.processes.first ?? captured.process
    resolver.submit(
      captured, process: process, layout: stacks.layouts[captured.space] ?? 0,
      symbolizes: showsAllStacks)
  }

  /// Asks, once, for the symbols of a stack that a verdict speaks of.
  private func wantSymbols(of id: CallPathID, in spaceID: Int) {
    guard let resolver = stacks.resolver, !showsAllStacks, let unwound = stacks.book[id],
      let space = ledger.spaces.values.first(where: { $0.id == spaceID }),
      let process = space.processes.first
    else { return }
    let id = stacks.book.canonical(id)
    guard stacks.symbolsWanted.insert(id).inserted else { return }
    resolver.symbolize(
      CallPathResolver.Unwound(id: id, space: space.key, stack: unwound), process: process)
  }

  /// Keeps the resolver's view of a space in step with what `event` does to its code.
  func noteCode(_ event: MappingEvent) {
    guard let resolver = stacks.resolver, let key = event.space else { return }
    switch event.fact {
    case .mapped(let call) where call.protection.contains(.execute) && call.file != nil:
      stacks.layouts[key, default: 0] += 1
    case .spaceEnded:
      resolver.ended(key)
      stacks.forget(key)
    default: break
    }
  }

  /// Takes in what the resolver has done meanwhile.
  func takeResolvedStacks() {
    guard let resolver = stacks.resolver else { return }
    let now = Clock.now.nanoseconds
    let limit = KernelInstant(nanoseconds: now - min(now, Self.settlingTime))
    for captured in stacks.takeSettled(since: limit) { submit(captured) }
    for resolved in resolver.take() {
      for (path, id) in resolved.buildIDs where stacks.note(buildID: id, of: path) {
        recorder?.append(.module(path: path, buildID: id))
      }
      recorder?.append(.stack(resolved))
      stacks.book.add(resolved)
      if stacks.symbolsWanted.contains(resolved.id) { stacks.symbolized.insert(resolved.id) }
      if resolved.canonical != resolved.id { ledger.unify(resolved.id, with: resolved.canonical) }
      if resolved.stack.incomplete == .copyTooShort { tracer.copyMoreStack(of: resolved.space) }
    }
    stacks.unsent = tracer.stacksUnsent
    writeNews(at: Clock.now)
  }

  /// Forgets the stacks that nothing speaks of any more, once there are many: those of ended processes,
  /// and all but one of each call path.
  func sweepStacks() {
    guard stacks.isFull else { return }
    var used = ledger.callPathsInUse()
    for verdict in book.verdicts { if let id = verdict.callPath { used.insert(id) } }
    for owed in stacks.wanted + stacks.held.flatMap(\.stacks) { used.insert(owed.id) }
    used.formUnion(used.map { stacks.book.canonical($0) })
    tracer.forgetStacks(stacks.forget(except: used))
    ledger.forgetCallPaths(except: used)
  }

  /// Waits until every stack handed over is resolved, for so many nanoseconds at most.
  /// Being told to stop, once more if that is why it waits, ends it.
  func awaitStacks(_ most: UInt64) {
    guard let resolver = stacks.resolver else { return }
    let end = Clock.now.later(by: most)
    while !resolver.isIdle, Clock.now < end, !StopSignals.isToldToStop {
      Clock.sleep(nanoseconds: 2_000_000)
    }
    takeResolvedStacks()
  }

  /// Whether all that will be known of a verdict's call path is.
  func hasSymbols(_ verdict: Verdict) -> Bool {
    guard let id = verdict.callPath, stacks.resolver != nil, !showsAllStacks else { return true }
    wantSymbols(of: id, in: verdict.subject.space)
    let canonical = stacks.book.canonical(id)
    return stacks.symbolized.contains(canonical) || !stacks.symbolsWanted.contains(canonical)
  }

  func callPath(of verdict: Verdict) -> CallPath? {
    guard let id = verdict.callPath else { return nil }
    wantSymbols(of: id, in: verdict.subject.space)
    return stacks.book[id]
  }

  // MARK: Lines

  /// Notes that a line just written speaks of a stack: its own line goes before.
  /// It begins at `start` in `lines`.
  func owe(_ id: CallPathID?, before start: Int, _ subject: @autoclosure () -> LineSubject) {
    guard let id, settings.wants("stack"), stacks.claimLine(id) else { return }
    stacks.wanted.append(StackAccount.OwedLine(id: id, subject: subject(), start: start))
  }

  /// Puts the lines written so far in the queue, and out what waits for nothing any more.
  func holdLines(isLast: Bool) {
    if !lines.isEmpty {
      stacks.held.append(
        StackAccount.HeldLines(
          bytes: lines.bytes, stacks: stacks.wanted, deadline: time.later(by: Self.mostWait)))
      stacks.wanted.removeAll(keepingCapacity: true)
      lines.removeAll()
      unmapLines.removeAll(keepingCapacity: true)
    }
    writeHeldLines(isLast: isLast)
  }

  private func writeHeldLines(isLast: Bool) {
    var count = 0
    let now = time
    for chunk in stacks.held {
      let isReady = chunk.stacks.allSatisfy { stacks.book.isKnown($0.id) }
      guard isReady || isLast || now >= chunk.deadline else { break }
      var reached = 0
      for owed in chunk.stacks {
        lines.append(chunk.bytes[reached..<owed.start])
        reached = owed.start
        let stack = stacks.book[owed.id] ?? CallPath(frames: [], incomplete: .notInTime)
        lines.write(stack, id: owed.id, owed.subject)
      }
      lines.append(chunk.bytes[reached...])
      output.write(lines.bytes)
      lines.removeAll()
      count += 1
    }
    stacks.held.removeFirst(count)
  }
}
