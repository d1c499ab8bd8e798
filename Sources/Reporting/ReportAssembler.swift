// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LeakDetection
public import MappingEvents
public import MappingLedger

/// Makes reports of a ledger. It remembers earlier moments for rates and growth.
public struct ReportAssembler: Sendable {
  private struct Sample {
    var when: KernelInstant
    var maps: UInt64
    var unmaps: UInt64
    var residentBytes: UInt64?

    init(of space: Space, _ residentBytes: UInt64?, at when: KernelInstant) {
      self.when = when
      maps = space.activity.maps
      unmaps = space.activity.unmaps
      self.residentBytes = residentBytes
    }
  }

  /// Younger accounts have no rate, because a process maps much while it starts.
  private static let leastAgeOfRate: UInt64 = 5_000_000_000

  private let version: String
  private let scope: String
  private let began: KernelInstant
  private var first: [Int: Sample] = [:]
  private var previous: [Int: Sample] = [:]
  private var histories: [Int: SizeHistory] = [:]
  private var mark: ReportHeader.Mark?

  public init(version: String, scope: String, began: KernelInstant) {
    self.version = version
    self.scope = scope
    self.began = began
  }

  /// Facts that are not in the ledger.
  public struct Surroundings: Sendable {
    public var coverage: Coverage
    /// By space id.
    public var residentBytes: [Int: UInt64]
    public var leaks: [LeakReport]
    public var isFinal: Bool

    public init(
      coverage: Coverage, residentBytes: [Int: UInt64], leaks: [LeakReport], isFinal: Bool
    ) {
      self.coverage = coverage
      self.residentBytes = residentBytes
      self.leaks = leaks
      self.isFinal = isFinal
    }
  }

  /// Restarts the account of growth in every space. Returns the number of the mark, from 1.
  public mutating func markBaseline(
    in ledger: Ledger, residentBytes: [Int: UInt64], at now: KernelInstant
  ) -> Int {
    first = [:]
    for space in ledger.spaces.values where space.baseline != nil {
      space.markBaseline(at: now)
      first[space.id] = Sample(of: space, residentBytes[space.id], at: now)
    }
    let number = (mark?.number ?? 0) + 1
    mark = ReportHeader.Mark(number: number, at: now)
    return number
  }

  /// Begins the account of growth of new spaces. It has to be called early, because events do not tell
  /// resident sizes.
  public mutating func begin(
    _ ledger: Ledger, at now: KernelInstant, residentBytes: (Space) -> UInt64?
  ) {
    let spaces = ledger.spaces.values.filter { !$0.processes.isEmpty }
    for space in spaces where first[space.id] == nil {
      first[space.id] = Sample(of: space, residentBytes(space), at: now)
    }
    // Charts begin with the account of growth, not with the first report.
    for space in spaces where histories[space.id] == nil {
      guard let baseline = space.baseline else { continue }
      histories[space.id, default: SizeHistory()].add(
        SizeSample(
          when: baseline.when, virtualBytes: baseline.bytes,
          residentBytes: first[space.id]?.residentBytes))
    }
    if first.count > spaces.count { forget(allBut: spaces) }
  }

  public mutating func system(
    _ ledger: Ledger, _ around: Surroundings, at now: KernelInstant
  ) -> SystemReport {
    let spaces = ledger.spaces.values.filter { !$0.processes.isEmpty }
    remember(sizesOf: spaces, around, at: now)
    var rows = spaces.map { row($0, ledger, around, at: now) }
    rows.sort { a, b in
      let (first, second) = (rank(a.standing), rank(b.standing))
      if first != second { return first > second }
      return (a.virtualGrowth, a.virtualBytes, a.space) > (b.virtualGrowth, b.virtualBytes, b.space)
    }
    forget(allBut: spaces)
    remember(spaces, around, at: now)
    return SystemReport(
      header: header(ledger, spaces, around, at: now), rows: rows, leaks: around.leaks)
  }

  public mutating func focus(
    on space: Space, _ ledger: Ledger, _ texts: TextTable, _ around: Surroundings,
    leastBytes: UInt64, at now: KernelInstant, culprit: (CallPathID) -> String? = { _ in nil }
  ) -> FocusReport {
    remember(sizesOf: [space], around, at: now)
    let row = row(space, ledger, around, at: now)
    remember([space], around, at: now)
    var mappings = mappingRows(of: space, ledger, texts)
    var culprits: [CallPathID: String?] = [:]
    for index in mappings.indices {
      guard let path = mappings[index].callPath else { continue }
      if culprits[path] == nil { culprits[path] = .some(culprit(path)) }
      mappings[index].culprit = culprits[path] ?? nil
    }
    let shown = mappings.filter { $0.range.length >= leastBytes }
    return FocusReport(
      header: header(ledger, [space], around, at: now), row: row,
      processes: space.processes.map {
        ($0, ledger.processes[$0]?.name.text ?? "", ledger.processes[$0]?.threads.count ?? 0)
      },
      leaks: around.leaks.filter { $0.verdict.subject.space == space.id },
      groups: mappingGroups(of: shown, since: mark?.at ?? began, at: now), mappings: shown,
      leftOut: mappings.count - shown.count)
  }

  private func header(
    _ ledger: Ledger, _ spaces: [Space], _ around: Surroundings, at now: KernelInstant
  ) -> ReportHeader {
    ReportHeader(
      version: version, scope: scope, when: now, elapsed: now.since(began),
      processes: spaces.reduce(0) { $0 + $1.processes.count },
      mappings: spaces.reduce(0) { $0 + $1.table.count },
      virtualBytes: spaces.reduce(0) { $0 &+ $1.virtualBytes }, coverage: around.coverage,
      isFinal: around.isFinal, mark: mark)
  }

  private func row(
    _ space: Space, _ ledger: Ledger, _ around: Surroundings, at now: KernelInstant
  ) -> SpaceRow {
    let leader = space.processes.first ?? ProcessID(0)
    let baseline = space.baseline
    let growth = Int64(clamping: space.virtualBytes) - Int64(clamping: baseline?.bytes ?? 0)
    let age = now.since(baseline?.when ?? now)
    let before = previous[space.id]
    let seconds = Double(now.since(before?.when ?? space.since)) / 1e9
    let resident = around.residentBytes[space.id]
    var row = SpaceRow(
      space: space.id, process: leader, name: ledger.processes[leader]?.name.text ?? "",
      otherProcesses: space.processes.count - 1, virtualBytes: space.virtualBytes,
      virtualGrowth: baseline == nil ? 0 : growth, virtualPerMinute: 0, residentBytes: resident,
      residentGrowth: 0, mappings: space.table.count, mapsPerSecond: 0, unmapsPerSecond: 0,
      growingKind: growth > 0 ? baseline.flatMap { growingKind(of: space, since: $0) } : nil,
      standing: standing(of: space.id, around.leaks), caveats: [])
    if age >= Self.leastAgeOfRate {
      row.virtualPerMinute = Int64((Double(row.virtualGrowth) / Double(age) * 60e9).rounded())
    }
    if seconds > 0 {
      row.mapsPerSecond = Double(space.activity.maps.past(before?.maps)) / seconds
      row.unmapsPerSecond = Double(space.activity.unmaps.past(before?.unmaps)) / seconds
    }
    if let resident, let start = first[space.id]?.residentBytes {
      row.residentGrowth = Int64(clamping: resident) - Int64(clamping: start)
    }
    row.history =
      histories[space.id]?.samples(
        upTo: SizeSample(when: now, virtualBytes: space.virtualBytes, residentBytes: resident))
      ?? []
    if !space.isSeeded { row.caveats.append(.notYetListed) }
    if space.hasLostEvents { row.caveats.append(.lostEvents) }
    if space.isCompat { row.caveats.append(.compat) }
    return row
  }

  private func standing(of space: Int, _ leaks: [LeakReport]) -> Verdict.Standing? {
    let standings = leaks.filter { $0.verdict.subject.space == space }.map(\.verdict.standing)
    return standings.max { rank($0) < rank($1) }
  }

  private func rank(_ standing: Verdict.Standing?) -> Int {
    switch standing {
    case .leaking: 2
    case .suspect: 1
    case .withdrawn, nil: 0
    }
  }

  private func growingKind(of space: Space, since baseline: Space.Baseline) -> MappingKind? {
    let now = space.bytesByKind
    let growth = MappingKind.allCases.map { kind in
      (
        kind: kind,
        bytes: Int64(clamping: now[kind] ?? 0)
          - Int64(clamping: baseline.bytesByKind[kind] ?? 0)
      )
    }
    guard let most = growth.max(by: { $0.bytes < $1.bytes }), most.bytes > 0 else { return nil }
    return most.kind
  }

  private mutating func remember(
    _ spaces: [Space], _ around: Surroundings, at now: KernelInstant
  ) {
    for space in spaces {
      let sample = Sample(of: space, around.residentBytes[space.id], at: now)
      previous[space.id] = sample
      if first[space.id]?.residentBytes == nil { first[space.id] = sample }
    }
  }

  private mutating func remember(
    sizesOf spaces: [Space], _ around: Surroundings, at now: KernelInstant
  ) {
    for space in spaces where space.baseline != nil {
      histories[space.id, default: SizeHistory()].add(
        SizeSample(
          when: now, virtualBytes: space.virtualBytes,
          residentBytes: around.residentBytes[space.id]))
    }
  }

  private mutating func forget(allBut spaces: [Space]) {
    let alive = Set(spaces.map(\.id))
    previous = previous.filter { alive.contains($0.key) }
    first = first.filter { alive.contains($0.key) }
    histories = histories.filter { alive.contains($0.key) }
  }
}

extension UInt64 {
  /// How far this count went past an earlier one. A failed call is taken back, so a count can also fall.
  fileprivate func past(_ earlier: UInt64?) -> UInt64 { self - Swift.min(self, earlier ?? 0) }
}
