// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The accounts of one address space.
///
/// Changed with every event, so looked up in a hash table of its own that neither allocates nor
/// counts references. Judged often: only accounts with a history are looked at.
public struct Accounts: Sendable {
  private var rows: [Account] = []
  public private(set) var trends: [Trend] = []
  /// Whether a Go heap grew here.
  public private(set) var hasGoHeap = false
  /// What was accessible of reservations, as of malloc's arenas, before we came.
  public internal(set) var committedBefore: UInt64 = 0
  /// Places of rows plus 1, by hash; 0 is free. As long as a power of two.
  private var slots: [UInt32] = []
  /// Sizes that have accounts of their own because nothing else is known.
  private var unitCount = 0
  /// Those that are asked for what was there before and went.
  private var goneRows: [UInt32] = []

  /// Beyond this sizes share accounts by powers of two, or random ones would fill the table.
  private static let mostUnits = 192
  /// Of so many reservations of one origin, what is used of them is a heap.
  private static let fewReservations = 4
  /// Beyond this call paths share one account of their kind.
  private static let mostRows = 16_384

  /// Why memory comes into an account.
  enum Coming {
    /// A call that was seen just now.
    case born
    case present
    /// From another account, or another place.
    case moved
    /// More of what is there already: no birth, whenever that was born.
    case grown
    /// A removal did not take place.
    case restored
  }

  /// Why it leaves one.
  enum Going { case freed, moved }

  init() {}

  // MARK: Looking

  public subscript(index: UInt32) -> Account { rows[Int(canonical(index))] }

  /// Equal for indices of one account.
  public func index(standingFor index: UInt32) -> UInt32 {
    Int(index) < rows.count ? canonical(index) : index
  }

  /// Every account that anything ever was in, without the sums.
  public func forEachAccount(_ body: (Account) -> Void) {
    for (index, row) in rows.enumerated()
    where row.canonical == UInt32(index) && !row.isTotal && row.live.count + row.mapped.count > 0 {
      body(row)
    }
  }

  /// The accounts of those that extended the heap: by the break and what is like it, or by
  /// committing of reservations.
  public func forEachExtender(_ total: Origin.Manner, _ body: (Account) -> Void) {
    for (index, row) in rows.enumerated()
    where row.canonical == UInt32(index) && row.rawStack >= 0
      && (total == .heapTotal ? row.isOfHeap : row.manner == total)
    {
      body(row)
    }
  }

  /// The stacks of accounts that no other one stands for.
  func forEachStack(_ body: (Int32) -> Void) {
    for (index, row) in rows.enumerated() where row.canonical == UInt32(index) && row.rawStack >= 0
    {
      body(row.rawStack)
    }
  }

  /// Every account with a history, and that: what is worth judging.
  public func forEachTrend(_ body: (UInt32, Account, Trend) -> Void) {
    for trend in trends where !trend.windows.isEmpty {
      body(trend.account, rows[Int(trend.account)], trend)
    }
  }

  /// The sum over the heap, or over what was committed of reservations; nil when there is none.
  public func total(_ manner: Origin.Manner) -> (account: Account, trend: Trend)? {
    guard let index = find(.heap, manner, -1, 0) else { return nil }
    let row = rows[Int(index)]
    return row.trend < 0 ? nil : (row, trends[Int(row.trend)])
  }

  // MARK: Finding

  /// The account of what a call path, or when that is unknown a size, maps.
  mutating func index(
    _ kind: MappingKind, _ manner: Origin.Manner, stack: Int32, bytes: UInt64
  ) -> UInt32 {
    var unit: UInt64 = 0
    if stack < 0, manner != .grown, manner != .break, manner != .filled {
      unit = unitCount < Self.mostUnits ? bytes : 1 << UInt64(63 - (bytes | 1).leadingZeroBitCount)
    }
    return row(kind, manner, stack: stack, unit: unit)
  }

  /// The account that stands for this one.
  func canonical(_ index: UInt32) -> UInt32 {
    var index = index
    while rows[Int(index)].canonical != index { index = rows[Int(index)].canonical }
    return index
  }

  private mutating func row(
    _ kind: MappingKind, _ manner: Origin.Manner, stack: Int32, unit: UInt64
  ) -> UInt32 {
    if let index = find(kind, manner, stack, unit) { return canonical(index) }
    guard rows.count < Self.mostRows || stack < 0 else {
      return row(kind, manner, stack: -1, unit: 0)
    }
    if manner == .filled { hasGoHeap = true }
    return append(kind, manner, stack: stack, unit: unit)
  }

  private func find(
    _ kind: MappingKind, _ manner: Origin.Manner, _ stack: Int32, _ unit: UInt64
  ) -> UInt32? {
    guard !slots.isEmpty else { return nil }
    var place = Self.hash(kind, manner, stack, unit) & (slots.count - 1)
    while slots[place] != 0 {
      let index = slots[place] - 1
      let account = rows[Int(index)]
      if account.rawStack == stack, account.unitBytes == unit, account.kind == kind,
        account.manner == manner
      {
        return index
      }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  private static func hash(
    _ kind: MappingKind, _ manner: Origin.Manner, _ stack: Int32, _ unit: UInt64
  ) -> Int {
    var bits = UInt64(UInt32(bitPattern: stack)) &* 0x9e37_79b9_7f4a_7c15
    bits ^= (unit >> 12 &+ unit << 7) &* 0xd6e8_feb8_6659_fd93
    bits ^= UInt64(kind.ordinal) << 40 ^ UInt64(manner.rawValue) << 44
    bits = (bits ^ bits >> 29) &* 0xbf58_476d_1ce4_e5b9
    return Int(truncatingIfNeeded: bits >> 24)
  }

  @inline(never)
  private mutating func append(
    _ kind: MappingKind, _ manner: Origin.Manner, stack: Int32, unit: UInt64
  ) -> UInt32 {
    if slots.count < 2 * (rows.count + 1) {
      slots = Array(repeating: 0, count: max(32, slots.count * 2))
      for index in rows.indices { place(index) }
    }
    rows.append(
      Account(
        kind: kind, manner: manner, rawStack: stack, unitBytes: unit, canonical: UInt32(rows.count))
    )
    if unit > 0 { unitCount += 1 }
    place(rows.count - 1)
    return UInt32(rows.count - 1)
  }

  private mutating func place(_ index: Int) {
    let row = rows[index]
    var place = Self.hash(row.kind, row.manner, row.rawStack, row.unitBytes) & (slots.count - 1)
    while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
    slots[place] = UInt32(index + 1)
  }

  // MARK: Keeping

  /// `runs` mappings and their bytes come into an account; 0 when something there grew, to `size`.
  mutating func add(
    _ coming: Coming, to index: UInt32, runs: Int, _ bytes: UInt64, of size: UInt64? = nil,
    born: UInt64, file: FileID = .none, at when: KernelInstant
  ) {
    let index = canonical(index)
    let row = Int(index)
    if rows[row].trend >= 0 {
      trends[Int(rows[row].trend)].advance(to: when.nanoseconds, rows[row].live)
    }
    rows[row].live.count += runs
    rows[row].live.bytes &+= bytes
    switch coming {
    case .born:
      rows[row].mapped.count += max(1, runs)
      rows[row].mapped.bytes &+= bytes
      rows[row].noteBirth(size ?? bytes, file, at: when)
    case .present:
      rows[row].present.count += runs
      rows[row].present.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
    case .moved:
      rows[row].mapped.count += runs
      rows[row].mapped.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
      rows[row].noteEarlierBirth(KernelInstant(nanoseconds: born))
    case .grown:
      rows[row].mapped.count += runs
      rows[row].mapped.bytes &+= bytes
      rows[row].noteSize(size ?? bytes)
    case .restored:
      rows[row].freed.count -= runs
      rows[row].freed.bytes &-= bytes
      rows[row].noteSize(size ?? bytes)
    }
    if rows[row].isOfHeap {
      let total = self.index(.heap, .heapTotal, stack: -1, bytes: 0)
      add(coming, to: total, runs: 0, bytes, born: born, at: when)
    }
    let trend = rows[row].trend
    if trend >= 0 {
      guard coming != .present, born >= trends[Int(trend)].countsFrom else { return }
      trends[Int(trend)].born(runs, bytes, at: coming == .born ? when.nanoseconds : born)
    } else if coming != .present, rows[row].deservesTrend {
      beginTrend(index, runs: runs, bytes, at: when)
    }
  }

  mutating func remove(
    _ going: Going, from index: UInt32, runs: Int, _ bytes: UInt64, born: UInt64,
    at when: KernelInstant
  ) {
    let row = Int(canonical(index))
    let trend = Int(rows[row].trend)
    if trend >= 0 { trends[trend].advance(to: when.nanoseconds, rows[row].live) }
    rows[row].live.count -= runs
    rows[row].live.bytes &-= bytes
    switch going {
    case .freed:
      rows[row].freed.count += runs
      rows[row].freed.bytes &+= bytes
      if born == 0, rows[row].rawStack < 0, rows[row].unitBytes > 0 {
        noteGone(rows[row].kind, bytes, at: when)
      }
    case .moved:
      // What came before anything was seen to come was there, but for what it grew by since.
      if born < rows[row].firstBirth?.nanoseconds ?? .max {
        let before = min(bytes, rows[row].present.bytes)
        rows[row].present.count -= runs
        rows[row].present.bytes -= before
        rows[row].mapped.bytes &-= bytes - before
      } else {
        let since = min(bytes, rows[row].mapped.bytes)
        rows[row].mapped.count -= runs
        rows[row].mapped.bytes -= since
        rows[row].present.bytes &-= bytes - since
      }
    }
    if rows[row].isOfHeap, going == .freed {
      let total = self.index(.heap, .heapTotal, stack: -1, bytes: 0)
      remove(.freed, from: total, runs: 0, bytes, born: born, at: when)
    }
    guard trend >= 0 else { return }
    trends[trend].removed(
      runs, bytes, born: born, rows[row].live,
      endedAt: going == .freed ? when.nanoseconds : nil)
  }

  @inline(never)
  private mutating func noteGone(_ kind: MappingKind, _ bytes: UInt64, at when: KernelInstant) {
    let row = Int(index(kind, .mapped, stack: -1, bytes: bytes))
    if rows[row].goneBefore == 0 { goneRows.append(UInt32(row)) }
    rows[row].goneBefore += 1
    rows[row].lastGone = when
  }

  /// How many mappings like those of `account` were freed since then that were there before we came,
  /// so that nobody knows whose they were. Those freed earlier are counted too, if any is freed since.
  public func goneBefore(like account: Account, since first: UInt64) -> Int {
    guard !goneRows.isEmpty else { return 0 }
    let sizes = account.smallestBytes...max(account.smallestBytes, account.largestBytes)
    var gone = 0
    for index in goneRows {
      let row = rows[Int(index)]
      if row.kind == account.kind, row.lastGone.nanoseconds >= first, sizes.contains(row.unitBytes)
      {
        gone += row.goneBefore
      }
    }
    return gone
  }

  /// By how many bytes those origins of anonymous memory shrank that have less now than at some time since
  /// then. Of what was there before we came, all that was freed counts if any was freed since.
  public func anonymousBytesGone(since first: UInt64) -> UInt64 {
    var gone: UInt64 = 0
    for index in goneRows {
      let row = rows[Int(index)]
      guard row.kind == .anonymous, row.lastGone.nanoseconds >= first else { continue }
      gone &+= UInt64(row.goneBefore) &* row.unitBytes
    }
    forEachTrend { _, account, trend in
      guard account.kind == .anonymous, account.manner != .reserved else { return }
      let most = trend.windows[trend.index(of: first)...].lazy.map(\.leastBytes).max() ?? 0
      gone &+= UInt64(max(0, most - Int64(clamping: account.live.bytes)))
    }
    return gone
  }

  /// Notes that something in the account, of `old` bytes and in the account `source` until now, grew
  /// by `bytes`, in place or by moving.
  ///
  /// That it came is no growth: it was there since it was born. What it left has lost nothing either;
  /// call paths can take turns at a buffer, and each is to be known by what it adds.
  mutating func noteGrowth(
    of index: UInt32, from source: UInt32, _ old: UInt64, by bytes: UInt64, born: UInt64,
    at when: KernelInstant
  ) {
    let row = Int(canonical(index))
    let source = Int(canonical(source))
    let hasCome = source != row
    rows[row].growths += 1
    if rows[row].firstBirth == nil { rows[row].firstBirth = when }
    rows[row].lastBirth = when
    if rows[row].trend < 0, rows[row].deservesTrend {
      beginTrend(UInt32(row), runs: 0, hasCome ? old + bytes : bytes, at: when)
    }
    if hasCome, rows[source].trend >= 0 {
      trends[Int(rows[source].trend)].moved(-Int64(clamping: old), born: born)
    }
    let trend = Int(rows[row].trend)
    guard trend >= 0 else { return }
    if hasCome { trends[trend].moved(Int64(clamping: old), born: born) }
    trends[trend].advance(to: when.nanoseconds, rows[row].live)
    trends[trend].grew(at: when.nanoseconds)
  }

  /// `bytes` of a reservation became accessible by a call of that stack, or less than none.
  mutating func commit(
    _ index: UInt32, _ bytes: Int64, by stack: Int32 = -1, at when: KernelInstant
  ) {
    let row = Int(canonical(index))
    rows[row].committedBytes.move(by: bytes)
    if bytes > 0 { rows[row].everCommitted &+= UInt64(bytes) }
    // Where reservations come in number, they are judged and not what is used of each.
    guard rows[row].isArena || rows[row].live.count <= Self.fewReservations else { return }
    let total = self.index(.heap, .committed, stack: -1, bytes: 0)
    if bytes > 0 {
      add(.born, to: total, runs: 0, UInt64(bytes), born: when.nanoseconds, at: when)
      guard stack >= 0 else { return }
      let extender = self.index(.heap, .committed, stack: stack, bytes: 0)
      add(.born, to: extender, runs: 0, UInt64(bytes), born: when.nanoseconds, at: when)
    } else {
      let least = min(bytes.magnitude, rows[Int(total)].live.bytes)
      remove(.freed, from: total, runs: 0, least, born: 0, at: when)
    }
  }

  private mutating func beginTrend(
    _ index: UInt32, runs: Int, _ bytes: UInt64, at when: KernelInstant
  ) {
    rows[Int(index)].trend = Int32(trends.count)
    trends.append(
      Trend(rows[Int(index)], index: index, runs: runs, bytes, at: when.nanoseconds))
  }

  // MARK: Unifying

  /// Makes `stack` another name of `canonical`, of which it turned out to be the same call path.
  mutating func unify(_ stack: Int32, with canonical: Int32) {
    guard stack != canonical, stack >= 0, canonical >= 0 else { return }
    for index in rows.indices where rows[index].rawStack == stack {
      let target = row(rows[index].kind, rows[index].manner, stack: canonical, unit: 0)
      let source = self.canonical(UInt32(index))
      if source != target { merge(source, into: target) }
    }
  }

  private mutating func merge(_ source: UInt32, into target: UInt32) {
    let other = rows[Int(source)]
    let before = rows[Int(target)]
    rows[Int(target)].absorb(other)
    let stays = Account(
      kind: other.kind, manner: other.manner, rawStack: other.rawStack, unitBytes: other.unitBytes,
      canonical: target)
    rows[Int(source)] = stays
    let kept = rows[Int(target)].trend
    if other.trend < 0 {
      // Often every mapping comes by what looks like a call path of its own until it is unwound.
      if kept >= 0 {
        trends[Int(kept)].absorb(other, besides: before.live)
      } else if rows[Int(target)].deservesTrend, let birth = rows[Int(target)].lastBirth {
        let latest = birth == other.lastBirth ? other : before
        beginTrend(target, runs: latest.ownRuns, latest.ownBytes, at: birth)
      }
    } else if kept < 0 {
      rows[Int(target)].trend = other.trend
      trends[Int(other.trend)].account = target
      trends[Int(other.trend)].absorb(before, besides: other.live)
    } else {
      let orphan = trends[Int(other.trend)]
      trends[Int(kept)].absorb(orphan, present: other.present.bytes)
      trends[Int(other.trend)].windows.removeAll()
    }
  }

  /// What a forked child begins with: the same mappings, of which none is its own doing.
  func inherited() -> Accounts {
    var child = self
    child.trends = []
    child.goneRows = []
    for index in child.rows.indices { child.rows[index].inherit() }
    return child
  }
}

extension Account {
  /// Whether it has the size of what glibc reserves for the heap of an arena, before or after it
  /// is trimmed to its alignment.
  public var isArena: Bool {
    manner == .reserved
      && (unitBytes == 64 << 20 || largestBytes == 128 << 20 || largestBytes == 64 << 20)
  }

  /// Whether two were live at a time, or twice something grew.
  fileprivate var deservesTrend: Bool {
    kind == .heap || growths > 0
      ? mapped.count + growths >= 2 : live.count >= 2 && mapped.count >= 2
  }

  fileprivate mutating func inherit() {
    present = live
    mapped = Amount()
    freed = Amount()
    firstBirth = nil
    lastBirth = nil
    growths = 0
    goneBefore = 0
    trend = -1
  }
}

extension UInt64 {
  /// Adds a signed number, and stops at 0.
  mutating func move(by change: Int64) {
    self = change < 0 ? self - Swift.min(self, change.magnitude) : self &+ UInt64(change)
  }
}

extension MappingKind {
  fileprivate var ordinal: Int {
    switch self {
    case .anonymous: 0
    case .file: 1
    case .heap: 2
    case .mainStack: 3
    case .threadStack: 4
    case .guard: 5
    case .sharedMemory: 6
    case .special: 7
    }
  }
}
