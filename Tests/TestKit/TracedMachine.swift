// SPDX-License-Identifier: Apache-2.0
import AddressSpace
package import MappingEvents
package import MappingLedger

@testable package import LeakDetection
@testable package import Reporting

/// A ledger and the reports made of it. Each process has a space of its own. Times are seconds since
/// tracing began.
package final class TracedMachine {
  package let ledger = Ledger()
  package var assembler = ReportAssembler(
    version: "0.1.0", scope: "system", began: TracedMachine.at(0))

  package init() {}

  package static func at(_ seconds: Double) -> KernelInstant {
    KernelInstant(nanoseconds: UInt64(((900 + seconds) * 1e9).rounded()))
  }

  package static func key(_ process: UInt32) -> SpaceKey {
    SpaceKey(0xffff_8881_0000_0000 + UInt64(process))
  }

  /// Adds a process whose table was listed at `seconds`: mappings of so many bytes each, far apart.
  package func list(
    _ process: UInt32, _ name: String, bytes: [UInt64], isCompat: Bool = false,
    at seconds: Double = 0
  ) {
    var areas: [SpaceSnapshot.Area] = []
    for (index, length) in bytes.enumerated() {
      areas.append(
        SpaceSnapshot.Area(
          range: AddressRange(start: 0x1000_0000 * UInt64(index + 1), length: length),
          protection: [.read, .write]))
    }
    ledger.list(
      Self.key(process), areas, totals: SpaceTotals(isCompat: isCompat), at: Self.at(seconds))
    admit(process, name, at: seconds)
  }

  package func admit(
    _ process: UInt32, _ name: String, in space: SpaceKey? = nil, at seconds: Double = 0
  ) {
    ledger.admit(process, named: name, to: space ?? Self.key(process), at: Self.at(seconds))
  }

  /// A thread of the process as a builder of events.
  package func caller(_ process: UInt32, thread: UInt32? = nil) -> Caller {
    Caller(process, thread: thread, in: Self.key(process).raw)
  }

  package func apply(_ event: MappingEvent, at seconds: Double, stack: Int32? = nil) {
    _ = ledger.apply(event.at(Self.at(seconds)).from(stack.map { CallPathID($0) }))
  }

  package func apply(
    _ process: UInt32, at seconds: Double, stack: Int32? = nil, _ fact: MappingEvent.Fact
  ) {
    apply(caller(process).event(fact), at: seconds, stack: stack)
  }

  package func map(
    _ process: UInt32, _ address: UInt64, _ bytes: UInt64, at seconds: Double, stack: Int32? = nil
  ) {
    apply(caller(process).mmap(address, bytes), at: seconds, stack: stack)
  }

  package func unmap(_ process: UInt32, _ address: UInt64, _ bytes: UInt64, at seconds: Double) {
    apply(caller(process).munmap(address, bytes), at: seconds)
  }

  /// A thread that starts on what is mapped below `top`.
  package func start(_ thread: UInt32, of process: UInt32, below top: UInt64, at seconds: Double) {
    apply(caller(process).cloneThread(thread, stack: top), at: seconds)
  }

  package func exit(_ thread: UInt32, of process: UInt32, at seconds: Double) {
    apply(caller(process, thread: thread).exit(), at: seconds)
  }

  package func space(_ process: UInt32) -> Space? { ledger.space(of: Self.key(process)) }

  package func leak(_ process: UInt32, _ standing: Verdict.Standing) -> LeakReport {
    LeakReport(
      verdict(standing, count: 3, space: space(process)?.id ?? 0), residentBytes: nil,
      at: Self.at(0))
  }

  package func system(
    at seconds: Double, resident: [UInt32: UInt64] = [:], leaks: [LeakReport] = []
  ) -> SystemReport {
    assembler.system(ledger, around(resident, leaks), at: Self.at(seconds))
  }

  package func focus(
    on process: UInt32, leastBytes: UInt64 = 0, at seconds: Double,
    resident: [UInt32: UInt64] = [:], leaks: [LeakReport] = [],
    origin: (CallPathID) -> String? = { _ in nil }
  ) -> FocusReport? {
    guard let space = space(process) else { return nil }
    return assembler.focus(
      on: space, ledger, TextTable(), around(resident, leaks), leastBytes: leastBytes,
      at: Self.at(seconds), culprit: origin)
  }

  package func mark(at seconds: Double, resident: [UInt32: UInt64] = [:]) -> Int {
    assembler.markBaseline(
      in: ledger, residentBytes: around(resident, []).residentBytes, at: Self.at(seconds))
  }

  private func around(
    _ resident: [UInt32: UInt64], _ leaks: [LeakReport]
  ) -> ReportAssembler.Surroundings {
    var bySpace: [Int: UInt64] = [:]
    for (process, bytes) in resident {
      if let space = space(process) { bySpace[space.id] = bytes }
    }
    return ReportAssembler.Surroundings(
      coverage: Coverage(events: 5), residentBytes: bySpace, leaks: leaks, isFinal: false)
  }
}

/// A verdict on thread stacks of 10 MiB, one every 100 ms.
package func verdict(
  _ standing: Verdict.Standing, count: Int, rate: Double = 0, period: UInt64? = nil,
  space: Int = 1, kind: MappingKind = .threadStack, last: Double = 0, evidence: [Evidence] = []
) -> Verdict {
  Verdict(
    subject: Verdict.Subject(space: space, origin: Origin(kind: kind, unitBytes: 10 << 20)),
    standing: standing, rule: "steady-mappings", process: ProcessID(100), processName: "server",
    count: count,
    bytes: UInt64(count) * 10 << 20, bytesPerMinute: rate, period: period,
    first: TracedMachine.at(last - Double(count - 1) / 10), last: TracedMachine.at(last),
    evidence: evidence, ranges: [])
}
