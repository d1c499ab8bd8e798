// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check what this kernel and this user can do, and how to fix what is missing.",
    usage: """
      bpfleak doctor
      sudo bpfleak doctor
      """,
    discussion: """
      Changes nothing. As root it also loads and attaches the programs for a moment, and lists each hook \
      with its purpose. Exit status 0: bpfleak works here.
      """,
    version: Version.current)

  func run() throws {
    let probe = Probe()
    var findings = Self.findings(of: probe)
    var failure = probe.obstacle
    if failure == nil {
      do throws(TracerError) {
        try Self.trial(on: probe, &findings)
      } catch {
        failure = error
        findings.append(Finding(.missing, "programs", Failure.tracer(error).sentence))
      }
    }
    for finding in findings { Main.emit(finding.text + "\n") }
    if let failure { throw Failure.tracer(failure) }
    Main.emit("bpfleak works here. Next: sudo bpfleak\n")
  }

  /// Loads and attaches everything for a moment. Adds the results, also when it ends with an error.
  private static func trial(
    on probe: Probe, _ findings: inout [Finding]
  ) throws(TracerError) {
    var tracer = try Tracer.load(TracerSpec(ringBytes: 1 << 16), probe)
    findings.append(Finding(.good, "programs", programs(tracer.absences)))
    var failure: TracerError?
    do throws(TracerError) {
      try tracer.attach()
      findings.append(Finding(.good, "hooks", "\(tracer.hooks.count) attached and detached again"))
    } catch {
      failure = error
    }
    findings += (tracer.hooks + tracer.iterators).map(Finding.init)
    findings += tracer.absences.map { Finding($0, on: probe.version) }
    if let failure { throw failure }
    let tasks = try tracer.tasks()
    findings.append(
      tracer.listsText
        ? Finding(.lesser, "iterators", "\(tasks.count) threads read from the text of /proc")
        : Finding(.good, "iterators", "\(tasks.count) threads listed in binary form"))
  }

  private static func programs(_ absences: [HookAbsence]) -> String {
    let refused = absences.count { if case .refusedByVerifier = $0.reason { true } else { false } }
    return refused == 0
      ? "the verifier accepts all of them" : "the verifier accepts all but \(refused) of them"
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
          .missing, "privilege", "neither CAP_SYS_ADMIN nor CAP_BPF with CAP_PERFMON; use sudo"))
    findings.append(
      probe.hasBTF
        ? Finding(.good, "kernel types", Probe.btfPath)
        : Finding(
          .missing, "kernel types",
          "\(Probe.btfPath) is missing; boot a kernel built with CONFIG_DEBUG_INFO_BTF=y"))
    if probe.isPermitted {
      switch probe.tracefsObstacle {
      case nil: findings.append(Finding(.good, "tracefs", "tracepoint ids can be read"))
      case .tracefsOutOfReach?:
        findings.append(
          Finding(
            .missing, "tracefs",
            "only root can read it; use sudo, or add CAP_DAC_READ_SEARCH to CAP_SYS_ADMIN"))
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
      findings.append(Finding(.good, "lockdown", "this kernel does not tell its mode"))
    }
    if probe.isPermitted, probe.hasBTF {
      findings.append(
        probe.hasIteratorOverOneTask
          ? Finding(.good, "one task", "a single process can be listed by itself")
          : Finding(.lesser, "one task", "Linux 6.1 and later; here bpfleak lists all to find one"))
    }
    return findings
  }
}
