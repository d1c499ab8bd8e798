// SPDX-License-Identifier: Apache-2.0
import MappingLedger
import Reporting
import Symbolization
import TextLayout

/// The boxes of a flame graph as SVG, without the document around them. Widths are in percent, so that it
/// fits any page and scripts only have to move boxes.
///
/// Processes are on top, calls below them, kinds of memory at the bottom. Each box is an `svg` element of its
/// own, which cuts off text that does not fit.
struct FlameGraph {
  let tree: FlameTree
  let measure: Measure

  static let rowHeight = 24

  /// The amount that the width of a box shows.
  enum Measure: String, CaseIterable {
    case leaked, fresh, live

    var words: String {
      switch self {
      case .leaked: "leaking"
      case .fresh: "new since the start"
      case .live: "all live"
      }
    }

    func amount(of amounts: FlameAmounts) -> ProfileSample.Amount {
      switch self {
      case .leaked: amounts.leaked
      case .fresh: amounts.fresh
      case .live: amounts.live
      }
    }
  }

  /// Starts with the most important measure that is not empty: leaking, new, live.
  init(_ profile: ProfileReport) {
    tree = FlameTree(of: profile)
    let total = tree.total
    measure = Measure.allCases.first { $0.amount(of: total).bytes > 0 } ?? .live
  }

  var isEmpty: Bool { tree.rows.isEmpty }
  var height: Int { tree.depth * Self.rowHeight }

  /// The measures that are not empty.
  var measures: [Measure] { Measure.allCases.filter { $0.amount(of: tree.total).bytes > 0 } }

  /// A note when nothing can be drawn, or not everything; nil otherwise.
  var note: String? {
    if isEmpty { return "Nothing is live: there is no memory to show." }
    if tree.leftOut.count == 0 { return nil }
    return "\(counted(tree.leftOut.count, "box", "boxes")) too small to draw"
      + " (\(formatBytes(tree.leftOut.bytes)) in total)."
  }

  /// The boxes. FlameGraphScript reads their attributes.
  var boxes: String {
    var text = ""
    // By depth: where the next child of the current box begins.
    var edges: [UInt64] = [0]
    let whole = measure.amount(of: tree.total).bytes
    for (index, row) in tree.rows.enumerated() {
      let bytes = measure.amount(of: row.amounts).bytes
      let start = edges[row.depth]
      edges[row.depth] = start.addingClamped(bytes)
      edges.removeSubrange((row.depth + 1)...)
      edges.append(start)
      text += box(row, isFirst: index == 0, start: start, bytes: bytes, whole: whole)
    }
    return text
  }

  private func box(
    _ row: FlameRow, isFirst: Bool, start: UInt64, bytes: UInt64, whole: UInt64
  ) -> String {
    let amounts = row.amounts
    let values = [amounts.leaked, amounts.fresh, amounts.live]
    let hidden = bytes == 0 ? " display=\"none\"" : ""
    let leaked =
      amounts.leaked.bytes == 0
      ? ""
      : "<rect class=\"leaked\" y=\"\(Self.rowHeight - 5)\" height=\"4\" width=\""
        + "\(percent(amounts.leaked.bytes, of: bytes))%\"/>"
    return "<svg class=\"box \(row.look)\" role=\"treeitem\" aria-level=\"\(row.depth + 1)\""
      + " tabindex=\"\(isFirst ? 0 : -1)\" data-depth=\"\(row.depth)\""
      + " data-bytes=\"\(values.map { String($0.bytes) }.joined(separator: " "))\""
      + " data-count=\"\(values.map { String($0.count) }.joined(separator: " "))\""
      + " x=\"\(percent(start, of: whole))%\" y=\"\(row.depth * Self.rowHeight)\""
      + " width=\"\(percent(bytes, of: whole))%\" height=\"\(Self.rowHeight)\"\(hidden)>"
      + "<title>\(escaped(row.label))\n\(details(row).map(escaped).joined(separator: "\n"))</title>"
      + "<rect class=\"fill\" width=\"100%\" height=\"\(Self.rowHeight - 1)\"/>\(leaked)"
      + "<text x=\"5\" y=\"14\">\(escaped(row.label))</text></svg>\n"
  }

  /// Lines of a tooltip, below the name.
  private func details(_ row: FlameRow) -> [String] {
    var lines: [String] = []
    if case .frame(let frame) = row.content {
      let place = frame.place + (frame.isInlined ? " (inlined)" : "")
      if !place.isEmpty { lines.append(place) }
      if let module = frame.module { lines.append(module) }
      if let why = frame.unresolved { lines.append(why.rawValue) }
    }
    let live = row.amounts.live
    lines.append(
      "\(formatBytes(live.bytes)) live in \(counted(live.count, "mapping")),"
        + " \(formatShare(Double(live.bytes) / Double(max(1, tree.total.live.bytes))))")
    if row.amounts.leaked.bytes > 0 {
      lines.append(
        "\(formatBytes(row.amounts.leaked.bytes)) of it leaking,"
          + " \(counted(row.amounts.leaked.count, "mapping"))")
    }
    if row.amounts.fresh.bytes > 0 {
      lines.append("\(formatBytes(row.amounts.fresh.bytes)) of it new since tracing began")
    }
    return lines
  }
}

extension FlameRow {
  var label: String {
    switch content {
    case .everything: "everything"
    case .process(_, let id, let name): "\(name) (pid \(id))"
    case .frame(let frame): frame.label
    case .noStack: "[no stack]"
    case .kind(let kind): (amounts.leaked.bytes > 0 ? "LEAKING " : "") + kind.rawValue
    }
  }

  /// The class of its color. Color shows the kind of memory, which the lowest boxes also name.
  fileprivate var look: String {
    switch content {
    case .everything, .process, .noStack: "k-none"
    case .frame(let frame):
      frame.isPlumbing ? "k-\(mainKind.rawValue) plumbing" : "k-\(mainKind.rawValue)"
    case .kind: "k-\(mainKind.rawValue)"
    }
  }
}
