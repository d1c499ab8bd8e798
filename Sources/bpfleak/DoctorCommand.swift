// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "What this kernel and this user can do, and the remedy for what is missing.",
    usage: """
      bpfleak doctor
      sudo bpfleak doctor
      """,
    discussion: """
      Looks without changing anything; as root it also loads and attaches the programs for a moment. \
      Exit status 0: bpfleak works here.
      """,
    version: Version.current)

  func run() throws {
    let probe = Probe()
    var findings = Self.findings(of: probe)
    var failure: Failure?
    if let obstacle = probe.obstacle {
      failure = .tracer(obstacle)
    } else {
      do throws(TracerError) {
        var tracer = try Tracer.load(TracerSpec(ringBytes: 1 << 16))
        try tracer.attach()
        findings.append(Finding(.good, "programs", "the verifier takes all of them"))
        findings += Self.findings(of: tracer.hooks)
        let tasks = try tracer.tasks()
        findings.append(
          Finding(.good, "iterators", "\(tasks.count) threads listed in binary form"))
      } catch {
        findings.append(Finding(.missing, "programs", "\(Failure.tracer(error).sentence)"))
        failure = .tracer(error)
      }
    }
    for finding in findings { Main.emit(finding.line + "\n") }
    if let failure { throw failure }
    Main.emit("bpfleak works here. Next: sudo bpfleak\n")
  }

  struct Finding {
    enum Grade: String {
      case good = "ok"
      case lesser = "--"
      case missing = "NO"
    }

    var grade: Grade
    var subject: String
    var text: String

    init(_ grade: Grade, _ subject: String, _ text: String) {
      self.grade = grade
      self.subject = subject
      self.text = text
    }

    var line: String {
      let pad = String(repeating: " ", count: max(1, 14 - subject.count))
      return "\(grade.rawValue)  \(subject)\(pad)\(text)"
    }
  }

  private static func findings(of probe: Probe) -> [Finding] {
    var findings: [Finding] = []
    if let version = probe.version, version < .minimum {
      findings.append(
        Finding(
          .missing, "kernel", "\(probe.release): too old, bpfleak needs \(KernelVersion.minimum)"))
    } else {
      findings.append(Finding(.good, "kernel", "\(probe.release) \(probe.architecture)"))
    }
    findings.append(
      probe.isPermitted
        ? Finding(.good, "privilege", "CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON")
        : Finding(
          .missing, "privilege", "none of CAP_SYS_ADMIN or CAP_BPF with CAP_PERFMON; use sudo"))
    findings.append(
      probe.hasBTF
        ? Finding(.good, "kernel types", Probe.btfPath)
        : Finding(
          .missing, "kernel types",
          "\(Probe.btfPath) is missing; boot a kernel built with CONFIG_DEBUG_INFO_BTF=y"))
    if probe.isPermitted {
      switch probe.tracefsObstacle {
      case nil: findings.append(Finding(.good, "tracefs", "the ids of tracepoints can be read"))
      case .tracefsOutOfReach?:
        findings.append(
          Finding(
            .missing, "tracefs",
            "it is readable to root alone; use sudo, or add CAP_DAC_READ_SEARCH to CAP_SYS_ADMIN"))
      case let obstacle?:
        findings.append(Finding(.missing, "tracefs", Failure.tracer(obstacle).sentence))
      }
    }
    switch probe.lockdown {
    case "confidentiality":
      findings.append(
        Finding(.missing, "lockdown", "confidentiality; boot with lockdown=integrity"))
    case let mode?:
      findings.append(Finding(.good, "lockdown", mode))
    case nil:
      findings.append(Finding(.good, "lockdown", "not told by this kernel"))
    }
    if probe.isPermitted, probe.hasBTF {
      findings.append(
        probe.hasSpaceEnd
          ? Finding(.good, "exit_mmap", "the end of an address space is reported")
          : Finding(
            .lesser, "exit_mmap", "not before kernel 6.1: told from the exit of the last process"))
      findings.append(
        probe.hasFindVMA
          ? Finding(.good, "bpf_find_vma", "shmat tells its length")
          : Finding(.lesser, "bpf_find_vma", "not before kernel 5.17: asked after each shmat"))
      findings.append(
        probe.hasIteratorOverOneTask
          ? Finding(.good, "one task", "a single process can be listed by itself")
          : Finding(.lesser, "one task", "not before kernel 6.1: all are listed for one"))
    }
    return findings
  }

  private static func findings(of hooks: [Hook]) -> [Finding] {
    let missing = Hook.all.filter { hook in !hooks.contains { $0.name == hook.name } }
    var findings = [Finding(.good, "hooks", "\(hooks.count) attached and detached again")]
    for hook in missing {
      findings.append(Finding(.lesser, "hook", "\(hook.name) is not in this kernel; not needed"))
    }
    return findings
  }
}
