// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import CBPFLeakWire
import CLibbpf
import Glibc
public import MappingEvents
public import MappingLedger
import Procfs

/// The kernel's own lists: in binary through BPF iterators, or else from the text of /proc.
extension Tracer {
  /// All threads that have an address space.
  public func tasks() throws(TracerError) -> [ListedTask] {
    listsText ? TextListing().tasks() : try rawTasks(of: nil).compactMap(Self.task)
  }

  /// The mappings of every space that one of `tasks` is in.
  ///
  /// The kernel lists a space once for each thread of it; the result holds each once.
  public func areas(
    of tasks: [ListedTask], texts: inout TextTable
  ) throws(TracerError) -> [SpaceKey: [SpaceSnapshot.Area]] {
    var spaces: [SpaceKey: [SpaceSnapshot.Area]] = [:]
    if listsText {
      for task in tasks where spaces[task.space] == nil {
        spaces[task.space] = ProcessFiles(task.process).areas(texts: &texts)
      }
      return spaces
    }
    return try listMappings(of: nil, &texts)
  }

  /// One space and its threads, found through a thread of it; nil when that is gone, or in another
  /// space by now.
  public func snapshot(
    of key: SpaceKey, through thread: ThreadID, texts: inout TextTable
  ) throws(TracerError) -> (space: SpaceSnapshot, tasks: [ListedTask])? {
    var tasks: [ListedTask]
    var areas: [SpaceSnapshot.Area]?
    if listsText {
      tasks = TextListing().tasks(of: thread)
      // The text has no key to tell by; what is known of the thread has to do.
      for index in tasks.indices { tasks[index].space = key }
      areas = tasks.first.flatMap { ProcessFiles($0.process).areas(texts: &texts) }
    } else {
      tasks = try rawTasks(of: thread).compactMap(Self.task).filter { $0.space == key }
      areas = try listMappings(of: thread, &texts)[key]
    }
    guard let areas, let totals = tasks.first?.totals else { return nil }
    return (SpaceSnapshot(key: key, totals: totals, areas: areas), tasks)
  }

  private static func task(_ task: bpfleak_task) -> ListedTask? {
    // 0 is what cannot be seen from the tracer's pid namespace.
    guard task.pid != 0, task.tid != 0 else { return nil }
    return ListedTask(
      space: SpaceKey(task.space), process: ProcessID(task.pid), thread: ThreadID(task.tid),
      parent: ProcessID(task.parent_pid), name: ThreadName(task.comm), stackPointer: task.sp,
      totals: SpaceTotals(task.totals))
  }

  private func listMappings(
    of thread: ThreadID?, _ texts: inout TextTable
  ) throws(TracerError) -> [SpaceKey: [SpaceSnapshot.Area]] {
    var list = MappingList()
    try read("list_mappings", thread) { bytes in
      list.append(bytes, texts: &texts)
      // Linux 6.18 was seen to list the tail of a busy space of several threads over and over.
      return thread == nil || list.isProgressing
    }
    return list.finish()
  }

  func rawTasks(of thread: ThreadID?) throws(TracerError) -> [bpfleak_task] {
    var tasks: [bpfleak_task] = []
    let size = MemoryLayout<bpfleak_task>.size
    try read("list_tasks", thread) { bytes in
      for start in stride(from: 0, through: bytes.count - size, by: size) {
        tasks.append(bytes.loadUnaligned(fromByteOffset: start, as: bpfleak_task.self))
      }
      return thread == nil
    }
    return tasks
  }

  /// Hands what the iterator writes to `take`, in whole entries, until that answers false.
  private func read(
    _ program: String, _ thread: ThreadID?, _ take: (UnsafeRawBufferPointer) -> Bool
  ) throws(TracerError) {
    let one = probe.hasIteratorOverOneTask ? thread?.raw ?? 0 : 0
    let raw = bpfleak_libbpf_open_iterator(try object.program(program), one)
    if raw == -ESRCH || raw == -EINVAL && one != 0 { return }
    guard raw >= 0 else { throw .system(operation: "listing with \(program)", code: -raw) }
    let file = FileDescriptor(owning: raw)
    // The kernel fills 32 KiB at most at a time, and cuts no entry when there is room for that.
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let (got, code) = buffer.withUnsafeMutableBytes { bytes in
        (bytes.baseAddress.map { Glibc.read(file.raw, $0, bytes.count) } ?? 0, errno)
      }
      if got == 0 { return }
      if got < 0 {
        if code == EINTR || code == EAGAIN { continue }
        throw .system(operation: "reading \(program)", code: code)
      }
      let goesOn = buffer.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
      if !goesOn { return }
    }
  }
}

/// The areas of one or more spaces, as an iterator writes them: one space after the other, and again
/// through another process that shares it.
private struct MappingList {
  private var spaces: [SpaceKey: [SpaceSnapshot.Area]] = [:]
  private var key = SpaceKey(0)
  private var areas: [SpaceSnapshot.Area] = []
  /// Files come many times over; their paths are made into text once for each list.
  private var paths: [FileIdentity: TextID] = [:]
  /// Whether the next area is the first of what one call of read gave, and not of the first one.
  private var isAtSeam = false
  private var hasBegun = false
  /// Whether the last bytes had anything in them that was not there before.
  private(set) var isProgressing = true

  mutating func append(_ bytes: UnsafeRawBufferPointer, texts: inout TextTable) {
    isProgressing = false
    // Between two reads the kernel remembers the end of the area it is to go on with. When that was split
    // meanwhile, it goes on with the last part, and leaves out the others.
    isAtSeam = hasBegun
    hasBegun = true
    var place = 0
    let size = MemoryLayout<bpfleak_vma>.size
    while place + size <= bytes.count {
      let vma = bytes.loadUnaligned(fromByteOffset: place, as: bpfleak_vma.self)
      place += size
      let end = min(place + Int(vma.path_length), bytes.count)
      let path = UnsafeRawBufferPointer(rebasing: bytes[place..<end])
      place += (Int(vma.path_length) + 7) & ~7
      if vma.space != key.raw { turn(to: SpaceKey(vma.space)) }
      var id = TextTable.empty
      if vma.has_file != 0 {
        let identity = FileIdentity(
          device: vma.device, inode: vma.inode, generation: vma.generation)
        id = paths[identity] ?? texts.intern(path)
        paths[identity] = id
      }
      append(SpaceSnapshot.Area(vma, path: path, id))
    }
  }

  mutating func finish() -> [SpaceKey: [SpaceSnapshot.Area]] {
    turn(to: SpaceKey(0))
    return spaces
  }

  private mutating func turn(to next: SpaceKey) {
    if !areas.isEmpty { spaces[key] = areas }
    key = next
    areas = spaces[next] ?? []
  }

  private mutating func append(_ area: SpaceSnapshot.Area) {
    var area = area
    area.followsSeam = isAtSeam
    isAtSeam = false
    if let last = areas.last, area.range.start < last.range.end {
      // Seen already: through another process, or again because it grew while the lock was let go.
      guard area.range.end > last.range.end else { return }
      let cut = last.range.end - area.range.start
      area.range.start += cut
      area.file?.offset += cut
    }
    isProgressing = true
    areas.append(area)
  }
}

extension SpaceSnapshot.Area {
  /// Bits of include/linux/mm.h; the low three are those of `Protection`.
  private enum Flag {
    static let mayShare: UInt64 = 0x80
    static let growsDown: UInt64 = 0x100
    static let pfnMap: UInt64 = 0x400
    static let io: UInt64 = 0x4000
    static let mixedMap: UInt64 = 0x1000_0000
  }

  init(_ vma: bpfleak_vma, path: UnsafeRawBufferPointer, _ id: TextID) {
    self.init(
      range: AddressRange(start: vma.start, end: vma.end),
      protection: Protection(rawValue: UInt8(vma.flags & 7)),
      // A shared mapping of a file opened for reading has lost VM_SHARED and kept VM_MAYSHARE.
      isShared: vma.flags & Flag.mayShare != 0,
      isSpecial: vma.has_file == 0 && vma.flags & (Flag.pfnMap | Flag.io | Flag.mixedMap) != 0,
      growsDown: vma.flags & Flag.growsDown != 0,
      isSegment: path.starts(with: "/SYSV".utf8),
      isAnonymousShared: vma.flags & Flag.mayShare != 0
        && path.elementsEqual("/dev/zero (deleted)".utf8),
      hugePageBytes: UInt64(vma.page_bytes),
      file: vma.has_file == 0
        ? nil
        : File(
          identity: FileIdentity(
            device: vma.device, inode: vma.inode, generation: vma.generation),
          path: id, offset: vma.offset))
  }
}
