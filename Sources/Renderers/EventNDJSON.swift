// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents
public import MappingLedger
import Reporting

/// What the line of an event needs besides the event itself.
public struct EventContext {
  public var ledger: Ledger
  public var texts: TextTable
  /// The path of the mapped file or of the executed program, when known.
  public var path: String?

  public init(ledger: Ledger, texts: TextTable, path: String?) {
    self.ledger = ledger
    self.texts = texts
    self.path = path
  }
}

extension JSONLines {
  /// Writes the line of an event as the contract defines it. Returns false when it has none: the call failed,
  /// or this is only its first half.
  public mutating func write(
    _ event: MappingEvent, _ change: LedgerChange, in context: EventContext
  ) -> Bool {
    guard let space = change.space else { return false }
    switch event.fact {
    case .mapped(let call):
      guard case .mapped(let range, _) = change.effect else { return false }
      open(.mmap, event, space, context)
      area(range)
      field("prot", word: call.protection.word)
      array("flags", call.flags.names)
      field("fd", Int(call.file?.descriptor ?? -1))
      field("offset", call.file?.offset ?? 0)
      field("path", optional: context.path)
      stack(event.callPath)
    case .unmapping:
      guard case .unmapped(let range, let freed) = change.effect else { return false }
      open(.munmap, event, space, context)
      area(range)
      field("freed", freed)
    case .remapped:
      guard case .moved(let from, let to) = change.effect else { return false }
      open(.mremap, event, space, context)
      field("old_addr", address: from.start)
      field("old_len", from.length)
      area(to)
      stack(event.callPath)
    case .protected(_, _, _, let error):
      guard error == 0, case .protected(let range, let protection) = change.effect else {
        return false
      }
      open(.mprotect, event, space, context)
      area(range)
      field("prot", word: protection.word)
    case .breakSet:
      guard case .breakMoved(let address, let delta) = change.effect else { return false }
      open(.brk, event, space, context)
      field("addr", address: address)
      field("delta", delta)
      stack(event.callPath)
    case .attached(let call):
      guard case .attached(let range) = change.effect else { return false }
      open(.shmat, event, space, context)
      area(range)
      field("shmid", UInt64(call.segment))
    case .detaching:
      guard case .detached(let range, _) = change.effect else { return false }
      open(.shmdt, event, space, context)
      area(range)
    case .taskCreated(let call):
      guard case .taskCreated(let mapping, _) = change.effect else { return false }
      open(.clone, event, space, context)
      field("child_pid", UInt64(call.childProcess.raw))
      field("child_tid", UInt64(call.childThread.raw))
      array("flags", call.flags.names)
      field("child_stack", address: call.stackPointer)
      field("mapping", address: mapping)
      stack(event.callPath)
    case .execed(let call):
      guard case .execed = change.effect else { return false }
      open(.exec, event, space, context)
      field("exe", context.path ?? context.texts[call.executable])
    case .taskExited:
      guard case .exited(let name, let last) = change.effect else { return false }
      open(.exit, event, space, context, name: name)
      field("last", last)
    // A failed munmap has a line of another form: `writeUnmapFailed`.
    case .unmapFailed, .remapping, .spaceEnded, .renamed, .unsure:
      return false
    }
    end()
    return true
  }

  /// Begins a line with the fields of every event.
  private mutating func open(
    _ type: LineType, _ event: MappingEvent, _ space: Int, _ context: EventContext,
    name: ThreadName? = nil
  ) {
    begin()
    field(type)
    field("ts_ns", event.when.nanoseconds)
    field("pid", UInt64(event.process.raw))
    field("tid", UInt64(event.thread.raw))
    field("comm", (name ?? context.ledger.name(of: event.thread, in: event.process)).text)
    field("space", space)
  }

  mutating func area(_ range: AddressRange) {
    field("addr", address: range.start)
    field("len", range.length)
  }

  mutating func stack(_ callPath: CallPathID?) {
    guard let callPath else { return null("stack") }
    field("stack", Int64(callPath.raw))
  }
}
