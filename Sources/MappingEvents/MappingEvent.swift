// SPDX-License-Identifier: Apache-2.0

/// A fact about an address space, as the kernel reported it.
///
/// A plain value of fixed size. A text longer than a thread name is an id into a `TextTable`.
public struct MappingEvent: Sendable {
  public var when: KernelInstant
  public var process: ProcessID
  public var thread: ThreadID
  /// Nil when the task had already released its address space.
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
    /// munmap was entered. `bytes` is the argument, not yet rounded to pages.
    case unmapping(address: UInt64, bytes: UInt64)
    /// The last munmap that this thread entered has failed.
    case unmapFailed
    /// mremap was entered.
    case remapping(address: UInt64, bytes: UInt64)
    case remapped(Remapped)
    /// mprotect returned. With an `error` it may still have changed a part of the range.
    case protected(address: UInt64, bytes: UInt64, prot: UInt64, error: Int32)
    /// The program break is now at `brk`.
    case breakSet(start: UInt64, brk: UInt64)
    case attached(Attached)
    case detaching(address: UInt64)
    case taskCreated(TaskCreated)
    case execed(Execed)
    /// A thread has ended. `last`: the kernel saw no other thread of the process. `withProcess`: the
    /// whole process is ending.
    case taskExited(last: Bool, withProcess: Bool, code: UInt32)
    case spaceEnded
    /// A thread was renamed. `leavesScope`: the process was traced because of its old name and no
    /// longer is.
    case renamed(ThreadName, leavesScope: Bool = false)
    /// A call changed mappings in a way that only the kernel knows, in this range; with 0 `bytes`,
    /// anywhere.
    case unsure(address: UInt64, bytes: UInt64, syscall: UInt64)
  }

  public struct Mapped: Sendable {
    public var address: UInt64
    /// The argument. The kernel rounds it up to pages.
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
    /// The page size of a file on hugetlbfs; 0 for other files.
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
    /// The address that the call asked for. It only matters with `.fixed`.
    public var requestedAddress: UInt64
    public var flags: RemapFlags
    /// The new address; nil when the call failed.
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
    /// Nil when the child is not traced.
    public var childSpace: SpaceKey?
    /// The stack pointer that the child starts with; nil when it is that of its parent.
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
    /// The thread that called execve. Its id is the id of the process from now on.
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

/// The kernel's own counts for an address space. They serve as a checksum for bpfleak's table.
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
