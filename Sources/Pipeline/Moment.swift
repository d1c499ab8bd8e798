// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LeakDetection
public import MappingEvents
public import MappingLedger
public import Reporting

/// What all reports of one instant share. Each part is made once, when a sink first asks for it, so
/// that several sinks show the same numbers.
public final class Moment {
  public let now: KernelInstant
  public let isFinal: Bool
  private let pipeline: Pipeline

  init(_ pipeline: Pipeline, isFinal: Bool, at now: KernelInstant) {
    self.pipeline = pipeline
    self.isFinal = isFinal
    self.now = now
  }

  /// Verdicts that stand, with what is known of them.
  public private(set) lazy var leaks: [LeakReport] =
    pipeline.book.verdicts.map { pipeline.leakReport($0, at: now) }

  private lazy var surroundings = ReportAssembler.Surroundings(
    coverage: pipeline.coverage, residentBytes: pipeline.residentSizes(), leaks: leaks,
    isFinal: isFinal)

  /// Everything in scope.
  private lazy var everything = pipeline.assembler.system(pipeline.ledger, surroundings, at: now)

  /// What is in scope, or of it what was asked about.
  public private(set) lazy var system: SystemReport = {
    var report = everything
    if pipeline.options.focus != nil {
      let space = pipeline.focusedSpace?.id
      report.rows.removeAll { $0.space != space }
      report.leaks.removeAll { $0.verdict.subject.space != space }
    }
    return report
  }()

  /// One space with its mappings. With `withResident` the machine is asked how much of its largest groups is
  /// resident.
  public func focus(on space: Space, withResident: Bool = false) -> FocusReport {
    pipeline.findPaths(of: space)
    // The rates of a row count from the report before. Making the row again would count from this moment.
    let row = everything.rows.first { $0.space == space.id }
    var report = pipeline.assembler.focus(
      on: space, pipeline.ledger, pipeline.decoder.texts, surroundings,
      leastBytes: pipeline.options.leastBytes, at: now,
      culprit: { [pipeline] in pipeline.callPaths.path($0, pipeline.ledger)?.origin })
    if let row { report.row = row }
    if withResident { report.fillResidentBytes(pipeline.machine) }
    return report
  }
}

extension Pipeline {
  /// What can be reported of this instant, outside of the reports that are due.
  public func moment(at now: KernelInstant) -> Moment { Moment(self, isFinal: false, at: now) }

  /// A report is due.
  func report(at now: KernelInstant) {
    guard needs.contains(.reports) else { return }
    let moment = Moment(self, isFinal: false, at: now)
    // Also where no sink shows a table now: rates and charts need the sizes of this instant, and the
    // paths of files are known while they are mapped.
    _ = moment.system
    if let space = onlySpaceToReport { findPaths(of: space) }
    for sink in sinks where sink.needs.contains(.reports) { sink.reported(moment, self) }
  }

  func dump(at now: KernelInstant) {
    guard needs.contains(.dumps) else { return }
    // A path that was missing a moment ago, while a loader was at work, may be there by now.
    paths.forgetMisses()
    let moment = Moment(self, isFinal: false, at: now)
    for sink in sinks where sink.needs.contains(.dumps) { sink.dumped(moment, self) }
    flush(at: now)
  }

  /// Growth counts from here on.
  func mark(at now: KernelInstant) {
    let number = assembler.markBaseline(in: ledger, residentBytes: residentSizes(), at: now)
    for sink in sinks { sink.marked(number: number, at: now, self) }
  }

  /// The spaces with living processes, in the order of their ids.
  public var livingSpaces: [Space] {
    ledger.spaces.values.filter { !$0.processes.isEmpty }.sorted { $0.id < $1.id }
  }

  /// The space of the one process to report on.
  public var focusedSpace: Space? {
    options.focus.flatMap { focus in
      ledger.spaces.values.first { $0.processes.contains(focus) }
    }
  }

  /// The space that a report is about alone; nil if there are others, or were others that leaked.
  public var onlySpaceToReport: Space? {
    if options.focus != nil { return focusedSpace }
    guard facts.scope.isBoundToProcesses else { return nil }
    let spaces = livingSpaces
    guard spaces.count == 1, let space = spaces.first,
      book.verdicts.allSatisfy({ $0.subject.space == space.id })
    else { return nil }
    return space
  }

  /// Resident bytes by space id.
  func residentSizes() -> [Int: UInt64] {
    var resident: [Int: UInt64] = [:]
    for space in ledger.spaces.values {
      guard let process = space.processes.first else { continue }
      resident[space.id] = machine.residentBytes(of: process)
    }
    return resident
  }
}

extension FocusReport {
  /// Asks the machine how much of the largest groups is resident. Of large groups it samples some mappings.
  fileprivate mutating func fillResidentBytes(_ machine: any Machine) {
    guard let process = processes.first?.id else { return }
    let shown = min(groups.count, Self.mostGroupsAsked)
    var ranges: [[AddressRange]] = Array(repeating: [], count: shown)
    for mapping in mappings {
      let place = groups[..<shown].firstIndex { $0.holds(mapping) }
      if let place, ranges[place].count < Self.mostRangesAsked {
        ranges[place].append(mapping.range)
      }
    }
    for (index, ranges) in ranges.enumerated() where !ranges.isEmpty {
      let looked = ranges.reduce(0) { $0 + $1.length }
      let found = machine.residentBytes(of: ranges, in: process, mostPages: 1 << 13)
      guard looked > 0, let found else { continue }
      let share = Double(found) / Double(looked)
      groups[index].residentBytes = UInt64(share * Double(groups[index].bytes))
    }
  }

  private static var mostGroupsAsked: Int { 16 }
  private static var mostRangesAsked: Int { 64 }
}
