// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger

extension Space {
  /// What is live of each account, counted in the table itself: runs of neighboring pieces of one
  /// mapping, and bytes.
  func recount() -> [String: Account.Amount] {
    var amounts: [String: Account.Amount] = [:]
    var before: (end: UInt64, origin: UInt64, account: UInt32)?
    table.forEach(in: .everything) { entry in
      let name = accounts[entry.value.account].name
      let goes =
        before?.end == entry.range.start && before?.origin == entry.value.origin
        && before?.account == entry.value.account
      amounts[name, default: Account.Amount()].count += goes ? 0 : 1
      amounts[name, default: Account.Amount()].bytes += entry.range.length
      before = (entry.range.end, entry.value.origin, entry.value.account)
    }
    return amounts
  }

  /// What is live of each account, as the accounts have it.
  func accounted() -> [String: Account.Amount] {
    var amounts: [String: Account.Amount] = [:]
    accounts.forEachAccount { account in
      if account.live != Account.Amount() { amounts[account.name] = account.live }
    }
    return amounts
  }

  /// The accounts whose `present`, `mapped` and `freed` do not add up to `live`.
  func unbalanced() -> [String] {
    var names: [String] = []
    accounts.forEachAccount { account in
      let bytes = account.present.bytes &+ account.mapped.bytes &- account.freed.bytes
      if bytes != account.live.bytes { names.append(account.name) }
    }
    return names
  }
}

extension Account {
  var name: String { "\(kind.rawValue) \(manner) \(callPath?.raw ?? -1) \(unitBytes)" }
}
