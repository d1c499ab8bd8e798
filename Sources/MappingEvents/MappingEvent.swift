// SPDX-License-Identifier: Apache-2.0

/// A fact about an address space, as the kernel reported it.
///
/// A plain value of fixed size: text that is longer than a thread name is an id into `TextTable`.
public struct MappingEvent: Sendable {
  public var when: KernelInstant
  public var process: ProcessID
  public var thread: ThreadID
  /// Nil when the task had let go of its space already.
  public var space: SpaceKey?
  public var callPath: CallPathID?
  public var fact: Fact

  public init(
    when: KernelInstant, process: ProcessID, thread: ThreadID, space: SpaceKey?,
    callPath: CallPathID? = nil, fact: Fact
  ) {
    self.when = when
    self.process = process
    self.thread = thread
    self.space = space
    self.callPath = callPath
    self.fact = fact
  }

  public enum Fact: Sendable {
    case mapped(Mapped)
    /// munmap was entered; `bytes` as passed.
    case unmapping(address: UInt64, bytes: UInt64)
    /// The munmap that this thread entered last failed.
    case unmapFailed
    /// mremap was entered.
    case remapping(address: UInt64, bytes: UInt64)
    case remapped(Remapped)
    /// mprotect returned 0 or an error; an error may come after a part was changed.
    case protected(address: UInt64, bytes: UInt64, prot: UInt64, error: Int32)
    /// The program break is now at `brk`.
    case breakSet(start: UInt64, brk: UInt64)
    case attached(Attached)
    case detaching(address: UInt64)
    case taskCreated(TaskCreated)
    case execed(Execed)
    /// `last`: no other thread of the process was left when the kernel looked. `withProcess`: it ends
    /// because the whole process does.
    case taskExited(last: Bool, withProcess: Bool, code: UInt32)
    case spaceEnded
    /// `leavesScope`: the process was in scope for its name and is no longer.
    case renamed(ThreadName, leavesScope: Bool = false)
    /// A call changed what only the kernel knows, there or, with 0 bytes, anywhere.
    case unsure(address: UInt64, bytes: UInt64, syscall: UInt64)
  }

  public struct Mapped: Sendable {
    public var address: UInt64
    /// As passed; the kernel rounds up.
    public var bytes: UInt64
    public var protection: Protection
    public var flags: MapFlags
    public var file: MappedFile?

    public init(
      address: UInt64, bytes: UInt64, protection: Protection, flags: MapFlags,
      file: MappedFile? = nil
    ) {
      self.address = address
      self.bytes = bytes
      self.protection = protection
      self.flags = flags
      self.file = file
    }
  }

  public struct MappedFile: Sendable {
    public var identity: FileIdentity
    public var offset: UInt64
    public var descriptor: Int32
    /// The page size of a hugetlbfs file, else 0.
    public var pageBytes: UInt32

    public init(
      identity: FileIdentity, offset: UInt64, descriptor: Int32 = -1, pageBytes: UInt32 = 0
    ) {
      self.identity = identity
      self.offset = offset
      self.descriptor = descriptor
      self.pageBytes = pageBytes
    }
  }

  public struct Remapped: Sendable {
    public var oldAddress: UInt64
    public var oldBytes: UInt64
    public var newBytes: UInt64
    /// As asked for; meaningful with `.fixed`.
    public var requestedAddress: UInt64
    public var flags: RemapFlags
    /// The new address, or nil when the call failed.
    public var result: UInt64?

    public init(
      oldAddress: UInt64, oldBytes: UInt64, newBytes: UInt64, requestedAddress: UInt64 = 0,
      flags: RemapFlags = .mayMove, result: UInt64?
    ) {
      self.oldAddress = oldAddress
      self.oldBytes = oldBytes
      self.newBytes = newBytes
      self.requestedAddress = requestedAddress
      self.flags = flags
      self.result = result
    }
  }

  public struct Attached: Sendable {
    public var address: UInt64
    /// 0 when the kernel could not tell.
    public var bytes: UInt64
    public var segment: UInt32
    public var protection: Protection
    public var identity: FileIdentity

    public init(
      address: UInt64, bytes: UInt64, segment: UInt32, protection: Protection,
      identity: FileIdentity
    ) {
      self.address = address
      self.bytes = bytes
      self.segment = segment
      self.protection = protection
      self.identity = identity
    }
  }

  public struct TaskCreated: Sendable {
    public var flags: CloneFlags
    public var childProcess: ProcessID
    public var childThread: ThreadID
    /// Nil when the child is out of scope.
    public var childSpace: SpaceKey?
    /// The stack pointer the child starts with; nil when it goes on with its parent's.
    public var stackPointer: UInt64?
    public var name: ThreadName
    public var totals: SpaceTotals

    public init(
      flags: CloneFlags, childProcess: ProcessID, childThread: ThreadID, childSpace: SpaceKey?,
      stackPointer: UInt64?, name: ThreadName = ThreadName(), totals: SpaceTotals = SpaceTotals()
    ) {
      self.flags = flags
      self.childProcess = childProcess
      self.childThread = childThread
      self.childSpace = childSpace
      self.stackPointer = stackPointer
      self.name = name
      self.totals = totals
    }
  }

  public struct Execed: Sendable {
    /// The thread that called execve; from now on its id is the process's.
    public var caller: ThreadID
    public var name: ThreadName
    public var executable: TextID
    public var totals: SpaceTotals

    public init(
      caller: ThreadID, name: ThreadName, executable: TextID, totals: SpaceTotals = SpaceTotals()
    ) {
      self.caller = caller
      self.name = name
      self.executable = executable
      self.totals = totals
    }
  }
}

/// What the kernel itself counts about an address space: a checksum of our table.
public struct SpaceTotals: Hashable, Sendable {
  public var totalPages: UInt64
  public var startBreak: UInt64
  public var currentBreak: UInt64
  public var startStack: UInt64
  public var vdso: UInt64
  public var mapCount: UInt32
  public var isCompat: Bool

  public init(
    totalPages: UInt64 = 0, startBreak: UInt64 = 0, currentBreak: UInt64 = 0,
    startStack: UInt64 = 0, vdso: UInt64 = 0, mapCount: UInt32 = 0, isCompat: Bool = false
  ) {
    self.totalPages = totalPages
    self.startBreak = startBreak
    self.currentBreak = currentBreak
    self.startStack = startStack
    self.vdso = vdso
    self.mapCount = mapCount
    self.isCompat = isCompat
  }
}
