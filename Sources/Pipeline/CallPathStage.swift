// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
public import Symbolization

/// The call paths of a run: stack copies go to the resolver as they come, and come back as paths.
///
/// On a whole machine most processes are gone before anybody could ask about them, and unwinding all
/// their stacks would cost more than tracing does. So copies of young spaces are kept back until the
/// space has lasted, unless a sink shows every call path.
public struct CallPathStage {
  public private(set) var book = CallPathBook()
  /// Nil where no call paths are captured, and in a replay.
  public let resolver: CallPathResolver?
  /// Stack copies that the programs did not send: too many at once, or the ring was half full.
  public internal(set) var unsent: UInt64 = 0
  /// The build ids of the modules in the book, by path: those of the file seen last.
  public private(set) var buildIDs: [String: [UInt8]] = [:]

  private let resolvesAll: Bool
  private let symbolizesAll: Bool
  /// Counts the times that code was mapped in a space: what the resolver knew of its modules is old
  /// then.
  private var layouts: [SpaceKey: Int] = [:]
  private var young: [SpaceKey: YoungSpace] = [:]
  private var youngBytes = 0
  /// Call paths whose symbols were asked for, and those of them that came.
  private var symbolsWanted: Set<CallPathID> = []
  private var symbolized: Set<CallPathID> = []
  /// What the programs know each call path by. A path whose fingerprint they forget is sent again.
  private var fingerprints: [CallPathID: UInt64] = [:]
  private let leastFingerprints: Int
  private var mostFingerprints: Int

  /// A space whose stack copies are kept back, or one that has lasted.
  private enum YoungSpace {
    case waiting(since: KernelInstant, [CapturedStack])
    case lasted
  }

  /// How long a space must last for its call paths to be worth unwinding, in nanoseconds.
  private static let settlingTime: UInt64 = 2_000_000_000
  private static let mostYoungBytes = 8 << 20
  private static let mostBuildIDs = 10_000

  /// `resolvesAll`: call paths of young spaces too. `symbolizesAll`: with symbols at once.
  /// `leastFingerprints`: so many are known before unused ones are forgotten.
  init(
    resolver: CallPathResolver?, resolvesAll: Bool, symbolizesAll: Bool, leastFingerprints: Int
  ) {
    self.resolver = resolver
    self.resolvesAll = resolvesAll
    self.symbolizesAll = symbolizesAll
    self.leastFingerprints = leastFingerprints
    mostFingerprints = leastFingerprints
  }

  // MARK: From the ring to the resolver

  mutating func take(_ captured: CapturedStack, _ ledger: Ledger) {
    guard resolver != nil else { return }
    fingerprints[captured.id] = captured.fingerprint
    if !resolvesAll, keepBack(captured) { return }
    submit(captured, ledger)
  }

  /// False when the space has lasted, or when too many copies are kept back.
  private mutating func keepBack(_ captured: CapturedStack) -> Bool {
    guard youngBytes < Self.mostYoungBytes else { return false }
    switch young[captured.space] {
    case .lasted: return false
    case .waiting(let since, var copies):
      // Taken out first, so that the array is not copied.
      young[captured.space] = nil
      copies.append(captured)
      young[captured.space] = .waiting(since: since, copies)
    case nil: young[captured.space] = .waiting(since: captured.when, [captured])
    }
    youngBytes += captured.byteCount
    return true
  }

  private func submit(_ captured: CapturedStack, _ ledger: Ledger) {
    let process = ledger.space(of: captured.space)?.processes.first ?? captured.process
    resolver?.submit(
      captured, process: process, layout: layouts[captured.space] ?? 0, symbolizes: symbolizesAll)
  }

  /// Hands over what was kept back of spaces that have lasted by now.
  mutating func submitSettled(at now: KernelInstant, _ ledger: Ledger) {
    var settled: [CapturedStack] = []
    for (key, space) in young {
      guard case .waiting(let since, let copies) = space, now.since(since) >= Self.settlingTime
      else { continue }
      settled += copies
      young[key] = .lasted
    }
    youngBytes -= settled.reduce(0) { $0 + $1.byteCount }
    for captured in settled { submit(captured, ledger) }
  }

  /// Keeps the resolver's view of a space in step with what `event` does to its code.
  mutating func noteCode(_ event: MappingEvent) {
    guard let resolver, let key = event.space else { return }
    switch event.fact {
    case .mapped(let call):
      if call.file != nil, call.protection.contains(.execute) { layouts[key, default: 0] += 1 }
    case .spaceEnded:
      resolver.ended(key)
      forget(key)
    case .unmapping, .unmapFailed, .remapping, .remapped, .protected, .breakSet, .attached,
      .detaching, .taskCreated, .execed, .taskExited, .renamed, .unsure:
      break
    }
  }

  private mutating func forget(_ space: SpaceKey) {
    if case .waiting(_, let copies) = young.removeValue(forKey: space) {
      youngBytes -= copies.reduce(0) { $0 + $1.byteCount }
    }
    layouts[space] = nil
  }

  // MARK: From the resolver to the book

  mutating func add(_ resolved: CallPathResolver.Resolved) {
    book.add(resolved)
    if symbolsWanted.contains(resolved.id) { symbolized.insert(resolved.id) }
  }

  /// Whether that build id was not known before.
  mutating func note(buildID: [UInt8], of path: String) -> Bool {
    guard buildIDs[path] != buildID, buildIDs.count < Self.mostBuildIDs else { return false }
    buildIDs[path] = buildID
    return true
  }

  // MARK: Symbols on demand

  /// Asks, once, for the symbols of a call path that a verdict names.
  mutating func wantSymbols(of id: CallPathID, in spaceID: Int, _ ledger: Ledger) {
    let id = ledger.canonical(id)
    guard let resolver, !symbolizesAll, let unwound = book[id],
      let space = ledger.spaces.values.first(where: { $0.id == spaceID }),
      let process = space.processes.first
    else { return }
    guard symbolsWanted.insert(id).inserted else { return }
    resolver.symbolize(
      CallPathResolver.Unwound(id: id, space: space.key, stack: unwound), process: process)
  }

  /// A call path as far as it is known. What was asked for later is known of the id that it had first.
  func path(_ id: CallPathID, _ ledger: Ledger) -> CallPath? {
    book[ledger.canonical(id)] ?? book[id]
  }

  /// Whether all that will be known of a call path is.
  func hasSymbols(_ id: CallPathID, _ ledger: Ledger) -> Bool {
    guard resolver != nil, !symbolizesAll else { return true }
    let canonical = ledger.canonical(id)
    return symbolized.contains(canonical) || !symbolsWanted.contains(canonical)
  }

  // MARK: Forgetting

  /// Whether so many are known that those no longer in use are to be forgotten.
  var isFull: Bool { fingerprints.count >= mostFingerprints }

  /// Forgets every call path that is not in `used`; answers the fingerprints of what was forgotten.
  mutating func forget(except used: Set<CallPathID>) -> [UInt64] {
    let forgotten = fingerprints.filter { !used.contains($0.key) }
    fingerprints = fingerprints.filter { used.contains($0.key) }
    mostFingerprints = max(leastFingerprints, 2 * fingerprints.count)
    book.forget(except: used)
    symbolsWanted.formIntersection(used)
    symbolized.formIntersection(used)
    return Array(forgotten.values)
  }
}
