// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Pipeline
import Renderers
import Reporting
import TextLayout

/// A document that is written once, when the run ends: folded stacks, a flame graph, a profile or an HTML
/// report.
public final class DocumentSink: Sink {
  public enum Format: Sendable {
    case folded, flamegraph, pprof, html

    fileprivate var needs: SinkNeeds {
      switch self {
      case .folded, .flamegraph, .pprof: [.endings, .everySymbol]
      case .html: [.endings, .everySymbol, .reports, .memory]
      }
    }
  }

  public let needs: SinkNeeds

  private let output: Output
  private let format: Format
  private let say: (String) -> Void
  private var ended = EndedSpaces()

  /// Spaces whose mappings an HTML report lists: those with verdicts and those that grow most.
  private static let mostFocuses = 12

  /// `say` tells the user in one line what the document does not show.
  public init(_ output: Output, _ format: Format, say: @escaping (String) -> Void) {
    self.output = output
    self.format = format
    self.say = say
    needs = format.needs
  }

  public var isClosed: Bool { output.isClosed }

  public func open() { output.begin() }

  public func willEnd(_ space: Space, at when: KernelInstant, _ pipeline: Pipeline) {
    guard pipeline.facts.scope.isBoundToProcesses else { return }
    ended.add(
      SpaceProfile(of: space, pipeline.ledger, verdicts: pipeline.book.verdicts, at: when))
  }

  public func flush(at now: KernelInstant, isLast: Bool, _ pipeline: Pipeline) {
    ended.settle(at: now, pipeline.callPaths.book)
  }

  public var callPathsInUse: Set<CallPathID> { ended.callPathsInUse }

  public func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {
    let known = pipeline.callPaths.book
    if ended.leftOut > 0 {
      let count = formatCount(UInt64(ended.leftOut))
      say(
        "\(count) processes that ended late are left out; narrow the run with --comm or --duration")
    }
    let profile = ProfileReport(
      of: pipeline.ledger, only: pipeline.focusedSpace, header: moment.system.header,
      verdicts: pipeline.book.verdicts,
      ended: pipeline.options.focus == nil ? ended.allSamples(known) : [],
      buildIDs: pipeline.callPaths.buildIDs.mapValues { hexadecimal($0) },
      callPath: { known[$0] })
    switch format {
    case .folded:
      output.write(renderFolded(profile))
      let coverage = pipeline.coverage
      if !coverage.isComplete {
        say("\(formatCount(coverage.lost)) events were lost; sizes may be off")
      }
    case .flamegraph: output.write(renderFlameGraph(profile))
    case .pprof:
      let bytes = renderPprof(
        profile, beganUnixNanoseconds: pipeline.facts.wallNanoseconds)
      // zlib takes up to 4 GiB at once. Readers take a larger profile unpacked.
      output.write(Gzip.compress(bytes) ?? bytes)
    case .html:
      output.write(renderHTML(run(moment, profile, memory, pipeline)))
    }
  }

  private func run(
    _ moment: Moment, _ profile: ProfileReport, _ memory: MeminfoReport?, _ pipeline: Pipeline
  ) -> RunReport {
    let isNarrow = pipeline.facts.scope.isBoundToProcesses || pipeline.options.focus != nil
    let rows = moment.system.rows.filter {
      isNarrow || $0.standing != nil || $0.virtualGrowth > 0
    }
    let spaces = Dictionary(pipeline.ledger.spaces.values.map { ($0.id, $0) }) { first, _ in first }
    let focuses = rows.prefix(Self.mostFocuses).compactMap { row in
      spaces[row.space].map { moment.focus(on: $0) }
    }
    return RunReport(
      system: moment.system, focuses: focuses, profile: profile, memory: memory,
      measurement: Measurement(pipeline))
  }
}

extension Measurement {
  fileprivate init(_ pipeline: Pipeline) {
    let facts = pipeline.facts
    self.init(
      host: facts.host, kernel: facts.kernel, architecture: facts.architecture,
      beganWall: facts.wall, beganUnixNanoseconds: facts.wallNanoseconds,
      hooks: facts.hooks.map { ($0.name, $0.kind) },
      stacks: facts.captureWords(unsent: pipeline.callPaths.unsent), auditEvery: facts.auditEvery)
  }
}

extension StartFacts {
  /// How call paths were captured; nil when they were not.
  fileprivate func captureWords(unsent: UInt64) -> String? {
    let missing = unsent == 0 ? "" : "; \(formatCount(unsent)) were not sent"
    switch stacks {
    case "auto":
      return "registers and \(formatBytes(stackBytes)) of stack, more where stacks are deeper,"
        + " unwound outside of the process\(missing)"
    case "fp": return "frame pointers\(missing)"
    default: return nil
    }
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
