// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import CBPFLeakWire
import CLibbpf
import Glibc
public import MappingEvents
public import MappingLedger
import Procfs

/// The kernel's own lists, in binary through BPF iterators or from the text of /proc.
extension Tracer {
  /// All threads that have an address space.
  public func tasks() throws(TracerError) -> [ListedTask] {
    listsText ? TextListing().tasks() : try rawTasks(of: nil).compactMap(Self.task)
  }

  /// The mappings of every space that one of `tasks` is in, each space once.
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

  /// One space and its threads, found through one of these threads. Nil when that thread is gone or is in
  /// another space by now.
  public func snapshot(
    of key: SpaceKey, through thread: ThreadID, texts: inout TextTable
  ) throws(TracerError) -> (space: SpaceSnapshot, tasks: [ListedTask])? {
    var tasks: [ListedTask]
    var areas: [SpaceSnapshot.Area]?
    if listsText {
      tasks = TextListing().tasks(of: thread)
      // The text holds no keys, so the key that the caller knows is taken.
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
    // A task that cannot be seen from the tracer's pid namespace has the ids 0.
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
      // Linux 6.18 was seen to list the tail of a busy space with several threads without end.
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

  /// Hands what the iterator writes to `take`, in whole entries, until `take` answers false.
  private func read(
    _ program: String, _ thread: ThreadID?, _ take: (UnsafeRawBufferPointer) -> Bool
  ) throws(TracerError) {
    let one = probe.hasIteratorOverOneTask ? thread?.raw ?? 0 : 0
    let raw = bpfleak_libbpf_open_iterator(try object.program(program), one)
    if raw == -ESRCH || raw == -EINVAL && one != 0 { return }
    guard raw >= 0 else { throw .system(operation: "listing with \(program)", code: -raw) }
    let file = FileDescriptor(owning: raw)
    // The kernel writes at most 32 KiB at a time. It cuts no entry when the buffer has room for that.
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

/// The areas of one or more spaces, as an iterator writes them: one space after the other. A space that
/// several processes share comes once for each.
private struct MappingList {
  private var spaces: [SpaceKey: [SpaceSnapshot.Area]] = [:]
  private var key = SpaceKey(0)
  private var areas: [SpaceSnapshot.Area] = []
  /// Paths by file. A file comes many times in a list, and its path is made into text once.
  private var paths: [FileIdentity: TextID] = [:]
  /// Whether the next area is the first that a read gave, other than the first read.
  private var isAtSeam = false
  private var hasBegun = false
  /// Whether the last bytes held an area that had not been listed before.
  private(set) var isProgressing = true

  mutating func append(_ bytes: UnsafeRawBufferPointer, texts: inout TextTable) {
    isProgressing = false
    // Between two reads the kernel remembers the end of the area that comes next. When that area was split
    // meanwhile, the kernel goes on with its last part and leaves out the others.
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
      // Listed before: through another process, or it grew while the kernel had let go of the lock.
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
  /// Bits of include/linux/mm.h. The low three are those of `Protection`.
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
      // A shared mapping of a file that was opened for reading has VM_MAYSHARE and not VM_SHARED.
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
