// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit

extension Ledger {
  func space(_ number: UInt64 = 0xa) -> Space? { spaces[key(number)] }

  /// Applies `events` in order; answers what the last one did, as a line of text.
  @discardableResult
  func play(_ events: MappingEvent...) -> String { play(events) }

  @discardableResult
  func play(_ events: [MappingEvent]) -> String {
    var last = ""
    for event in events { last = describe(apply(event).effect) }
    return last
  }

  /// The table of a space, a line for each entry: `10000-13000 rw-`, and its kind when that is
  /// not anonymous.
  func layout(of number: UInt64 = 0xa) -> [String] {
    var lines: [String] = []
    space(number)?.table.forEach(in: AddressRange(start: 0, end: .max)) { entry in
      let kind = entry.value.kind
      lines.append(
        "\(text(entry.range)) \(text(entry.value.protection))"
          + (kind == .anonymous ? "" : " \(kind.rawValue)"))
    }
    return lines
  }

  func mapping(at address: UInt64, of number: UInt64 = 0xa) -> LiveMapping? {
    space(number)?.table.entry(containing: address)?.value
  }

  func stack(at address: UInt64, of number: UInt64 = 0xa) -> ThreadStack? {
    guard let mapping = mapping(at: address, of: number) else { return nil }
    return space(number)?.stacks.byOrigin[mapping.origin]
  }

  func activity(of number: UInt64 = 0xa) -> Space.Activity? { space(number)?.activity }

  func wants(_ number: UInt64 = 0xa) -> SnapshotReason? { wanted[key(number)] }
}

extension Space {
  /// What its account says is mapped, which is what its table holds when it began empty.
  var accountedBytes: UInt64 { activity.mappedBytes &- activity.unmappedBytes }
}

/// A ledger whose space 0xa is in view and empty, and about which the kernel has been asked.
func emptySpace(_ machine: Ledger.Machine = Ledger.Machine()) -> Ledger {
  let ledger = Ledger(machine: machine)
  ledger.list(key(0xa), at: KernelInstant(nanoseconds: 0))
  ledger.admit(100, named: "main", to: key(0xa), at: KernelInstant(nanoseconds: 0))
  return ledger
}

func text(_ range: AddressRange) -> String {
  String(range.start, radix: 16) + "-" + String(range.end, radix: 16)
}

func text(_ protection: Protection) -> String {
  (protection.contains(.read) ? "r" : "-") + (protection.contains(.write) ? "w" : "-")
    + (protection.contains(.execute) ? "x" : "-")
}

private func hex(_ number: UInt64) -> String { String(number, radix: 16) }

private func describe(_ effect: LedgerChange.Effect) -> String {
  switch effect {
  case .none: return "none"
  case .mapped(let range, let replaced):
    return "mapped \(text(range))" + (replaced > 0 ? " replacing \(hex(replaced))" : "")
  case .unmapped(let range, let freed): return "unmapped \(text(range)) freeing \(hex(freed))"
  case .restored(let bytes): return "restored \(hex(bytes))"
  case .moved(let from, let to): return "moved \(text(from)) to \(text(to))"
  case .protected(let range, let protection):
    return "protected \(text(range)) \(text(protection))"
  case .breakMoved(let to, let delta): return "break \(hex(to)) by \(delta)"
  case .attached(let range): return "attached \(text(range))"
  case .detached(let range, let freed): return "detached \(text(range)) freeing \(hex(freed))"
  case .taskCreated(let stack, let process):
    return "created" + (stack.map { " on \(hex($0))" } ?? "")
      + (process.map { " process \($0.raw)" } ?? "")
  case .execed(let newProcess): return "execed" + (newProcess ? " by a new process" : "")
  case .exited(let name, let last): return "exited \(name.text)" + (last ? " last" : "")
  case .spaceEnded(let freed): return "ended freeing \(hex(freed))"
  case .renamed: return "renamed"
  case .unsure: return "unsure"
  }
}

extension Ledger {
  /// The process `id`, while it is in view.
  func process(_ id: UInt32) -> Process? { processes[ProcessID(id)] }

  /// The ids of the threads in view, ascending.
  var threadIDs: [UInt32] { threads.keys.map(\.raw).sorted() }

  /// The processes of a space, in the order they came into view.
  func processIDs(in number: UInt64 = 0xa) -> [UInt32]? {
    space(number)?.processes.map(\.raw)
  }
}
