// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// The accounts of one address space, found by `Origin`.
///
/// Every event changes an account, so accounts lie in a hash table of their own that neither allocates
/// nor counts references. Judging looks only at accounts with a history.
public struct Accounts: Sendable {
  /// All accounts. An account keeps its index, because mappings refer to it by that.
  var rows: [Account] = []
  public internal(set) var trends: [Trend] = []
  /// Whether a Go heap grew in this space.
  public internal(set) var hasGoHeap = false
  /// Bytes that were accessible parts of reservations, such as malloc's arenas, before tracing began.
  public internal(set) var committedBefore: UInt64 = 0
  /// The hash table: index of the account plus 1; 0 is free. The count is a power of two.
  var slots: [UInt32] = []
  /// How many accounts stand for one size, because nothing else is known of their mappings.
  var sizeCount = 0
  /// The accounts with `goneBefore`.
  var goneRows: [UInt32] = []

  /// Past this many, sizes share accounts by powers of two. Random sizes would fill the table otherwise.
  static let mostSizes = 192
  /// An origin with at most so many reservations uses them as a heap.
  static let fewReservations = 4
  /// Past this many, new call paths share one account of their kind.
  static let mostRows = 16_384

  /// Why memory comes into an account.
  enum Coming {
    /// A call made it just now.
    case born
    /// It was there before tracing began.
    case present
    /// It comes from another account or another address.
    case moved
    /// A mapping that is there grew. This is no birth, whenever that mapping was born.
    case grown
    /// Its removal turned out to have failed.
    case restored
  }

  /// Why memory leaves an account.
  enum Going { case freed, moved }

  init() {}

  /// The account with this index, or the one that it was merged into.
  public subscript(index: UInt32) -> Account { rows[Int(standing(for: index))] }

  /// The index of the account that `index` was merged into; `index` itself when it was not.
  public func index(standingFor index: UInt32) -> UInt32 {
    Int(index) < rows.count ? standing(for: index) : index
  }

  func standing(for index: UInt32) -> UInt32 {
    var index = index
    while rows[Int(index)].mergedInto != index { index = rows[Int(index)].mergedInto }
    return index
  }

  /// Calls `body` with every account that ever held memory, without the totals.
  public func forEachAccount(_ body: (Account) -> Void) {
    for (index, row) in rows.enumerated()
    where row.mergedInto == UInt32(index) && !row.isTotal && row.live.count + row.mapped.count > 0 {
      body(row)
    }
  }

  /// Calls `body` with the accounts of call paths that made `total` larger: that extended the heap, or
  /// made parts of reservations accessible.
  public func forEachExtender(_ total: Origin.Manner, _ body: (Account) -> Void) {
    for (index, row) in rows.enumerated()
    where row.mergedInto == UInt32(index) && row.callPath != nil
      && (total == .heapTotal ? row.isOfHeap : row.manner == total)
    {
      body(row)
    }
  }

  /// Calls `body` with the call path of every account that was not merged into another one.
  func forEachCallPath(_ body: (CallPathID) -> Void) {
    for (index, row) in rows.enumerated() where row.mergedInto == UInt32(index) {
      if let callPath = row.callPath { body(callPath) }
    }
  }

  /// Calls `body` with every account that has a history, its index, and the history.
  public func forEachTrend(_ body: (UInt32, Account, Trend) -> Void) {
    for trend in trends where !trend.windows.isEmpty {
      body(trend.account, rows[Int(trend.account)], trend)
    }
  }

  /// The total of the heap (`heapTotal`), or of the accessible parts of reservations (`committed`);
  /// nil when there is none.
  public func total(_ manner: Origin.Manner) -> (account: Account, trend: Trend)? {
    guard let index = find(Origin(kind: .heap, manner: manner)) else { return nil }
    let row = rows[Int(index)]
    return row.trend < 0 ? nil : (row, trends[Int(row.trend)])
  }

  /// The accounts that a forked child begins with: the same live memory, none of it the child's doing.
  func inherited() -> Accounts {
    var child = self
    child.trends = []
    child.goneRows = []
    for index in child.rows.indices { child.rows[index].inherit() }
    return child
  }
}

extension Accounts {
  // MARK: Finding

  /// The index of the account of `origin`, made if it is new. Where the call path is unknown, mappings
  /// are told apart by their size, `bytes`.
  mutating func index(of origin: Origin, sized bytes: UInt64) -> UInt32 {
    guard origin.isToldBySize else { return row(origin) }
    var origin = origin
    origin.unitBytes =
      sizeCount < Self.mostSizes ? bytes : 1 << UInt64(63 - (bytes | 1).leadingZeroBitCount)
    return row(origin)
  }

  mutating func row(_ origin: Origin) -> UInt32 {
    if let index = find(origin) { return standing(for: index) }
    guard rows.count < Self.mostRows || origin.callPath == nil else {
      return row(Origin(kind: origin.kind, manner: origin.manner))
    }
    if origin.manner == .filled { hasGoHeap = true }
    return append(origin)
  }

  func find(_ origin: Origin) -> UInt32? {
    guard !slots.isEmpty else { return nil }
    var place = origin.slotHash & (slots.count - 1)
    while slots[place] != 0 {
      let index = slots[place] - 1
      if rows[Int(index)].origin == origin { return index }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  @inline(never)
  private mutating func append(_ origin: Origin) -> UInt32 {
    if slots.count < 2 * (rows.count + 1) {
      slots = Array(repeating: 0, count: max(32, slots.count * 2))
      for index in rows.indices { place(index) }
    }
    rows.append(Account(origin, index: UInt32(rows.count)))
    if origin.unitBytes > 0 { sizeCount += 1 }
    place(rows.count - 1)
    return UInt32(rows.count - 1)
  }

  private mutating func place(_ index: Int) {
    var place = rows[index].origin.slotHash & (slots.count - 1)
    while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
    slots[place] = UInt32(index + 1)
  }
}
