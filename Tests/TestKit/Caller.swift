// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

/// The one builder of events: a thread that makes system calls. Each method reads like a line of
/// strace and returns the event that the kernel side would report, at 1 ns unless `at` says another
/// time.
package struct Caller: Sendable {
  package var process: UInt32
  package var thread: UInt32
  package var space: UInt64?

  package init(_ process: UInt32, thread: UInt32? = nil, in space: UInt64? = 0xa) {
    self.process = process
    self.thread = thread ?? process
    self.space = space
  }

  package func event(_ fact: MappingEvent.Fact) -> MappingEvent {
    MappingEvent(
      when: KernelInstant(nanoseconds: 1), process: ProcessID(process), thread: ThreadID(thread),
      space: self.space.map(key), fact: fact)
  }
}

/// The key of a space from a number that is short enough for a literal. The kernel's own keys are
/// high addresses; those stay as they are.
package func key(_ number: UInt64) -> SpaceKey { SpaceKey(0xffff_8880_0000_0000 | number) }

// MARK: Memory

extension Caller {
  package func mmap(
    _ address: UInt64, _ bytes: UInt64, _ protection: Protection = [.read, .write],
    _ flags: MapFlags = [.private, .anonymous], file: MappingEvent.MappedFile? = nil
  ) -> MappingEvent {
    event(
      .mapped(
        MappingEvent.Mapped(
          address: address, bytes: bytes, protection: protection, flags: flags, file: file)))
  }

  package func munmap(_ address: UInt64, _ bytes: UInt64) -> MappingEvent {
    event(.unmapping(address: address, bytes: bytes))
  }

  package func munmapFailed() -> MappingEvent { event(.unmapFailed) }

  package func mremapEntered(_ address: UInt64, _ bytes: UInt64) -> MappingEvent {
    event(.remapping(address: address, bytes: bytes))
  }

  package func mremap(
    _ old: UInt64, _ oldBytes: UInt64, to new: UInt64?, _ newBytes: UInt64,
    _ flags: RemapFlags = .mayMove
  ) -> MappingEvent {
    event(
      .remapped(
        MappingEvent.Remapped(
          oldAddress: old, oldBytes: oldBytes, newBytes: newBytes, requestedAddress: new ?? 0,
          flags: flags, result: new)))
  }

  package func mprotect(
    _ address: UInt64, _ bytes: UInt64, _ protection: Protection, error: Int32 = 0
  ) -> MappingEvent {
    mprotect(address, bytes, raw: UInt64(protection.rawValue), error: error)
  }

  package func mprotect(
    _ address: UInt64, _ bytes: UInt64, raw: UInt64, error: Int32 = 0
  ) -> MappingEvent {
    event(.protected(address: address, bytes: bytes, prot: raw, error: error))
  }

  package func brk(_ end: UInt64, start: UInt64 = 0x5000) -> MappingEvent {
    event(.breakSet(start: start, brk: end))
  }

  package func shmat(_ address: UInt64, _ bytes: UInt64, inode: UInt64 = 7) -> MappingEvent {
    event(
      .attached(
        MappingEvent.Attached(
          address: address, bytes: bytes, segment: 7, protection: [.read, .write],
          identity: FileIdentity(device: 5, inode: inode))))
  }

  package func shmdt(_ address: UInt64) -> MappingEvent { event(.detaching(address: address)) }

  package func unsure() -> MappingEvent { event(.unsure(address: 0, bytes: 0, syscall: 206)) }
}

// MARK: Tasks

extension Caller {
  package func rename(_ name: String) -> MappingEvent { event(.renamed(ThreadName(name))) }

  /// pthread_create: a thread of the same process.
  package func cloneThread(_ thread: UInt32, stack: UInt64?, name: String = "") -> MappingEvent {
    clone(
      process, thread: thread, in: space, stack: stack, name: name,
      [.vm, .fs, .files, .sighand, .thread])
  }

  package func fork(_ child: UInt32, in space: UInt64, pages: UInt64 = 0) -> MappingEvent {
    clone(child, thread: child, in: space, pages: pages, [])
  }

  package func vfork(_ child: UInt32, stack: UInt64? = nil) -> MappingEvent {
    clone(child, thread: child, in: space, stack: stack, [.vm, .vfork])
  }

  package func clone(
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

  /// execve. The event names the new space, and the thread that has taken over the process.
  package func execve(
    in space: UInt64, name: String = "new", caller: UInt32? = nil, brk: UInt64 = 0
  ) -> MappingEvent {
    Caller(process, in: space).event(
      .execed(
        MappingEvent.Execed(
          caller: ThreadID(caller ?? thread), name: ThreadName(name), executable: TextID(5),
          totals: SpaceTotals(startBreak: brk, currentBreak: brk))))
  }

  /// The task has already released its space, so the event names none.
  package func exit(last: Bool = false, withProcess: Bool = false) -> MappingEvent {
    Caller(process, thread: thread, in: nil)
      .event(.taskExited(last: last, withProcess: withProcess, code: 0))
  }
}

/// The kernel destroys `space`. No process or thread is named.
package func ended(_ space: UInt64) -> MappingEvent { Caller(0, in: space).event(.spaceEnded) }

extension MappingEvent {
  /// The first thread of process 100 in space 0xa, the subject of most timelines.
  package static let main = Caller(100)
  /// Another thread of the same process.
  package static let other = Caller(100, thread: 101)

  package func at(_ nanoseconds: UInt64) -> MappingEvent {
    at(KernelInstant(nanoseconds: nanoseconds))
  }

  package func at(_ when: KernelInstant) -> MappingEvent {
    var event = self
    event.when = when
    return event
  }

  package func from(stack id: Int32) -> MappingEvent { from(CallPathID(id)) }

  package func from(_ callPath: CallPathID?) -> MappingEvent {
    var event = self
    event.callPath = callPath
    return event
  }
}
