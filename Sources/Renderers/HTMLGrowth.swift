// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Reporting
import Symbolization
import TextLayout

/// Growth over time: virtual and resident size by process, and live memory by call path.
func growthSection(_ report: RunReport) -> String {
  let most = 12
  let now = report.system.header.when
  let spaces = report.system.rows.filter { $0.history.count > 1 }
  let moving = spaces.filter { row in
    row.standing != nil || row.history.contains { $0.virtualBytes != row.history[0].virtualBytes }
  }
  let samples = report.profile.samples.filter { $0.retained.count > 1 && $0.fresh.bytes > 0 }
  var text = "<h3>By process</h3>"
  if spaces.isEmpty {
    text += "<p>No sizes were recorded over time.</p>"
  } else if moving.isEmpty {
    text += "<p>No process changed its size while watched.</p>"
  } else {
    let charts = moving.prefix(most).map { chart($0, now) }
    text += key + "<div class=\"charts\">\(charts.joined())</div>"
    text += rest(moving.count - most, "process", "processes")
  }
  text += "<h3>By call path: memory mapped since tracing began and still mapped</h3>"
  if samples.isEmpty {
    return text + "<p>Everything mapped since tracing began was unmapped again.</p>"
  }
  text += "<div class=\"charts\">\(samples.prefix(most).map { chart($0, now) }.joined())</div>"
  return text + rest(samples.count - most, "call path", "call paths")
}

private func rest(_ count: Int, _ one: String, _ many: String) -> String {
  count > 0 ? "<p>… and \(counted(count, "more \(one)", "more \(many)")).</p>" : ""
}

private let key = """
  <ul class="key"><li><svg viewBox="0 0 34 10" aria-hidden="true"><line class="line virtual" x1="0" \
  y1="5" x2="34" y2="5"/></svg>virtual size, solid</li><li><svg viewBox="0 0 34 10" \
  aria-hidden="true"><line class="line resident" x1="0" y1="5" x2="34" y2="5"/></svg>resident size, \
  dashed</li></ul>
  """

private func chart(_ row: SpaceRow, _ now: KernelInstant) -> String {
  let first = row.history[0]
  let virtual = row.history.map {
    ($0.when, Int64(clamping: $0.virtualBytes) - Int64(clamping: first.virtualBytes))
  }
  let base = row.history.lazy.compactMap(\.residentBytes).first ?? 0
  let resident = row.history.compactMap { sample in
    sample.residentBytes.map { (sample.when, Int64(clamping: $0) - Int64(clamping: base)) }
  }
  let words =
    "virtual \(formatSignedBytes(virtual[virtual.count - 1].1))"
    + (resident.last.map { ", resident \(formatSignedBytes($0.1))" } ?? ", resident unknown")
  return figure(
    "\(row.name) (pid \(row.process.raw))", words, row.standing.map(badge) ?? "",
    Plot(lines: [("virtual", virtual), ("resident", resident)], now: now))
}

private func chart(_ sample: ProfileSample, _ now: KernelInstant) -> String {
  let points = sample.retained.map { ($0.when, Int64(clamping: $0.amount.bytes)) }
  let culprit = sample.callPath?.culprit ?? sample.callPath?.frames.first
  let place = culprit.map { $0.label + ($0.place.isEmpty ? "" : " (\($0.place))") }
  let words =
    "\(sample.kind.rawValue), \(formatBytes(sample.fresh.bytes)) in"
    + " \(counted(sample.fresh.count, "mapping")); \(place ?? "call path unknown")"
  return figure(
    "\(sample.processName) (pid \(sample.process.raw))", words,
    sample.leaked.bytes > 0 ? badge(.leaking) : "", Plot(lines: [("virtual", points)], now: now))
}

private func figure(_ title: String, _ words: String, _ mark: String, _ plot: Plot) -> String {
  "<figure class=\"chart\"><figcaption><h4>\(mark)\(escaped(title))</h4><p>\(escaped(words))</p>"
    + "</figcaption>\(plot.markup(label: "\(title): \(words)"))</figure>\n"
}

/// Lines over time, in a box of any width.
private struct Plot {
  typealias Points = [(when: KernelInstant, bytes: Int64)]

  let lines: [(look: String, points: Points)]
  let now: KernelInstant
  private let height: Int64 = 1000

  init(lines: [(String, Points)], now: KernelInstant) {
    self.lines = lines.filter { $0.1.count > 1 }
    self.now = now
  }

  func markup(label: String) -> String {
    let all = lines.flatMap(\.points)
    let start = all.map(\.when).min() ?? now
    let end = all.map(\.when).max() ?? now
    let highest = max(0, all.map(\.bytes).max() ?? 0)
    let top = max(1, highest)
    let bottom = min(0, all.map(\.bytes).min() ?? 0)
    let span = max(1, end.since(start))
    let range = Double(top) - Double(bottom)
    func y(_ bytes: Int64) -> Int64 {
      height - Int64((Double(bytes) - Double(bottom)) / range * Double(height))
    }
    func path(_ points: Points) -> String {
      points.map { point in
        let x = UInt64(Double(point.when.since(start)) / Double(span) * 1000)
        return "\(min(1000, x)),\(y(point.bytes))"
      }.joined(separator: " ")
    }
    let drawn = lines.map { "<polyline class=\"line \($0.look)\" points=\"\(path($0.points))\"/>" }
    let area =
      lines.first.map {
        "<polygon class=\"area\" points=\"0,\(y(0)) \(path($0.points)) 1000,\(y(0))\"/>"
      } ?? ""
    let ago = formatDuration(nanoseconds: now.since(start))
    let low = bottom < 0 ? "\(formatSignedBytes(bottom)), " : ""
    return "<div class=\"high\">\(formatSignedBytes(highest))</div><div class=\"plot\">"
      + "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""
      + "\(escaped(label))\"><line class=\"zero\" x1=\"0\" x2=\"1000\" y1=\"\(y(0))\" y2=\"\(y(0))\"/>"
      + area + drawn.joined() + "</svg></div><div class=\"axis\"><span>\(low)\(ago) ago</span>"
      + "<span>now</span></div>"
  }
}
