// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger

extension Space {
  /// What the table itself says is live of each account, by the index its mappings have: runs of
  /// neighboring pieces of one origin, and bytes.
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

  /// The same as the accounts say.
  func accounted() -> [String: Account.Amount] {
    var amounts: [String: Account.Amount] = [:]
    accounts.forEachAccount { account in
      if account.live != Account.Amount() { amounts[account.name] = account.live }
    }
    return amounts
  }

  /// Accounts in which what came and what went does not make up what is there.
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
