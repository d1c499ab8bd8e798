// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Reporting
import TextLayout

/// The first two lines: what is watched, since when, at what cost, and what was lost.
func titleLines(_ content: LiveContent, _ state: ViewState, columns: Int) -> [Line] {
  let header = content.report.header
  var paused = Line()
  if state.isPaused { paused.add(" PAUSED ", .suspect) }
  var right = paused
  if let cost = content.cost {
    if right.width > 0 { right.add(" ") }
    right.add(
      "bpfleak: \(formatShare(cost.processorShare)) CPU, \(compactBytes(cost.residentBytes))", .dim)
  }
  var since = Line()
  if let mark = header.mark {
    let age = header.when.since(mark.at)
    let when = age < 1_000_000_000 ? "just now" : formatDuration(nanoseconds: age) + " ago"
    since.add("; ")
    since.add("since mark \(mark.number), \(when)", .bold)
  }
  var title = Line("bpfleak \(printable(header.version))", .bold)
  let room = columns - max(right.width, since.width) - 36
  title.add("  \(truncate(printable(header.scope), to: max(12, room)))")
  // The mark and the pause matter more than how long it was watched.
  let watched = ", watched \(formatDuration(nanoseconds: header.elapsed))"
  if title.width + watched.count + since.width + paused.width < columns { title.add(watched) }
  for span in since.spans { title.add(span.text, span.style) }
  if title.width + right.width >= columns { right = paused }
  if title.width + right.width < columns {
    title.pad(to: columns - right.width)
    for span in right.spans { title.add(span.text, span.style) }
  }
  return [title, countLine(header, columns: columns)]
}

/// Losses come first, because the end of the line may be cut.
private func countLine(_ header: ReportHeader, columns: Int) -> Line {
  var line = Line()
  let coverage = header.coverage
  if coverage.lost > 0 {
    let share = Double(coverage.lost) / (Double(coverage.events) + Double(coverage.lost))
    line.add("LOST \(formatCount(coverage.lost)) (\(formatShare(share)))", .leaking)
    line.add(" of ")
  }
  line.add("\(formatCount(coverage.events)) events" + (coverage.lost == 0 ? ", none lost" : ""))
  if coverage.undecoded > 0 {
    line.add(", ")
    line.add("\(formatCount(coverage.undecoded)) NOT DECODED", .leaking)
  }
  line.add(
    "; \(counted(header.processes, "process", "processes")), "
      + "\(counted(header.mappings, "mapping")), \(compactBytes(header.virtualBytes)) virtual")
  if coverage.drift > 0 { line.add(", \(formatCount(coverage.drift)) corrected") }
  return line
}

/// The machine's memory: a bar, then its parts. Whether processes or the kernel have it is the first
/// question to answer.
func memoryLines(_ content: LiveContent, columns: Int, most: Int) -> [Line] {
  guard let memory = content.memory, memory.total > 0, most > 0 else { return [] }
  let words =
    " \(compactBytes(memory.total - min(memory.available, memory.total))) used, "
    + "\(compactBytes(memory.available)) of \(compactBytes(memory.total)) available"
  var bar = Line("Memory [", .bold)
  let room = max(4, min(60, columns - bar.width - 1 - words.count))
  let used = Int(
    (Double(memory.total - min(memory.available, memory.total))
      / Double(memory.total) * Double(room)).rounded())
  bar.add(String(repeating: "|", count: min(room, used)), .graph)
  bar.pad(to: bar.width + room - min(room, used))
  bar.add("]", .bold)
  bar.add(words)
  var lines = [bar]
  var line = Line()
  for part in memory.parts {
    let before = content.memoryBefore?.parts.first { $0.name == part.name }?.bytes
    let change = before.map { Int64(clamping: part.bytes) - Int64(clamping: $0) } ?? 0
    let isNotable = change.magnitude >= max(16 << 20, memory.total / 200)
    let size = compactBytes(part.bytes) + (isNotable ? " (\(compactChange(change)))" : "")
    let width = part.name.count + 1 + size.count
    if line.width > 0, line.width + 2 + width > columns {
      lines.append(line)
      line = Line()
    }
    if line.width > 0 { line.add("  ") }
    line.add(part.name + " ", .dim)
    line.add(size, isNotable ? .bold : .plain)
  }
  lines.append(line)
  return Array(lines.prefix(most))
}
