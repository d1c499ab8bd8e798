// SPDX-License-Identifier: Apache-2.0
import LiveView
import MappingEvents
import Meminfo
import Reporting
import Symbolization
import TestKit

/// The literal contents that the golden frames show, made of the reports of the text goldens.
enum LiveTestContents {
  static let memory = MachineMemory(
    total: 33_608_957_952, available: 9_126_805_504,
    parts: [
      MachineMemory.Part(name: "anonymous", bytes: 12_240_656_794),
      MachineMemory.Part(name: "shared", bytes: 921_593_446),
      MachineMemory.Part(name: "slab", bytes: 4_183_717_478),
      MachineMemory.Part(name: "page tables", bytes: 184_339_660),
      MachineMemory.Part(name: "kernel stacks", bytes: 65_536_000),
      MachineMemory.Part(name: "unaccounted", bytes: 614_361_497),
    ])

  static let stack = CallPath(frames: [
    StackFrame(
      address: 0x7f00_1000, function: "mmap64", module: "/usr/lib/x86_64-linux-gnu/libc.so.6"),
    StackFrame(
      address: 0x7f00_2000, function: "pthread_create@@GLIBC_2.34",
      module: "/usr/lib/x86_64-linux-gnu/libc.so.6"),
    StackFrame(
      address: 0x5581_1000, function: "spawn_reporter", module: "/usr/sbin/server",
      file: "src/report.c", line: 28),
    StackFrame(
      address: 0x5581_2000, function: "serve_requests", module: "/usr/sbin/server",
      file: "src/serve.c", line: 40, isInlined: true),
    StackFrame(address: 0x5581_3000, function: "main", module: "/usr/sbin/server"),
  ])

  static func content(_ report: SystemReport) -> LiveContent {
    var report = report
    for index in report.rows.indices {
      report.rows[index].history = history(of: report.rows[index])
    }
    for index in report.leaks.indices where report.leaks[index].verdict.standing == .leaking {
      report.leaks[index].callPath = stack
      report.leaks[index].message = named(report.leaks[index].message)
    }
    var content = LiveContent(report: report)
    content.memory = memory
    content.memoryBefore = memory
    content.memoryBefore?.parts[2].bytes -= 307_232_768
    content.cost = OwnCost(processorShare: 0.004, residentBytes: 22_439_526)
    return content
  }

  /// As a message is where the call path is known.
  private static func named(_ message: String) -> String {
    let parts = message.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0].hasSuffix(" their threads") else { return message }
    return "\(parts[0]), created by spawn_reporter (report.c:28):\(parts[1])"
  }

  /// A straight line from where the growth began, or the size as it is.
  private static func history(of row: SpaceRow) -> [SizeSample] {
    (0...40).map { step in
      let grown = Int64(row.virtualGrowth) * Int64(step - 40) / 40
      let resident = row.residentBytes.map {
        UInt64(Int64($0) + row.residentGrowth * Int64(step - 40) / 40)
      }
      return SizeSample(
        when: KernelInstant(
          nanoseconds: TextTestReports.now.nanoseconds - UInt64(40 - step) * 2_000_000_000),
        virtualBytes: UInt64(Int64(row.virtualBytes) + grown), residentBytes: resident)
    }
  }

  static var focus: LiveContent {
    var content = content(TextTestReports.leaking)
    content.report.header.scope = "pid 31108"
    var leak = TextTestReports.serverLeak
    leak.callPath = stack
    var report = TextTestReports.focus(leaks: [leak])
    report.row = content.report.rows[0]
    report.groups[0].residentBytes = 33_751_040
    report.groups[0].bytesPerMinute = 10_485_760
    report.groups[0].period = 60_000_000_000
    report.groups[0].culprit = "spawn_reporter"
    report.groups[0].origins = [leak.verdict.subject.origin]
    content.focus = report
    content.events = [
      event(149_900, 40_512, "server", "exited"),
      event(149_898, 31_108, "server", "created thread 40512 on the stack at 0x7f3a5d403000"),
      event(149_897, 31_108, "server", "protected 4 KiB at 0x7f3a5d402000 --- (a guard)"),
      event(149_897, 31_108, "server", "mapped 10.0 MiB at 0x7f3a5d402000 rw-p anonymous stack"),
      event(90_000, 31_200, "\u{1b}[2Jchild", "mapped 4 KiB at 0x7f3b00000000 r--p /tmp/a\nb"),
    ]
    return content
  }

  static func event(
    _ milliseconds: UInt64, _ thread: UInt32, _ name: String, _ words: String
  ) -> EventLine {
    EventLine(at: milliseconds * 1_000_000, thread: ThreadID(thread), name: name, words: words)
  }
}
