// SPDX-License-Identifier: Apache-2.0
import MappingEvents
public import Meminfo
public import Pipeline
import Renderers
import Reporting

/// Text reports: one at the end, and one every interval if somebody follows the run.
public final class TextSink: Sink {
  public let needs: SinkNeeds = [.reports, .dumps]

  private let output: Output
  /// Whether reports before the last one are written.
  private let isFollowed: Bool
  /// The width of the terminal; nil where the output is none.
  private let columns: () -> Int?
  /// Whether the rule that made each verdict is shown.
  private let showsRules: Bool
  /// Whether to print the verdicts without long tables. After a live view they must stay on the screen.
  private let isShort: Bool

  private static let mostColumns = 100

  public init(
    _ output: Output, isFollowed: Bool, isShort: Bool = false, showsRules: Bool = false,
    columns: @escaping () -> Int? = { nil }
  ) {
    self.output = output
    self.isFollowed = isFollowed
    self.isShort = isShort
    self.showsRules = showsRules
    self.columns = columns
  }

  public var isClosed: Bool { output.isClosed }

  public func open() { output.begin() }

  public func reported(_ moment: Moment, _ pipeline: Pipeline) {
    if isFollowed { output.write(text(moment, pipeline) + "\n") }
  }

  public func dumped(_ moment: Moment, _ pipeline: Pipeline) {
    for space in pipeline.livingSpaces {
      output.write(renderText(moment.focus(on: space), mostMappings: .max))
    }
  }

  public func finished(_ moment: Moment, memory: MeminfoReport?, _ pipeline: Pipeline) {
    output.write(text(moment, pipeline))
  }

  private func text(_ moment: Moment, _ pipeline: Pipeline) -> String {
    let width =
      output.isTerminal ? min(Self.mostColumns, columns() ?? Self.mostColumns) : Self.mostColumns
    guard let space = pipeline.onlySpaceToReport else {
      return renderText(
        moment.system, columns: width, mostRows: isShort ? 15 : 40,
        showsRules: showsRules)
    }
    return renderText(
      moment.focus(on: space, withResident: true), columns: width,
      mostMappings: isShort ? 0 : 200, mostGroups: isShort ? 8 : 30,
      showsRules: showsRules)
  }
}
