// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents

extension Ledger {
  /// The largest huge page of any machine, in bytes.
  static let largestPage: UInt64 = 16 << 30

  /// Applies one event. Returns what it changed.
  public func apply(_ event: MappingEvent) -> LedgerChange {
    // Copies the event only where its call path can have an alias: a copy costs as much as looking up
    // the mapping.
    guard !callPathAliases.isEmpty, let callPath = event.callPath else { return change(by: event) }
    var event = event
    event.callPath = canonical(callPath)
    return change(by: event)
  }

  private func change(by event: MappingEvent) -> LedgerChange {
    ordinal &+= 1
    recent.end(event.thread)
    switch event.fact {
    case .taskExited(let last, let withProcess, _):
      return exited(event, last: last, withProcess: withProcess)
    case .spaceEnded: return ended(event)
    case .renamed(let name, let leavesScope):
      return renamed(event, name, leavesScope: leavesScope)
    case .execed(let call): return execed(event, call)
    case .mapped, .unmapping, .unmapFailed, .remapping, .remapped, .protected, .breakSet, .attached,
      .detaching, .taskCreated, .unsure:
      guard let space = spaceInView(event) else { return LedgerChange(space: nil, effect: .none) }
      return LedgerChange(space: space.id, effect: effect(of: event, on: space))
    }
  }

  @inline(__always)
  private func effect(of event: MappingEvent, on space: Space) -> LedgerChange.Effect {
    switch event.fact {
    case .mapped(let call): return mapped(event, call, space)
    case .unmapping(let address, let bytes): return unmapping(event, address, bytes, space)
    case .unmapFailed: return unmapFailed(event, space)
    case .remapping(let address, let bytes): return remapping(event, address, bytes, space)
    case .remapped(let call): return remapped(event, call, space)
    case .protected(let address, let bytes, let prot, let error):
      return protected(event, address, bytes, prot, error, space)
    case .breakSet(let start, let brk): return breakSet(event, start, brk, space)
    case .attached(let call): return attached(event, call, space)
    case .detaching(let address): return detaching(event, address, space)
    case .taskCreated(let call): return created(event, call, space)
    case .unsure(let address, let bytes, _):
      // The page size of the mapping is unknown, so the end is rounded up by the largest one.
      let length = bytes == 0 || bytes > 1 << 62 ? .max : bytes + Self.largestPage
      doubt(AddressRange(start: bytes == 0 ? 0 : address, length: length), in: space)
      return .unsure
    case .taskExited, .spaceEnded, .renamed, .execed: return .none
    }
  }
}
