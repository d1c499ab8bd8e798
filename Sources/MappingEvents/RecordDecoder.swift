// SPDX-License-Identifier: Apache-2.0
package import CBPFLeakWire

/// Turns the bytes of one record into an event. No code behind this one sees the wire format.
public struct RecordDecoder {
  /// The version of the record layouts that this decoder reads.
  public static let wireVersion = UInt16(BPFLEAK_WIRE_VERSION)

  public var texts = TextTable()

  public init() {}

  /// Decodes `record`, which must be 8-byte aligned.
  public mutating func decode(
    _ record: UnsafeRawBufferPointer
  ) throws(RecordDefect) -> MappingEvent {
    guard record.count >= MemoryLayout<bpfleak_header>.size, let base = record.baseAddress else {
      throw .truncated(bytes: record.count)
    }
    let header = base.load(as: bpfleak_header.self)
    let fact = try fact(Int(header.kind), header, record)
    return MappingEvent(
      when: KernelInstant(nanoseconds: header.when_ns), process: ProcessID(header.pid),
      thread: ThreadID(header.tid), space: header.space == 0 ? nil : SpaceKey(header.space),
      callPath: header.stack < 0 ? nil : CallPathID(header.stack), fact: fact)
  }

  // Inlined together with the functions it calls: otherwise the event is copied several times.
  @inline(__always)
  private mutating func fact(
    _ kind: Int, _ header: bpfleak_header, _ record: UnsafeRawBufferPointer
  ) throws(RecordDefect) -> MappingEvent.Fact {
    switch bpfleak_kind(rawValue: UInt32(kind)) {
    case BPFLEAK_MAPPED:
      return .mapped(mapped(try load(bpfleak_mapped.self, record)))
    case BPFLEAK_MAPPED_FILE:
      let record = try load(bpfleak_mapped_file.self, record)
      var result = mapped(record.mapped)
      result.file = MappingEvent.MappedFile(
        identity: FileIdentity(
          device: record.device, inode: record.inode, generation: record.generation),
        offset: record.offset, descriptor: record.fd, pageBytes: record.page_bytes)
      return .mapped(result)
    case BPFLEAK_UNMAPPING:
      let record = try load(bpfleak_unmapping.self, record)
      return .unmapping(address: record.address, bytes: record.bytes)
    case BPFLEAK_UNMAP_FAILED:
      return .unmapFailed
    case BPFLEAK_REMAPPING:
      let record = try load(bpfleak_remapping.self, record)
      return .remapping(address: record.address, bytes: record.bytes)
    case BPFLEAK_REMAPPED:
      let record = try load(bpfleak_remapped.self, record)
      return .remapped(
        MappingEvent.Remapped(
          oldAddress: record.old_address, oldBytes: record.old_bytes, newBytes: record.new_bytes,
          requestedAddress: record.new_address,
          flags: RemapFlags(rawValue: UInt32(truncatingIfNeeded: record.flags)),
          result: record.result < 0 && record.result >= -4095
            ? nil : UInt64(bitPattern: record.result)))
    case BPFLEAK_PROTECTED:
      let record = try load(bpfleak_protected.self, record)
      return .protected(
        address: record.address, bytes: record.bytes, prot: record.prot,
        error: Int32(clamping: 0 &- record.result))
    case BPFLEAK_BREAK_SET:
      let record = try load(bpfleak_break_set.self, record)
      return .breakSet(start: record.start_brk, brk: record.brk)
    case BPFLEAK_ATTACHED:
      let record = try load(bpfleak_attached.self, record)
      return .attached(
        MappingEvent.Attached(
          address: record.address, bytes: record.bytes, segment: record.shmid,
          protection: Protection(rawValue: UInt8(record.prot & 7)),
          identity: FileIdentity(
            device: record.device, inode: record.inode, generation: record.generation)))
    case BPFLEAK_DETACHING:
      return .detaching(address: try load(bpfleak_detaching.self, record).address)
    case BPFLEAK_TASK_CREATED:
      let record = try load(bpfleak_task_created.self, record)
      return .taskCreated(
        MappingEvent.TaskCreated(
          flags: CloneFlags(rawValue: record.flags), childProcess: ProcessID(record.child_pid),
          childThread: ThreadID(record.child_tid),
          childSpace: record.child_space == 0 ? nil : SpaceKey(record.child_space),
          stackPointer: record.child_sp == record.parent_sp || record.child_sp == 0
            ? nil : record.child_sp,
          name: ThreadName(record.comm), totals: SpaceTotals(record.totals)))
    case BPFLEAK_EXECED:
      return try execed(record)
    case BPFLEAK_TASK_EXITED:
      let record = try load(bpfleak_task_exited.self, record)
      return .taskExited(
        last: record.last != 0, withProcess: record.group_exit != 0, code: record.code)
    case BPFLEAK_SPACE_ENDED:
      return .spaceEnded
    case BPFLEAK_RENAMED:
      let record = try load(bpfleak_renamed.self, record)
      return .renamed(ThreadName(record.comm), leavesScope: record.leaves_scope != 0)
    case BPFLEAK_UNSURE:
      let record = try load(bpfleak_unsure.self, record)
      return .unsure(address: record.address, bytes: record.bytes, syscall: record.syscall)
    default:
      // `kind` comes off the wire, so it can be any number. This is not a forgotten case.
      throw .unknownKind(kind)
    }
  }

  @inline(__always)
  private func mapped(_ record: bpfleak_mapped) -> MappingEvent.Mapped {
    MappingEvent.Mapped(
      address: record.address, bytes: record.bytes,
      protection: Protection(rawValue: UInt8(record.prot & 7)),
      flags: MapFlags(rawValue: record.flags))
  }

  private mutating func execed(
    _ record: UnsafeRawBufferPointer
  ) throws(RecordDefect) -> MappingEvent.Fact {
    let execed = try load(bpfleak_execed.self, record)
    let start = MemoryLayout<bpfleak_execed>.offset(of: \.exe) ?? 0
    let path = record[start..<MemoryLayout<bpfleak_execed>.size]
    let end = path.firstIndex(of: 0) ?? path.endIndex
    return .execed(
      MappingEvent.Execed(
        caller: ThreadID(execed.old_tid), name: ThreadName(execed.comm),
        executable: texts.intern(UnsafeRawBufferPointer(rebasing: path[..<end])),
        totals: SpaceTotals(execed.totals)))
  }

  @inline(__always)
  private func load<Record>(
    _ type: Record.Type, _ record: UnsafeRawBufferPointer
  ) throws(RecordDefect) -> Record {
    guard record.count >= MemoryLayout<Record>.size else {
      throw .truncated(bytes: record.count)
    }
    return record.load(as: type)
  }
}

/// Why a record could not be decoded.
public enum RecordDefect: Error, Equatable {
  case truncated(bytes: Int)
  case unknownKind(Int)
}

package typealias CommBytes = (
  CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar,
  CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar
)

extension ThreadName {
  package init(_ comm: CommBytes) {
    self = withUnsafeBytes(of: comm) { bytes in
      ThreadName(
        low: bytes.loadUnaligned(as: UInt64.self),
        high: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }
}

extension SpaceTotals {
  package init(_ totals: bpfleak_space_totals) {
    self.init(
      totalPages: totals.total_pages, startBreak: totals.start_brk, currentBreak: totals.brk,
      startStack: totals.start_stack, vdso: totals.vdso, mapCount: totals.map_count,
      isCompat: totals.task_bits == 32)
  }
}
