// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents

/// Why a run ends before its time, as one sentence and an exit status: contract/cli.md.
enum Failure: Error {
  case tracer(TracerError)
  case noSuchProcess(ProcessID)
  case noMemory(ProcessID)
  case ownProcess(ProcessID)
  case noSuchCgroup(path: String, code: Int32)
  case commandNotFound(String)
  case cannotStart(String, code: Int32)
  case cannotWrite(path: String, code: Int32)

  var status: Int32 {
    switch self {
    case .tracer(.notPermitted): 77
    case .tracer(.kernelTooOld), .tracer(.noBTF), .tracer(.lockdown), .tracer(.noHook),
      .tracer(.refused):
      69
    case .tracer, .noSuchProcess, .noMemory, .ownProcess, .noSuchCgroup, .commandNotFound,
      .cannotStart,
      .cannotWrite:
      1
    }
  }

  var sentence: String {
    switch self {
    case .tracer(let error): Self.sentence(of: error)
    case .noSuchProcess(let process):
      "no process has the id \(process.raw); list them with: ps -e -o pid,comm"
    case .noMemory(let process):
      "process \(process.raw) has no memory of its own: it has ended, or is a kernel thread; list "
        + "those that have some with: ps -e -o pid,stat,vsz,comm"
    case .ownProcess(let process):
      "process \(process.raw) is bpfleak itself, which is left out; trace it with a second bpfleak"
    case .noSuchCgroup(let path, let code):
      "cannot use \(path) as a control group: \(Self.text(code)); list them with: "
        + "find /sys/fs/cgroup -type d"
    case .commandNotFound(let command):
      "cannot find the command '\(command)'; give its path, or check PATH"
    case .cannotStart(let command, let code):
      "cannot start '\(command)': \(Self.text(code)); try it without bpfleak"
    case .cannotWrite(let path, let code):
      "cannot write \(path): \(Self.text(code)); choose another file with --output"
    }
  }

  private static func sentence(of error: TracerError) -> String {
    switch error {
    case .notPermitted(let operation, let code):
      geteuid() == 0
        ? "\(operation) is not permitted (\(text(code))) though this is root: the container or "
          + "service needs CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON; see: bpfleak doctor"
        : "\(operation) needs root; try: sudo bpfleak"
    case .kernelTooOld(let running, let needs):
      "this kernel is \(running) and bpfleak needs \(needs) or later; try: bpfleak meminfo"
    case .noBTF(let path):
      "this kernel has no \(path) (CONFIG_DEBUG_INFO_BTF), which tells where its fields are; "
        + "see: bpfleak doctor"
    case .lockdown(let mode):
      "kernel lockdown is in mode '\(mode)', which forbids BPF to read kernel memory; "
        + "see: bpfleak doctor"
    case .refused(let program, let code, let log):
      "the kernel refused the program \(program) (\(text(code))): \(lastWords(of: log)); "
        + "see it all with: sudo bpfleak --verbose"
    case .noHook(let name, let code):
      "the kernel's tracepoint \(name) cannot be used (\(text(code))); see: bpfleak doctor"
    case .system(let operation, let code):
      "\(operation) failed: \(text(code)); see: bpfleak doctor"
    case .badObject(let what):
      "the embedded BPF object is damaged (\(what)); install bpfleak again"
    }
  }

  /// The verifier's last line that says something.
  private static func lastWords(of log: String) -> String {
    let lines = log.split(separator: "\n").filter { line in
      !line.hasPrefix("libbpf:") && !line.hasPrefix("processed") && !line.hasPrefix("--")
    }
    return lines.last.map { String($0.prefix(200)) } ?? "it gave no reason"
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
