// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

extension Ledger {
  /// Notes that two call paths turned out to be equal. What was mapped under `id` counts for the one that
  /// stands for `canonical`, and so does what comes.
  public func unify(_ id: CallPathID, with canonical: CallPathID) {
    guard let (joined, root) = callPathAliases.unify(id, with: canonical) else { return }
    for space in spaces.values { space.accounts.unify(joined, into: root) }
  }

  /// The id that stands for this call path.
  public func canonical(_ id: CallPathID) -> CallPathID { callPathAliases.canonical(id) }

  /// The canonical call path of `event`; where it has none, that of `mapping`, which it changes.
  func callPath(of event: MappingEvent, or mapping: LiveMapping) -> CallPathID? {
    // `apply` has made that of the event canonical.
    event.callPath ?? mapping.callPath.map(canonical)
  }

  /// The call paths that tables and accounts refer to, and those that stand for them.
  public func callPathsInUse() -> Set<CallPathID> {
    var used: Set<CallPathID> = []
    func take(_ mapping: LiveMapping) { if let path = mapping.callPath { used.insert(path) } }
    for space in spaces.values {
      space.table.forEach(in: .everything) { entry in take(entry.value) }
      space.accounts.forEachCallPath { used.insert($0) }
      for stack in space.stacks.byOrigin.values {
        if let path = stack.createdCallPath { used.insert(path) }
      }
    }
    recent.forEachMapping(take)
    return used.union(used.map { canonical($0) })
  }

  /// Forgets which ids stand for the call paths that are not in `used`.
  public func forgetCallPaths(except used: Set<CallPathID>) { callPathAliases.keep(used) }
}
