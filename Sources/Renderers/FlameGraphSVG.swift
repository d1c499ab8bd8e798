// SPDX-License-Identifier: Apache-2.0
import MappingLedger
public import Reporting
import TextLayout

/// A flame graph as one self-contained SVG file: words, then boxes with search, zoom and details where
/// scripts run.
///
/// Viewers without HTML inside SVG show the same words as plain text.
public func renderFlameGraph(_ report: ProfileReport) -> String {
  let graph = FlameGraph(report)
  let words = headerLines(report.header, columns: 96)
  let title = flameTitle(report)
  // Scripts replace this by the height that the words take at the present width.
  let headHeight = 250
  let plain = ([title] + words + [legendWords(graph)] + (graph.note.map { [$0] } ?? []))
    .flatMap { wrap($0, to: 96) }
    .enumerated().map { index, line in
      "<text x=\"2%\" y=\"\(24 + index * 18)\">\(escaped(line))</text>"
    }
  return """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- SPDX-License-Identifier: Apache-2.0 -->
    <svg xmlns="http://www.w3.org/2000/svg" width="100%" height="\(headHeight + graph.height + 16)">
    <title>\(escaped(title))</title>
    <style>
    \(FlameGraphStyle.colors)
    \(FlameGraphStyle.boxes)
    \(FlameGraphStyle.controls)
    \(style)
    </style>
    <rect class="ground" width="100%" height="100%"/>
    <switch>
    <foreignObject class="head" x="2%" y="0" width="96%" height="\(headHeight)" \
    requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility">
    <div xmlns="http://www.w3.org/1999/xhtml" class="words">
    <h1>\(escaped(title))</h1>
    \(words.map { "<p>\(escaped($0))</p>" }.joined(separator: "\n"))
    \(flameControls(graph))
    </div>
    </foreignObject>
    <g class="plain">
    \(plain.joined(separator: "\n"))
    </g>
    </switch>
    \(flameElement(graph, placement: "x=\"2%\" y=\"\(headHeight)\" width=\"96%\""))
    <script><![CDATA[
    \(script)
    \(FlameGraphScript.text)
    ]]></script>
    </svg>

    """
}

/// What leaks, in one line, or that nothing does.
private func flameTitle(_ report: ProfileReport) -> String {
  let leaked = report.leaked
  if leaked.bytes > 0 {
    return "LEAKING: \(formatBytes(leaked.bytes)) in \(counted(leaked.count, "mapping"))"
  }
  let lost = report.header.coverage.isComplete ? "" : "; events were lost"
  return "No leak found\(report.header.isFinal ? "" : " so far")\(lost)"
}

private func legendWords(_ graph: FlameGraph) -> String {
  if graph.isEmpty { return "" }
  return "The wider a box, the more memory: now \(graph.measure.words). Processes on top, calls"
    + " below them, kinds of memory at the bottom."
}

/// The `svg` element with the boxes.
func flameElement(_ graph: FlameGraph, placement: String) -> String {
  let index = FlameGraph.Measure.allCases.firstIndex(of: graph.measure) ?? 0
  return "<svg class=\"flame\" role=\"tree\" aria-label=\"Flame graph of call paths\""
    + " data-measure-index=\"\(index)\" \(placement) height=\"\(graph.height)\">\n"
    + graph.boxes + "</svg>"
}

/// Search, measures, legend and the details of the current box. It is well-formed, so it serves HTML and SVG.
func flameControls(_ graph: FlameGraph) -> String {
  if graph.isEmpty { return "<p class=\"flame-said\">\(escaped(graph.note ?? ""))</p>" }
  let buttons = graph.measures.map { measure in
    let index = FlameGraph.Measure.allCases.firstIndex(of: measure) ?? 0
    let bytes = measure.amount(of: graph.tree.total).bytes
    return "<button type=\"button\" data-measure=\"\(index)\" aria-pressed=\""
      + "\(measure == graph.measure)\">\(measure.words): \(formatBytes(bytes))</button>"
  }
  let kinds = graph.tree.kinds.map { kind in
    "<li><i style=\"background:var(--k-\(kind.rawValue))\"></i>\(kind.rawValue)</li>"
  }
  let leaks =
    graph.tree.total.leaked.bytes == 0
    ? "" : "<li><i class=\"leaks\"></i>underlined: that part leaks</li>"
  let note = graph.note.map { "<p>\(escaped($0))</p>" } ?? ""
  return """
    <p class="flame-how">The wider a box, the more memory. Processes on top, calls below them, kinds of \
    memory at the bottom.</p>\(note)
    <div class="flame-controls"><label>Search <input type="search" data-flame="search" \
    placeholder="function, file, library" autocomplete="off" spellcheck="false"/></label>
    <button type="button" data-flame="next" disabled="disabled">Next match</button>
    <button type="button" data-flame="reset" disabled="disabled">Show all</button>
    <span class="flame-measures" role="group" aria-label="What is shown">
    \(buttons.joined(separator: "\n"))</span></div>
    <p class="flame-found" data-flame="found" role="status"></p>
    <ul class="flame-legend">\(leaks)\(kinds.joined())</ul>
    <p class="flame-said" data-flame="said"></p>
    """
}

private let style = """
  :root{background:var(--ground)}
  .ground{fill:var(--ground)}
  .words{font:15px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:var(--ink);
  padding:12px 0 4px}
  .words h1{font-size:20px;line-height:1.25;margin:0 0 6px;overflow-wrap:anywhere}
  .words p{margin:0 0 6px;overflow-wrap:anywhere}
  .plain text{font:14px sans-serif;fill:var(--ink)}
  """

/// Fits the height of the words, and then of the file.
private let script = #"""
  (function () {
    "use strict";
    var page = document.documentElement, head = document.querySelector(".head");
    var graph = document.querySelector(".flame");
    function fit() {
      var words = head.firstElementChild.getBoundingClientRect().height;
      var top = Math.ceil(words) + 4;
      head.setAttribute("height", top);
      graph.setAttribute("y", top);
      page.setAttribute("height", top + Number(graph.getAttribute("height")) + 16);
    }
    graph.addEventListener("flame-drawn", fit);
    window.addEventListener("resize", fit);
    fit();
  })();
  """#
