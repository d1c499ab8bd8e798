// SPDX-License-Identifier: Apache-2.0
import CLinux
public import MappingEvents
public import MappingLedger

/// The kernel's lists of tasks from the text of /proc: the second way, for kernels that refuse
/// iterators.
///
/// The text does not tell which address space a task has. Until an event of the process tells it, the
/// space has a key made of a process id, which no kernel address can be.
public struct TextListing {
  public init() {}

  /// The threads of all processes, or of the one process that has `thread`.
  public func tasks(of thread: ThreadID? = nil) -> [ListedTask] {
    if let thread {
      return ProcessFiles(ProcessID(thread.raw)).owner.map { tasks(of: $0, key: key(of: $0)) } ?? []
    }
    var leaders: [(pid: UInt32, key: SpaceKey)] = []
    var result: [ListedTask] = []
    for pid in Self.numbers(in: "/proc") {
      // Processes that share a space, as vfork and clone(CLONE_VM) make them, were started together.
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
    let files = ProcessFiles(process)
    guard let maps = try? files.contents("maps"), !maps.isEmpty,
      let lines = try? ProcText.lines(maps: maps)
    else { return [] }
    let totals = ProcText.totals(lines, pageBytes: MachineFacts.pageBytes)
    let parent = files.parent ?? ProcessID(0)
    return Self.numbers(in: "/proc/\(process.raw)/task").map { tid in
      let thread = ProcessFiles(ProcessID(tid))
      let call = try? thread.read("syscall") { text throws(UnexpectedText) in
        try WaitingCall(parsing: text)
      }
      return ListedTask(
        space: key, process: process, thread: ThreadID(tid), parent: parent,
        name: ThreadName(thread.name ?? ""), stackPointer: (call ?? nil)?.stackPointer ?? 0,
        totals: totals)
    }
  }

  private static func numbers(in directory: String) -> [UInt32] {
    ((try? entryNames(in: directory)) ?? []).compactMap { UInt32($0) }.sorted()
  }
}
