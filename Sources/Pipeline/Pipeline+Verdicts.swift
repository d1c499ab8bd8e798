// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import LeakDetection
import MappingEvents
import MappingLedger
import Reporting
public import Symbolization

/// Judging, and telling sinks of what is new.
extension Pipeline {
  /// How long a verdict that is new waits for its symbols, in nanoseconds.
  private static let mostWait: UInt64 = 2_000_000_000

  func judge(at now: KernelInstant) {
    paths.forgetMisses()
    publish(book.judge(ledger, at: now), at: now)
    publishResolved(at: now)
    ledger.sweep(&decoder.texts)
    sweepCallPaths()
    publishGrowth(at: now)
    beginSizes(at: now)
  }

  /// Notes the sizes from which reports count growth, of spaces that are new.
  private func beginSizes(at now: KernelInstant) {
    guard needs.contains(.reports) else { return }
    assembler.begin(ledger, at: now) { space in
      space.processes.first.flatMap { machine.residentBytes(of: $0) }
    }
  }

  func finish(at now: KernelInstant) {
    paths.forgetMisses()
    publish(book.judge(ledger, at: now), at: now)
    publishResolved(at: now, isLast: true)
    publishGrowth(at: now)
    let memory = needs.contains(.memory) ? machine.memoryReport(at: now) : nil
    let moment = Moment(self, isFinal: true, at: now)
    if needs.contains(.reports) { _ = moment.system }
    for sink in sinks { sink.finished(moment, memory: memory, self) }
    flush(at: now, isLast: true)
    callPaths.resolver?.stop()
  }

  /// Asks what there is to ask about new verdicts now, while their processes are there. They are told
  /// once their symbols have come.
  func publish(_ news: [Verdict], at now: KernelInstant) {
    for verdict in news where verdict.standing != .withdrawn { wantSymbols(of: verdict) }
    guard needs.contains(.verdicts) else { return }
    for verdict in news {
      unpublished.append((leakReport(verdict, at: now), now.later(by: Self.mostWait)))
    }
    publishResolved(at: now)
  }

  /// Tells of the verdicts whose symbols are there, or do not come. Their order stays.
  func publishResolved(at now: KernelInstant, isLast: Bool = false) {
    var count = 0
    for (leak, deadline) in unpublished {
      guard isLast || now >= deadline || hasSymbols(leak.verdict) else { break }
      count += 1
      let told = LeakReport(
        leak.verdict, residentBytes: leak.residentBytes, callPath: callPath(of: leak.verdict),
        limit: leak.limit, at: now)
      for sink in sinks where sink.needs.contains(.verdicts) {
        sink.reached(told, at: now, self)
      }
    }
    unpublished.removeFirst(count)
  }

  private func publishGrowth(at now: KernelInstant) {
    guard needs.contains(.growth) else { return }
    for growth in growthBook.news(ledger, blamed: book.verdicts, at: now) {
      for sink in sinks where sink.needs.contains(.growth) {
        sink.explained(growth, at: now, self)
      }
    }
  }

  // MARK: What is known of a verdict

  func leakReport(_ verdict: Verdict, at now: KernelInstant) -> LeakReport {
    let ranges = verdict.ranges.map { AddressRange(start: $0.start, end: $0.end) }
    return LeakReport(
      verdict, residentBytes: machine.residentBytes(of: ranges, in: verdict.process),
      callPath: callPath(of: verdict), limit: limit(of: verdict), at: now)
  }

  /// The limit that a leak runs into, while its process is there.
  private func limit(of verdict: Verdict) -> MemoryLimit? {
    guard verdict.standing != .withdrawn, let key = ledger.processes[verdict.process]?.space,
      let space = ledger.space(of: key), space.id == verdict.subject.space
    else { return nil }
    let time = verdict.last.since(verdict.first)
    // What came in that time, in areas as the kernel counts them.
    let came = verdict.subject.kind == .heap ? 0 : max(0, verdict.count - 1) * verdict.areasEach
    return machine.limits(of: space, in: verdict.process).nearest(
      bytesPerMinute: verdict.bytesPerMinute,
      countPerMinute: time > 0 ? Double(came) / Double(time) * 60e9 : 0)
  }

  private func wantSymbols(of verdict: Verdict) {
    guard let id = verdict.callPath else { return }
    callPaths.wantSymbols(of: id, in: verdict.subject.space, ledger)
  }

  /// Whether all that will be known of a verdict's call path is.
  private func hasSymbols(_ verdict: Verdict) -> Bool {
    guard let id = verdict.callPath else { return true }
    wantSymbols(of: verdict)
    return callPaths.hasSymbols(id, ledger)
  }

  /// The call path of a verdict as far as it is known; its symbols are asked for.
  public func callPath(of verdict: Verdict) -> CallPath? {
    guard let id = verdict.callPath else { return nil }
    wantSymbols(of: verdict)
    return callPaths.path(id, ledger)
  }

  /// Asks for the symbols of all verdicts that stand.
  public func wantSymbolsOfVerdicts() {
    for verdict in book.verdicts { wantSymbols(of: verdict) }
  }
}
