// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger

@testable import LeakDetection
@testable import Reporting

/// A ledger and the reports made of it. Each process has a space of its own; times are seconds since
/// tracing began.
final class TracedMachine {
  let ledger = Ledger()
  var assembler = ReportAssembler(version: "0.1.0", scope: "system", began: TracedMachine.at(0))

  static func at(_ seconds: Double) -> KernelInstant {
    KernelInstant(nanoseconds: UInt64(((900 + seconds) * 1e9).rounded()))
  }

  static func key(_ process: UInt32) -> SpaceKey {
    SpaceKey(0xffff_8881_0000_0000 + UInt64(process))
  }

  /// Adds a process whose table was listed at `seconds`: pieces of so many bytes, far apart.
  func list(
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
    ledger.merge(
      SpaceSnapshot(
        key: Self.key(process), totals: SpaceTotals(isCompat: isCompat), areas: areas),
      at: Self.at(seconds), reason: .unknown)
    admit(process, name, at: seconds)
  }

  func admit(_ process: UInt32, _ name: String, in space: SpaceKey? = nil, at seconds: Double = 0) {
    ledger.admit(
      ListedTask(
        space: space ?? Self.key(process), process: ProcessID(process), thread: ThreadID(process),
        parent: ProcessID(1), name: ThreadName(name), stackPointer: 0, totals: SpaceTotals()),
      at: Self.at(seconds))
  }

  func apply(
    _ process: UInt32, at seconds: Double, thread: UInt32? = nil, stack: Int32? = nil,
    _ fact: MappingEvent.Fact
  ) {
    _ = ledger.apply(
      MappingEvent(
        when: Self.at(seconds), process: ProcessID(process), thread: ThreadID(thread ?? process),
        space: Self.key(process), callPath: stack.map { CallPathID($0) }, fact: fact))
  }

  func map(
    _ process: UInt32, _ address: UInt64, _ bytes: UInt64, at seconds: Double, stack: Int32? = nil
  ) {
    apply(
      process, at: seconds, stack: stack,
      .mapped(
        MappingEvent.Mapped(
          address: address, bytes: bytes, protection: [.read, .write],
          flags: [.private, .anonymous])))
  }

  func unmap(_ process: UInt32, _ address: UInt64, _ bytes: UInt64, at seconds: Double) {
    apply(process, at: seconds, .unmapping(address: address, bytes: bytes))
  }

  /// A thread that starts on what is mapped below `top`.
  func start(_ thread: UInt32, of process: UInt32, below top: UInt64, at seconds: Double) {
    apply(
      process, at: seconds,
      .taskCreated(
        MappingEvent.TaskCreated(
          flags: [.vm, .thread], childProcess: ProcessID(process), childThread: ThreadID(thread),
          childSpace: Self.key(process), stackPointer: top)))
  }

  func exit(_ thread: UInt32, of process: UInt32, at seconds: Double) {
    apply(
      process, at: seconds, thread: thread, .taskExited(last: false, withProcess: false, code: 0))
  }

  func space(_ process: UInt32) -> Space? { ledger.space(of: Self.key(process)) }

  func leak(_ process: UInt32, _ standing: Verdict.Standing) -> LeakReport {
    LeakReport(
      verdict(standing, count: 3, space: space(process)?.id ?? 0), residentBytes: nil,
      at: Self.at(0))
  }

  func system(
    at seconds: Double, resident: [UInt32: UInt64] = [:], leaks: [LeakReport] = []
  ) -> SystemReport {
    assembler.system(ledger, around(resident, leaks), at: Self.at(seconds))
  }

  func focus(
    on process: UInt32, leastBytes: UInt64 = 0, at seconds: Double,
    resident: [UInt32: UInt64] = [:], leaks: [LeakReport] = [],
    origin: (CallPathID) -> String? = { _ in nil }
  ) -> FocusReport? {
    guard let space = space(process) else { return nil }
    return assembler.focus(
      on: space, ledger, TextTable(), around(resident, leaks), leastBytes: leastBytes,
      at: Self.at(seconds), origin: origin)
  }

  func mark(at seconds: Double, resident: [UInt32: UInt64] = [:]) -> Int {
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

/// A verdict on stacks of 10 MiB, one each 100 ms.
func verdict(
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
