// SPDX-License-Identifier: Apache-2.0
public import Reporting
import TextLayout

/// Everything one run found, as one HTML file that makes no network requests: verdicts, growth, flame graph,
/// tables, and how it was measured.
public func renderHTML(_ report: RunReport) -> String {
  let system = report.system
  let graph = FlameGraph(report.profile)
  let mappings =
    report.focuses.isEmpty
    ? "<p>No mapping to show.</p>"
    : report.focuses.enumerated().map { mappingTable($1, number: $0 + 1) }.joined(separator: "\n")
  var sections = [
    Section(id: "verdicts", title: "Verdicts", content: verdictSection(system)),
    Section(id: "growth", title: "Growth", content: growthSection(report)),
    Section(id: "flame", title: "Flame graph", content: flameSection(graph)),
    Section(id: "spaces", title: "Processes", content: processTable(system)),
    Section(id: "mappings", title: "Mappings", content: mappings),
  ]
  if let memory = report.memory {
    sections.append(
      Section(id: "machine", title: "The machine's memory", content: memoryTable(memory)))
  }
  sections.append(
    Section(id: "measured", title: "How it was measured", content: measurementSection(report)))
  let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }.joined(separator: "\n")
  let headline = verdictHeadline(system)
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <meta name="generator" content="bpfleak \(escaped(system.header.version))">
    <link rel="icon" href="data:,">
    <title>\(headline): \(escaped(system.header.scope)) - bpfleak</title>
    <style>
    \(FlameGraphStyle.colors)
    \(HTMLStyle.text)
    \(FlameGraphStyle.controls)
    \(FlameGraphStyle.boxes)
    </style>
    </head>
    <body>
    <header class="top">
    <p class="scope">bpfleak \(escaped(system.header.version)) on \(escaped(report.measurement.host)): \
    \(escaped(system.header.scope))</p>
    <h1>\(headline)</h1>
    \(facts(system.header))
    \(lossNotice(system.header))
    <nav aria-label="Parts of this report">
    \(links)
    </nav>
    </header>
    <main>
    \(sections.map(\.markup).joined(separator: "\n"))
    </main>
    <footer>Written by bpfleak \(escaped(system.header.version)). This file makes no network \
    requests.</footer>
    <script>
    \(FlameGraphScript.text)
    \(HTMLScript.text)
    </script>
    </body>
    </html>

    """
}

private struct Section {
  var id: String
  var title: String
  var content: String

  var markup: String {
    "<section id=\"\(id)\" aria-labelledby=\"\(id)-title\">\n<h2 id=\"\(id)-title\">\(title)</h2>\n"
      + content + "\n</section>"
  }
}

private func facts(_ header: ReportHeader) -> String {
  let facts = [
    "watched for <b>\(formatDuration(nanoseconds: header.elapsed))</b>",
    numbered(counted(header.processes, "process", "processes")),
    numbered(counted(header.mappings, "mapping")),
    "<b>\(formatBytes(header.virtualBytes))</b> virtual",
    numbered(
      header.coverage.events == 1 ? "1 event" : "\(formatCount(header.coverage.events)) events"),
  ]
  return "<ul class=\"facts\">\(facts.map { "<li>\($0)</li>" }.joined())</ul>"
}

/// `1,234 mappings` with its number in bold.
private func numbered(_ words: String) -> String {
  let parts = words.split(separator: " ", maxSplits: 1)
  return "<b>\(parts[0])</b> \(parts[parts.count - 1])"
}

/// What was lost. It stands at the top, because it limits the trust in everything below.
private func lossNotice(_ header: ReportHeader) -> String {
  let warnings = header.coverage.warnings
  if warnings.isEmpty {
    return "<p class=\"notice\">None of the \(formatCount(header.coverage.events)) events was lost,"
      + " and bpfleak's tables matched the kernel's.</p>"
  }
  return "<div class=\"notice lost\" role=\"note\">"
    + warnings.map { "<p>\(escaped($0))</p>" }.joined() + "</div>"
}

private func flameSection(_ graph: FlameGraph) -> String {
  graph.isEmpty
    ? flameControls(graph)
    : "<div class=\"pane\">" + flameControls(graph)
      + flameElement(graph, placement: "width=\"100%\"") + "</div>"
}

private func drift(_ count: UInt64) -> String {
  switch count {
  case 0: "no mapping differed"
  case 1: "1 mapping differed and was corrected"
  default: "\(formatCount(count)) mappings differed and were corrected"
  }
}

private func measurementSection(_ report: RunReport) -> String {
  let header = report.system.header
  let measurement = report.measurement
  let coverage = header.coverage
  let hooks = measurement.hooks.map { "\($0.name) (\($0.kind))" }.joined(separator: ", ")
  let audits =
    measurement.auditEvery.map {
      "tables were checked against the kernel every \(formatDuration(nanoseconds: $0))"
    } ?? "tables were not checked against the kernel"
  let entries: [(String, String)] = [
    ("Program", "bpfleak \(header.version)"), ("Watched", header.scope),
    ("Machine", "\(measurement.host), Linux \(measurement.kernel), \(measurement.architecture)"),
    ("Began", measurement.beganWall),
    ("Lasted", formatDuration(nanoseconds: header.elapsed)),
    ("Events", formatCount(coverage.events)), ("Lost", formatCount(coverage.lost)),
    ("Not decoded", formatCount(coverage.undecoded)),
    ("Drift", drift(coverage.drift) + "; " + audits),
    ("Call paths", measurement.stacks ?? "not captured"),
    ("Hooks", hooks.isEmpty ? "none" : hooks),
  ]
  let list = entries.map { "<dt>\($0.0)</dt><dd>\(escaped($0.1))</dd>" }.joined(separator: "\n")
  return "<dl>\n\(list)\n</dl>"
}
