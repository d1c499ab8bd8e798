// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Drivers
import Glibc
import Meminfo
import Procfs
import Renderers
import Reporting

struct MeminfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "meminfo",
    abstract: "Where the machine's memory is: the first step of any leak hunt.",
    usage: """
      bpfleak meminfo [options]
      bpfleak meminfo --duration 5m
      """,
    discussion: """
      Tells whether programs, caches or the kernel have the memory, what stands out, what that \
      means and what to run next. Needs no privilege; root also sees the kernel's slab caches.

      With --duration or --interval it shows what grows; Ctrl-C ends it with a last report.
      """,
    version: Version.current)

  @Option(
    help: ArgumentHelp("Watch for this long: 30s, 5m, 1h30m.", valueName: "time"),
    transform: DurationArgument.parse)
  var duration: DurationArgument?

  @Option(
    help: ArgumentHelp("How often to report while watching (default: 2s).", valueName: "time"),
    transform: DurationArgument.parse)
  var interval: DurationArgument?

  @Flag(help: "Explain each item and what to look at next.")
  var explain = false

  @Flag(help: "One JSON object a line on standard output.")
  var ndjson = false

  func run() throws {
    let reader = MeminfoReader()
    do throws(MeminfoReader.Failure) {
      let first = try reader.sample()
      if duration == nil, interval == nil {
        show(MeminfoReport(current: first))
      } else {
        try watch(reader, since: first)
      }
    } catch {
      complain(error)
      throw ExitCode(1)
    }
  }

  private func watch(
    _ reader: MeminfoReader, since first: MeminfoSample
  ) throws(MeminfoReader.Failure) {
    let stop = StopSignals()
    let end = duration.map { first.takenNs.addingReportingOverflow($0.nanoseconds) }
    let endNs = end.map { $0.overflow ? .max : $0.partialValue } ?? UInt64.max
    let stepNs = interval?.nanoseconds ?? 2_000_000_000
    let screen = ndjson ? nil : MeminfoScreen()
    var dueNs = first.takenNs
    // On a screen, sizes appear at once and changes after the first interval.
    if let screen { screen.draw(text(MeminfoReport(current: first), columns: screen.columns)) }
    while true {
      let (next, overflow) = dueNs.addingReportingOverflow(stepNs)
      dueNs = min(overflow ? .max : next, endNs)
      if stop.wait(untilNs: dueNs) || dueNs == endNs { break }
      let report = MeminfoReport(first: first, current: try reader.sample())
      if let screen {
        screen.draw(text(report, columns: screen.columns))
      } else {
        show(report)
        if !ndjson { Main.emit("\n") }
      }
    }
    screen?.clear()
    show(MeminfoReport(first: first, current: try reader.sample()))
  }

  private func show(_ report: MeminfoReport) {
    let columns = MeminfoScreen()?.columns ?? 100
    Main.emit(ndjson ? MeminfoNDJSON.render(report) : text(report, columns: columns))
  }

  private func text(_ report: MeminfoReport, columns: Int) -> String {
    MeminfoText(columns: columns, explains: explain).render(report)
  }

  private func complain(_ failure: MeminfoReader.Failure) {
    let message =
      switch failure {
      case .unreadable(let path, let code):
        "cannot read \(path): \(String(cString: strerror(code))); is /proc mounted? try: mount -t "
          + "proc proc /proc"
      case .notMeminfo(let field):
        "/proc/meminfo has no \(field): something else is mounted there; try: head /proc/meminfo"
      }
    Main.say(message)
  }
}
