// SPDX-License-Identifier: Apache-2.0
import Glibc
import LeakDetection
import MappingEvents
import MappingLedger
import Renderers
import Reporting
import TextLayout

/// Outputs that are one whole, written when the run ends.
extension TraceSession {
  /// Spaces whose mappings an HTML report lists: those with verdicts and those that grow most.
  private static let mostFocuses = 12

  /// Says to a person who waits what will be written, and how to have it now.
  func announceEnd() {
    guard !settings.quiet, isatty(STDERR_FILENO) == 1 else { return }
    let when = settings.duration == nil ? "at the end; Ctrl-C ends it" : "at the end, or at Ctrl-C"
    Main.say("tracing; \(output.path) is written \(when)")
  }

  /// What a file was written with, in one line: who gave `--output` sees nothing else of the run.
  var writtenSentence: String? {
    guard let path = settings.outputPath, !settings.quiet else { return nil }
    let found = verdictHeadline(book.verdicts.map(\.standing), isFinal: true)
    return "wrote \(path): \(found.prefix(1).lowercased())\(found.dropFirst())"
  }

  func writeWhole(at now: KernelInstant) {
    let system = systemReport(isFinal: true, at: now)
    let known = stacks.book
    let profile = ProfileReport(
      of: ledger, only: focusedSpace, header: system.header, verdicts: book.verdicts,
      ended: settings.focus == nil ? endedSamples : [],
      buildIDs: stacks.buildIDs.mapValues { hexadecimal($0) }, callPath: { known[$0] })
    switch settings.form {
    case .text, .ndjson: return
    case .folded: output.write(renderFolded(profile))
    case .flamegraph: output.write(renderFlameGraph(profile))
    case .pprof:
      let bytes = renderPprof(profile, beganUnixNanoseconds: beganWall.unixNanoseconds)
      // More than zlib takes at once is not written by anybody's machine; readers take it unpacked.
      output.write(Gzip.compress(bytes) ?? bytes)
    case .html: output.write(renderHTML(whole(system, profile, at: now)))
    }
    if settings.form == .folded, !coverage.isComplete, !settings.quiet {
      Main.say("\(formatCount(coverage.lost)) events were lost; sizes may be off")
    }
  }

  /// Keeps what a space held that is about to end: a command's report is written when it is over.
  func keepSamples(of space: Space, at when: KernelInstant) {
    guard settings.form.isWrittenAtEnd, tracer.spec.scope.isBoundToProcesses,
      endedSamples.count < Self.mostEnded
    else { return }
    let process = space.processes.first ?? space.lastProcess?.id ?? ProcessID(0)
    let name = ledger.processes[process]?.name ?? space.lastProcess?.name ?? ThreadName()
    // What its calls were made from is being unwound yet, and its files are still there.
    awaitStacks(200_000_000)
    let known = stacks.book
    endedSamples += ProfileReport.samples(
      of: space, process, name.text, verdicts: book.verdicts, at: when, callPath: { known[$0] })
  }

  private static let mostEnded = 20_000

  private func whole(
    _ system: SystemReport, _ profile: ProfileReport, at now: KernelInstant
  ) -> RunReport {
    let isNarrow = !settings.processes.isEmpty || !settings.command.isEmpty
    let rows = system.rows.filter { isNarrow || $0.standing != nil || $0.virtualGrowth > 0 }
    let spaces = Dictionary(ledger.spaces.values.map { ($0.id, $0) }) { first, _ in first }
    let focuses = rows.prefix(Self.mostFocuses).compactMap { row in
      spaces[row.space].map { focus(on: $0, isFinal: true, at: now) }
    }
    return RunReport(
      system: system, focuses: focuses, profile: profile, memory: memoryReport(at: now),
      measurement: measurement)
  }

  private var measurement: Measurement {
    Measurement(
      host: facts.host, kernel: facts.kernel, architecture: facts.architecture,
      beganWall: beganWall.text, beganUnixNanoseconds: beganWall.unixNanoseconds,
      hooks: facts.hooks.map { ($0.name, $0.kind) }, stacks: stackWords,
      auditEvery: settings.auditEvery)
  }

  private var stackWords: String? {
    let unsent = stacks.unsent == 0 ? "" : "; \(formatCount(stacks.unsent)) were not sent"
    switch settings.stacks {
    case .auto:
      return
        "registers and \(formatBytes(UInt64(settings.stackBytes))) of stack, more where stacks are"
        + " deeper, unwound outside of the process\(unsent)"
    case .fp: return "frame pointers\(unsent)"
    case .none: return nil
    }
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
