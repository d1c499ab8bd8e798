// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents
public import MappingLedger

/// What is needed of the surroundings to write an event down.
public struct EventContext {
  public var ledger: Ledger
  public var texts: TextTable
  /// The path of the mapped file, or of the program executed, when known.
  public var path: String?

  public init(ledger: Ledger, texts: TextTable, path: String?) {
    self.ledger = ledger
    self.texts = texts
    self.path = path
  }
}

extension JSONLines {
  /// The line of an event, as the contract has it; false when it has none: a call that failed, or
  /// one half of a call.
  public mutating func write(
    _ event: MappingEvent, _ change: LedgerChange, in context: EventContext
  ) -> Bool {
    guard let space = change.space else { return false }
    switch (event.fact, change.effect) {
    case (.mapped(let call), .mapped(let range, _)):
      open("mmap", event, space, context)
      area(range)
      field("prot", word: call.protection.word)
      array("flags", call.flags.names)
      field("fd", Int(call.file?.descriptor ?? -1))
      field("offset", call.file?.offset ?? 0)
      field("path", optional: context.path)
      stack(event.callPath)
    case (.unmapping, .unmapped(let range, let freed)):
      open("munmap", event, space, context)
      area(range)
      field("freed", freed)
    case (.remapped, .moved(let from, let to)):
      open("mremap", event, space, context)
      field("old_addr", address: from.start)
      field("old_len", from.length)
      area(to)
      stack(event.callPath)
    case (.protected(_, _, _, 0), .protected(let range, let protection)):
      open("mprotect", event, space, context)
      area(range)
      field("prot", word: protection.word)
    case (.breakSet, .breakMoved(let address, let delta)):
      open("brk", event, space, context)
      field("addr", address: address)
      field("delta", delta)
      stack(event.callPath)
    case (.attached(let call), .attached(let range)):
      open("shmat", event, space, context)
      area(range)
      field("shmid", UInt64(call.segment))
    case (.detaching, .detached(let range, _)):
      open("shmdt", event, space, context)
      area(range)
    case (.taskCreated(let call), .taskCreated(let mapping, _)):
      open("clone", event, space, context)
      field("child_pid", UInt64(call.childProcess.raw))
      field("child_tid", UInt64(call.childThread.raw))
      array("flags", call.flags.names)
      field("child_stack", address: call.stackPointer)
      field("mapping", address: mapping)
      stack(event.callPath)
    case (.execed(let call), .execed):
      open("exec", event, space, context)
      field("exe", context.path ?? context.texts[call.executable])
    case (.taskExited, .exited(let name, let last)):
      open("exit", event, space, context, name: name)
      field("last", last)
    default:
      return false
    }
    end()
    return true
  }

  /// The fields that every event has.
  private mutating func open(
    _ type: StaticString, _ event: MappingEvent, _ space: Int, _ context: EventContext,
    name: ThreadName? = nil
  ) {
    begin()
    field("type", word: type)
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

extension Protection {
  public var word: StaticString {
    switch rawValue & 7 {
    case 0: "---"
    case 1: "r--"
    case 2: "-w-"
    case 3: "rw-"
    case 4: "--x"
    case 5: "r-x"
    case 6: "-wx"
    default: "rwx"
    }
  }
}

extension MapFlags {
  /// As the contract calls them.
  public var names: [String] {
    var names = [isShared ? "shared" : "private"]
    for (flag, name) in Self.named where contains(flag) { names.append(name) }
    return names
  }

  private static let named: [(MapFlags, String)] = [
    (.anonymous, "anonymous"), (.fixed, "fixed"), (.fixedNoReplace, "fixed_noreplace"),
    (.stack, "stack"), (.noReserve, "noreserve"), (.growsDown, "growsdown"),
    (.hugeTLB, "hugetlb"), (.locked, "locked"), (.populate, "populate"),
  ]
}

extension CloneFlags {
  /// The names of <linux/sched.h> in lower case, without CLONE_.
  public var names: [String] {
    Self.named.compactMap { rawValue & $0.0 != 0 ? $0.1 : nil }
  }

  private static let named: [(UInt64, String)] = [
    (0x100, "vm"), (0x200, "fs"), (0x400, "files"), (0x800, "sighand"), (0x1000, "pidfd"),
    (0x2000, "ptrace"), (0x4000, "vfork"), (0x8000, "parent"), (0x10000, "thread"),
    (0x20000, "newns"), (0x40000, "sysvsem"), (0x80000, "settls"), (0x10_0000, "parent_settid"),
    (0x20_0000, "child_cleartid"), (0x80_0000, "untraced"), (0x100_0000, "child_settid"),
    (0x200_0000, "newcgroup"), (0x400_0000, "newuts"), (0x800_0000, "newipc"),
    (0x1000_0000, "newuser"), (0x2000_0000, "newpid"), (0x4000_0000, "newnet"),
    (0x8000_0000, "io"), (0x1_0000_0000, "clear_sighand"), (0x2_0000_0000, "into_cgroup"),
  ]
}
