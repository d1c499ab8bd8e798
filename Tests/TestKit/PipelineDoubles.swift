// SPDX-License-Identifier: Apache-2.0
package import AddressSpace
package import LeakDetection
package import MappingEvents
package import MappingLedger
package import Meminfo
package import Pipeline
package import Reporting

extension StartFacts {
  /// A run that began at 5 ns and resolves no call paths.
  package static func run(_ scope: Scope = .processes([ProcessID(100)])) -> StartFacts {
    StartFacts(
      wireVersion: 2, version: "0.1.0", began: KernelInstant(nanoseconds: 5),
      wall: "2026-01-01T00:00:00.000Z", wallNanoseconds: 0, host: "box", kernel: "6.1.0",
      architecture: "x86_64", ownProcess: ProcessID(9), scope: scope, hooks: [], pageBytes: 4096,
      hugePageBytes: 2 << 20, reportsSpaceEnd: true, sharedMemoryDevices: [], stacks: "none",
      stackBytes: 4096, auditEvery: nil)
  }
}

/// A machine that answers from tables and counts how often it was asked.
package final class TableMachine: Machine {
  package var paths: [FileIdentity: String] = [:]
  package var identities: [ProcessID: ProcessIdentity] = [:]
  package var resident: [ProcessID: UInt64] = [:]
  /// What was asked, in order: `identity 100`, `path 7`, `resident 100`, `ranges 100`, `limits 100`,
  /// `memory`.
  package private(set) var asked: [String] = []

  package init() {}

  package func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    asked.append("path \(file.inode)")
    return paths[file]
  }

  package func identity(of process: ProcessID) -> ProcessIdentity {
    asked.append("identity \(process.raw)")
    return identities[process] ?? ProcessIdentity()
  }

  package func residentBytes(of process: ProcessID) -> UInt64? {
    asked.append("resident \(process.raw)")
    return resident[process]
  }

  package func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int
  ) -> UInt64? {
    asked.append("ranges \(process.raw)")
    return nil
  }

  package func limits(of space: Space, in process: ProcessID) -> LimitNumbers {
    asked.append("limits \(process.raw)")
    return LimitNumbers(virtualBytes: space.virtualBytes)
  }

  package func memoryReport(at now: KernelInstant) -> MeminfoReport? {
    asked.append("memory")
    return nil
  }
}

/// A sink that notes what it is told, a line each.
package final class SinkProbe: Sink {
  package let needs: SinkNeeds
  package private(set) var told: [String] = []
  package var wantsPaths = false
  package var isClosed = false
  /// Done when a space is about to end.
  package var onEnd: (Space, Pipeline) -> Void = { _, _ in }

  package init(_ needs: SinkNeeds) { self.needs = needs }

  package func open() { told.append("open") }
  package func willTake(_ record: UnsafeRawBufferPointer) { told.append("record") }
  package func willTake(_ input: PipelineInput, _ texts: TextTable) {
    told.append("input \("\(input)".prefix { $0 != "(" })")
  }
  package func began(_ pipeline: Pipeline) { told.append("began") }
  package func wantsPath(of event: MappingEvent, _ change: LedgerChange) -> Bool { wantsPaths }
  package func took(
    _ event: MappingEvent, _ change: LedgerChange, path: String?, _ pipeline: Pipeline
  ) {
    let name = "\(event.fact)".prefix { $0 != "(" }
    told.append("\(name) by \(event.thread.raw)" + (path.map { " of \($0)" } ?? ""))
  }
  package func introduced(_ introduction: Introduction, _ pipeline: Pipeline) {
    let executable = introduction.identity.executable ?? "-"
    told.append("process \(introduction.process.id.raw) \(executable)")
  }
  package func willEnd(_ space: Space, at when: KernelInstant, _ pipeline: Pipeline) {
    told.append("end of space \(space.id), \(space.table.count) mappings")
    onEnd(space, pipeline)
  }
  package func noted(_ loss: LossNote, spaces: [Int], _ pipeline: Pipeline) {
    told.append("lost \(loss.count) in \(spaces)")
  }
  package func reached(_ leak: LeakReport, at when: KernelInstant, _ pipeline: Pipeline) {
    told.append("\(leak.verdict.standing) at \(when.nanoseconds)")
  }
  package func reported(_ moment: Moment, _ pipeline: Pipeline) {
    told.append("report of \(moment.system.rows.count)")
  }
  package func marked(number: Int, at when: KernelInstant, _ pipeline: Pipeline) {
    told.append("mark \(number)")
  }
  package func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {
    told.append("finished")
  }
}
