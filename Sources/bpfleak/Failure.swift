// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents
import Recording
import Sinks

/// Why a run fails, with its one sentence and exit status (contract/cli.md).
enum Failure: Error {
  case tracer(TracerError)
  case noSuchProcess(ProcessID)
  case noMemory(ProcessID)
  case ownProcess(ProcessID)
  case noSuchCgroup(path: String, code: Int32)
  /// `root` is the mount point of version 2.
  case cgroupOfOtherVersion(path: String, root: String?)
  case threadOf(ProcessID, id: ProcessID)
  case commandNotFound(String)
  case cannotStart(String, code: Int32)
  case cannotWrite(path: String, code: Int32)
  case cannotRead(path: String, code: Int32)
  case notARecording(path: String, RecordingDefect)
  /// The recording has no start facts, so its records cannot be read.
  case startMissing(path: String)
  case recordsOfOtherVersion(path: String, by: String)
  case damagedRecording(path: String, RecordingDamage, events: UInt64)
  case notInRecording(ProcessID, path: String)
  case overwritesRecording(path: String)

  var status: Int32 {
    switch self {
    case .tracer(.notPermitted), .tracer(.tracefsOutOfReach): 77
    case .tracer(.kernelTooOld), .tracer(.noBTF), .tracer(.lockdown), .tracer(.noHook),
      .tracer(.refused):
      69
    case .tracer, .noSuchProcess, .noMemory, .ownProcess, .noSuchCgroup,
      .cgroupOfOtherVersion, .threadOf, .commandNotFound, .cannotStart, .cannotWrite, .cannotRead,
      .notARecording, .startMissing,
      .recordsOfOtherVersion, .damagedRecording, .notInRecording, .overwritesRecording:
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
    case .cgroupOfOtherVersion(let path, let root?):
      "\(path) is a control group of version 1, which cannot be traced; list those of version 2 with: "
        + "find \(root) -type d"
    case .cgroupOfOtherVersion(let path, nil):
      "\(path) is a control group of version 1, which cannot be traced, and version 2 is not mounted; "
        + "try: mount -t cgroup2 none /mnt"
    case .threadOf(let process, let id):
      "\(id.raw) is a thread of process \(process.raw); try: --pid \(process.raw)"
    case .commandNotFound(let command):
      "cannot find the command '\(command)'; give its path, or check PATH"
    case .cannotStart(let command, let code):
      "cannot start '\(command)': \(Self.text(code)); \(Self.remedy(code, command))"
    case .cannotWrite(let path, ETIMEDOUT):
      "\(path) was not read until the end, so the rest was left out; stop what reads it last"
    case .cannotWrite(path: Output.standard, let code):
      "cannot write to standard output: \(Self.text(code)); send it to another file"
    case .cannotWrite(let path, let code):
      "cannot write \(path): \(Self.text(code)); choose another file with --output"
    case .cannotRead(let path, let code):
      "cannot read \(path): \(Self.text(code)); make a recording with: "
        + "sudo bpfleak record --output FILE"
    case .notARecording(let path, let defect): Self.sentence(of: defect, path)
    case .startMissing(let path):
      "\(path) is damaged: nothing in it says how to read the rest; record again with: "
        + "sudo bpfleak record --output FILE"
    case .recordsOfOtherVersion(let path, let version):
      "\(path) was recorded by bpfleak \(version), whose records this version "
        + "(\(Version.current)) cannot read; replay it with that one"
    case .damagedRecording(let path, let damage, let events):
      Self.sentence(of: damage, path, events: events)
    case .notInRecording(let process, let path):
      "process \(process.raw) was not alive at the end of \(path); see all that were with: "
        + "bpfleak replay \(path)"
    case .overwritesRecording(let path):
      "\(path) is the recording itself, which would be lost; choose another file with --output"
    }
  }

  private static func sentence(of defect: RecordingDefect, _ path: String) -> String {
    switch defect {
    case .empty:
      "\(path) is empty: nothing was recorded; record again with: "
        + "sudo bpfleak record --output FILE"
    case .notARecording:
      "\(path) is no recording of bpfleak; make one with: sudo bpfleak record --output FILE"
    case .otherVersion(let version):
      "\(path) is a recording of format \(version) and this bpfleak reads format "
        + "\(RecordingFormat.version); replay it with the version that made it"
    }
  }

  private static func sentence(
    of damage: RecordingDamage, _ path: String, events: UInt64
  ) -> String {
    var missing: [String] = []
    if damage.bytes > 0 { missing.append("\(damage.bytes) bytes are unreadable") }
    if damage.hasGaps { missing.append("\(damage.records) events in its midst are missing") }
    missing.append(
      damage.isCut || damage.isNone
        ? "it ends before the recording was finished" : "all the rest is there")
    return "\(path) is damaged: \(missing.joined(separator: ", ")); what is reported is of the "
      + "\(events) events that could be read; record again for all of them"
  }

  private static func sentence(of error: TracerError) -> String {
    switch error {
    case .tracefsOutOfReach(let code):
      "reading tracefs is not permitted (\(text(code))): it is root's; run as root, or give "
        + "CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH, see: bpfleak doctor"
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

  /// The last line of the verifier's log that says something.
  static func lastWords(of log: String) -> String {
    let lines = log.split(separator: "\n").filter { line in
      !line.hasPrefix("libbpf:") && !line.hasPrefix("processed") && !line.hasPrefix("--")
    }
    return lines.last.map { String($0.prefix(200)) } ?? "it gave no reason"
  }

  /// What to do about a command that cannot be started.
  private static func remedy(_ code: Int32, _ command: String) -> String {
    switch code {
    case EACCES: "see whether it may be executed with: ls -l \(command)"
    case EISDIR: "give the path of a program"
    // The file itself exists: it was found.
    case ENOENT: "what it names to be run with is missing, see: file \(command)"
    case ENOEXEC: "it is no program for this machine, see: file \(command)"
    default: "try it without bpfleak"
    }
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
