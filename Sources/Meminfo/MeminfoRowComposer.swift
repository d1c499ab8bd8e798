// SPDX-License-Identifier: Apache-2.0

/// Makes the rows of a report from two samples.
struct MeminfoRowComposer {
  let current: MeminfoSample
  let account: MeminfoAccount
  private let deltas: [MeminfoItem: Int64]
  private let elapsedNs: UInt64
  private let total: UInt64
  private let judgement: MeminfoJudgement
  private let breakdown: MeminfoBreakdown

  init(first: MeminfoSample?, current: MeminfoSample) {
    let account = MeminfoAccount(current)
    self.current = current
    self.account = account
    elapsedNs = first.map { current.takenNs.less($0.takenNs) } ?? 0
    total = current.fields["MemTotal"] ?? 0
    deltas = first.map { Self.deltas(from: MeminfoAccount($0), to: account) } ?? [:]
    let available = current.fields["MemAvailable"] ?? current.fields["MemFree"] ?? 0
    judgement = MeminfoJudgement(
      total: total, available: available, overcommitMode: current.limits.overcommitMode,
      elapsedNs: elapsedNs, deltas: deltas)
    breakdown = MeminfoBreakdown(first: first, current: current)
  }

  /// `nil` when this kernel does not count the item.
  func row(_ item: MeminfoItem) -> MeminfoRow? {
    guard let size = account.sizes[item] else { return nil }
    let limit = limit(item)
    let details = breakdown.details(item)
    return MeminfoRow(
      item: item, size: size, delta: deltas[item], perMinute: perMinute(item), limit: limit,
      reasons: judgement.reasons(item, size: size, limit: limit?.most), details: details,
      missingDetails: breakdown.missing(item), next: next(item, size))
  }

  private func next(_ item: MeminfoItem, _ size: UInt64) -> MeminfoStep {
    guard item == .available, let taker else {
      return item.next(in: current, suspect: suspect(item, size))
    }
    let step = next(taker.item, account.sizes[taker.item] ?? 0)
    return MeminfoStep(
      step.command, "\(taker.item.name) \(taker.grew ? "grew most" : "is largest"): \(step.tells)")
  }

  /// The item that takes the available memory: the one that grew most, else the largest one. Caches do not
  /// count.
  private var taker: (item: MeminfoItem, grew: Bool)? {
    let places = MeminfoItem.allCases.filter { item in
      [.programs, .kernel, .nobodyKnown].contains { item.standing == .place($0) }
    }
    func growth(_ item: MeminfoItem) -> Int64 { deltas[item] ?? 0 }
    if let fastest = places.max(by: { growth($0) < growth($1) }), growth(fastest) >= 1 << 20 {
      return (fastest, true)
    }
    let sizes = account.sizes
    return places.max { sizes[$0] ?? 0 < sizes[$1] ?? 0 }.map { ($0, false) }
  }

  private func suspect(_ item: MeminfoItem, _ size: UInt64) -> MeminfoSuspect? {
    switch item {
    case .sharedMemory: sharedMemorySuspect(size)
    case .slabUnreclaimable: breakdown.slabSuspect
    default:
      breakdown.process(behind: item, size: size, delta: deltas[item]).map { .process(pid: $0) }
    }
  }

  private func sharedMemorySuspect(_ size: UInt64) -> MeminfoSuspect? {
    // Growth is more telling than size.
    let isGrowing = deltas[.sharedMemory] ?? 0 >= 1 << 20
    let whole = isGrowing ? UInt64(clamping: deltas[.sharedMemory] ?? 0) : size
    let elsewhere =
      isGrowing
      ? UInt64(clamping: deltas[.sharedElsewhere] ?? 0) : account.sizes[.sharedElsewhere] ?? 0
    if elsewhere > whole / 2 { return .noMount }
    return breakdown.mount(behind: whole, isGrowing: isGrowing).map { .mount(path: $0) }
  }

  private func perMinute(_ item: MeminfoItem) -> Int64? {
    guard let delta = deltas[item], elapsedNs > 0 else { return nil }
    return Int64(exactly: (Double(delta) / Double(elapsedNs) * 60e9).rounded())
  }

  private func limit(_ item: MeminfoItem) -> MeminfoLimit? {
    let fields = current.fields
    let limits = current.limits
    return switch item {
    case .swapUsed: MeminfoLimit(fields["SwapTotal"], "swap")
    case .committed where limits.overcommitMode == 2:
      MeminfoLimit(fields["CommitLimit"], "CommitLimit")
    case .committed: MeminfoLimit(total &+ (fields["SwapTotal"] ?? 0), "RAM and swap")
    case .cgroupLimit:
      current.cgroup.flatMap { MeminfoLimit($0.limit, "the limit of \($0.path)") }
    case .threads: MeminfoLimit(limits.mostThreads, "threads-max or pid_max")
    case .openFiles: MeminfoLimit(limits.mostOpenFiles, "file-max")
    case .outOfMemoryKills: nil
    default: MeminfoLimit(total, "memory")
    }
  }

  private static func deltas(
    from first: MeminfoAccount, to current: MeminfoAccount
  ) -> [MeminfoItem: Int64] {
    var deltas: [MeminfoItem: Int64] = [:]
    for (item, size) in current.sizes {
      deltas[item] = first.sizes[item].map { Int64(clamping: size) - Int64(clamping: $0) }
    }
    // A shrinking overcount is no growth.
    deltas[.unaccounted] = max(current.rest, 0) - max(first.rest, 0)
    return deltas
  }
}
