// SPDX-License-Identifier: Apache-2.0
public import Reporting

/// The part of the reports that a person is looking at. Keys change it; frames are drawn from it.
public struct ViewState: Sendable, Equatable {
  public internal(set) var sort = SortColumn.growth
  public internal(set) var isReversed = false
  /// Part of a name, a process id, a kind of memory or a verdict; empty shows all.
  public internal(set) var filter = ""
  public internal(set) var isEditingFilter = false
  /// Figures are frozen; tracing continues.
  public internal(set) var isPaused = false
  public internal(set) var showsHelp = false
  /// The space under the cursor, also when the order changes; nil for the top row.
  public internal(set) var selected: Int?
  /// The space that is open; nil for the table.
  public internal(set) var focus: Int?
  public internal(set) var pane = Pane.verdict
  public internal(set) var unfoldsStacks = false
  /// The first visible line of an open space or of help.
  public internal(set) var top = 0

  /// A view of an open space.
  public enum Pane: Int, Sendable, CaseIterable {
    case verdict, mappings, events

    var title: String {
      switch self {
      case .verdict: "Verdict"
      case .mappings: "Mappings"
      case .events: "Events"
      }
    }
  }

  public init(focus: Int? = nil) { self.focus = focus }

  /// The rows to show, in their order.
  public func rows(of report: SystemReport) -> [SpaceRow] {
    var rows = report.rows
    if !filter.isEmpty {
      let wanted = filter.lowercased()
      rows = rows.filter { $0.matches(wanted) }
    }
    if sort != .growth { rows.sort(by: sort.precedes) }
    return isReversed ? rows.reversed() : rows
  }

  /// Goes back to the table.
  public mutating func close() {
    selected = focus ?? selected
    focus = nil
    top = 0
  }

  mutating func open(_ space: Int) {
    (focus, selected, top, pane) = (space, space, 0, .verdict)
  }
}

extension SpaceRow {
  fileprivate func matches(_ wanted: String) -> Bool {
    name.lowercased().contains(wanted) || String(process.raw).hasPrefix(wanted)
      || standing?.rawValue.contains(wanted) ?? false
      || commandLine.lowercased().contains(wanted)
      || growingKind?.rawValue.contains(wanted) ?? false
  }
}
