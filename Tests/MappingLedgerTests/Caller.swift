// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// A thread that does things; its methods read like a line of strace and answer the event.
struct Caller {
  var process: UInt32
  var thread: UInt32
  var space: UInt64?

  init(_ process: UInt32, thread: UInt32? = nil, in space: UInt64? = 0xa) {
    self.process = process
    self.thread = thread ?? process
    self.space = space
  }

  private func event(_ fact: MappingEvent.Fact) -> MappingEvent {
    MappingEvent(
      when: KernelInstant(nanoseconds: 1), process: ProcessID(process), thread: ThreadID(thread),
      space: self.space.map(key), fact: fact)
  }

  func mmap(
    _ address: UInt64, _ bytes: UInt64, _ protection: Protection = [.read, .write],
    _ flags: MapFlags = [.private, .anonymous], file: MappingEvent.MappedFile? = nil
  ) -> MappingEvent {
    event(
      .mapped(
        MappingEvent.Mapped(
          address: address, bytes: bytes, protection: protection, flags: flags, file: file)))
  }

  func munmap(_ address: UInt64, _ bytes: UInt64) -> MappingEvent {
    event(.unmapping(address: address, bytes: bytes))
  }

  func munmapFailed() -> MappingEvent { event(.unmapFailed) }

  func mremapEntered(_ address: UInt64, _ bytes: UInt64) -> MappingEvent {
    event(.remapping(address: address, bytes: bytes))
  }

  func mremap(
    _ old: UInt64, _ oldBytes: UInt64, to new: UInt64?, _ newBytes: UInt64,
    _ flags: RemapFlags = .mayMove
  ) -> MappingEvent {
    event(
      .remapped(
        MappingEvent.Remapped(
          oldAddress: old, oldBytes: oldBytes, newBytes: newBytes, requestedAddress: new ?? 0,
          flags: flags, result: new)))
  }

  func mprotect(
    _ address: UInt64, _ bytes: UInt64, _ protection: Protection, error: Int32 = 0
  ) -> MappingEvent {
    mprotect(address, bytes, raw: UInt64(protection.rawValue), error: error)
  }

  func mprotect(
    _ address: UInt64, _ bytes: UInt64, raw: UInt64, error: Int32 = 0
  ) -> MappingEvent {
    event(.protected(address: address, bytes: bytes, prot: raw, error: error))
  }

  func brk(_ end: UInt64, start: UInt64 = 0x5000) -> MappingEvent {
    event(.breakSet(start: start, brk: end))
  }

  func shmat(_ address: UInt64, _ bytes: UInt64, inode: UInt64 = 7) -> MappingEvent {
    event(
      .attached(
        MappingEvent.Attached(
          address: address, bytes: bytes, segment: 7, protection: [.read, .write],
          identity: FileIdentity(device: 5, inode: inode))))
  }

  func shmdt(_ address: UInt64) -> MappingEvent { event(.detaching(address: address)) }

  func unsure() -> MappingEvent { event(.unsure(address: 0, bytes: 0, syscall: 206)) }

  func rename(_ name: String) -> MappingEvent { event(.renamed(ThreadName(name))) }
}

extension Caller {
  /// pthread_create: a thread of the same process.
  func cloneThread(_ thread: UInt32, stack: UInt64?, name: String = "") -> MappingEvent {
    clone(
      process, thread: thread, in: space, stack: stack, name: name,
      [.vm, .fs, .files, .sighand, .thread])
  }

  func fork(_ child: UInt32, in space: UInt64, pages: UInt64 = 0) -> MappingEvent {
    clone(child, thread: child, in: space, pages: pages, [])
  }

  func vfork(_ child: UInt32, stack: UInt64? = nil) -> MappingEvent {
    clone(child, thread: child, in: space, stack: stack, [.vm, .vfork])
  }

  func clone(
    _ child: UInt32, thread: UInt32, in childSpace: UInt64?, stack: UInt64? = nil,
    name: String = "", pages: UInt64 = 0, _ flags: CloneFlags
  ) -> MappingEvent {
    event(
      .taskCreated(
        MappingEvent.TaskCreated(
          flags: flags, childProcess: ProcessID(child), childThread: ThreadID(thread),
          childSpace: childSpace.map(key), stackPointer: stack,
          name: ThreadName(name), totals: SpaceTotals(totalPages: pages))))
  }

  /// execve; the event is of the new space and of the thread that has taken over the process.
  func execve(
    in space: UInt64, name: String = "new", caller: UInt32? = nil, brk: UInt64 = 0
  ) -> MappingEvent {
    Caller(process, in: space).event(
      .execed(
        MappingEvent.Execed(
          caller: ThreadID(caller ?? thread), name: ThreadName(name), executable: TextID(5),
          totals: SpaceTotals(startBreak: brk, currentBreak: brk))))
  }

  /// The task has let go of its space by then.
  func exit(last: Bool = false, withProcess: Bool = false) -> MappingEvent {
    Caller(process, thread: thread, in: nil)
      .event(.taskExited(last: last, withProcess: withProcess, code: 0))
  }
}

/// The kernel takes down `space`; the event is of nobody.
func ended(_ space: UInt64) -> MappingEvent {
  MappingEvent(
    when: KernelInstant(nanoseconds: 1), process: ProcessID(0), thread: ThreadID(0),
    space: key(space), fact: .spaceEnded)
}

extension MappingEvent {
  /// The first thread of process 100 in space 0xa, whom most timelines are about.
  static let main = Caller(100)
  /// Another thread of the same process.
  static let other = Caller(100, thread: 101)

  func at(_ nanoseconds: UInt64) -> MappingEvent {
    var event = self
    event.when = KernelInstant(nanoseconds: nanoseconds)
    return event
  }

  func from(stack id: Int32) -> MappingEvent {
    var event = self
    event.callPath = CallPathID(id)
    return event
  }
}
