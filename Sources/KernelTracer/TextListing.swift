// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import CLibbpf
import Glibc
import MappingEvents
import MappingLedger

/// The kernel's lists from the text of /proc, for kernels that refuse iterators.
///
/// The text does not tell the key of an address space. Until an event of the process tells it, the space
/// has a key made of the process id. No kernel address can equal that.
struct TextListing {
  /// The threads of all processes, or of the process that `thread` belongs to.
  func tasks(of thread: ThreadID? = nil) -> [ListedTask] {
    if let thread {
      return ProcText.owner(of: thread).map { tasks(of: $0, key: key(of: $0)) } ?? []
    }
    var leaders: [(pid: UInt32, key: SpaceKey)] = []
    var result: [ListedTask] = []
    for pid in Self.numbers(in: "/proc") {
      // vfork and clone(CLONE_VM) make processes that share a space. They are close in age.
      let shared = leaders.suffix(8).first {
        bpfleak_same_space(Int32(bitPattern: $0.pid), Int32(bitPattern: pid)) == 1
      }
      let key = shared?.key ?? key(of: ProcessID(pid))
      leaders.append((pid, key))
      result += tasks(of: ProcessID(pid), key: key)
    }
    return result
  }

  private func key(of process: ProcessID) -> SpaceKey { SpaceKey(UInt64(process.raw)) }

  private func tasks(of process: ProcessID, key: SpaceKey) -> [ListedTask] {
    var texts = TextTable()
    guard let text = FileDescriptor.text(of: "/proc/\(process.raw)/maps"), !text.isEmpty,
      let areas = ProcText.areas(Array(text.utf8), texts: &texts)
    else { return [] }
    let totals = totals(of: text, areas)
    let parent = ProcText.field("PPid:", ofStatus: process).flatMap { UInt32($0) } ?? 0
    return Self.numbers(in: "/proc/\(process.raw)/task").map { tid in
      let directory = "/proc/\(process.raw)/task/\(tid)"
      let name = FileDescriptor.text(of: "\(directory)/comm").map { String($0.dropLast()) } ?? ""
      // Of a thread that waits in a system call: `number arguments stack-pointer program-counter`.
      let call = FileDescriptor.text(of: "\(directory)/syscall")?.split(separator: " ") ?? []
      let pointer = call.count > 2 ? UInt64(call[call.count - 2].dropFirst(2), radix: 16) : nil
      return ListedTask(
        space: key, process: process, thread: ThreadID(tid), parent: ProcessID(parent),
        name: ThreadName(name), stackPointer: pointer ?? 0, totals: totals)
    }
  }

  private func totals(of maps: String, _ areas: [SpaceSnapshot.Area]) -> SpaceTotals {
    var totals = SpaceTotals()
    let pageBytes = UInt64(sysconf(Int32(_SC_PAGESIZE)))
    totals.totalPages = areas.reduce(0) { $0 + $1.range.length } / pageBytes
    totals.mapCount = UInt32(clamping: areas.count)
    for line in maps.split(separator: "\n") {
      let ends = line.prefix { $0 != " " }.split(separator: "-").map { UInt64($0, radix: 16) ?? 0 }
      guard ends.count == 2 else { continue }
      if line.hasSuffix("[heap]") {
        if totals.startBreak == 0 { totals.startBreak = ends[0] }
        totals.currentBreak = ends[1]
      } else if line.hasSuffix("[stack]") {
        totals.startStack = ends[1] - 8
      } else if line.hasSuffix("[vdso]") {
        totals.vdso = ends[0]
      }
    }
    return totals
  }

  private static func numbers(in directory: String) -> [UInt32] {
    guard let open = opendir(directory) else { return [] }
    defer { closedir(open) }
    var numbers: [UInt32] = []
    while let entry = readdir(open) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = UInt32(name) { numbers.append(number) }
    }
    return numbers.sorted()
  }
}

extension ProcText {
  /// The process that a thread belongs to; nil when it is gone.
  static func owner(of thread: ThreadID) -> ProcessID? {
    field("Tgid:", ofStatus: ProcessID(thread.raw)).flatMap { UInt32($0) }.map { ProcessID($0) }
  }

  static func field(_ name: String, ofStatus process: ProcessID) -> String? {
    guard let text = FileDescriptor.text(of: "/proc/\(process.raw)/status") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return line.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
    return nil
  }
}
