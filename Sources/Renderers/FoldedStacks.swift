// SPDX-License-Identifier: Apache-2.0
public import Reporting
import Symbolization
import TextLayout

/// A line for each sample that is live: its process and frames, outermost first, with `;` between
/// them, a space, and its live bytes. What flamegraph.pl and speedscope read.
///
/// The format has room for one number and no heading: what leaks comes first, and what was lost is to
/// be told beside it.
public func renderFolded(_ report: ProfileReport) -> String {
  var text = ""
  for sample in report.samples where sample.live.bytes > 0 {
    text += foldedName("\(sample.processName)-\(sample.process.raw)")
    if let frames = sample.callPath?.frames, !frames.isEmpty {
      for frame in frames.reversed() { text += ";" + foldedName(frame.label) }
    } else {
      text += ";[no stack]"
    }
    text += " \(sample.live.bytes)\n"
  }
  return text
}

/// A name without what would end a frame or a line; readers take the last space for the number's.
func foldedName(_ name: String) -> String {
  let shown = printable(name)
  return shown.contains(";") ? String(shown.map { $0 == ";" ? ":" : $0 }) : shown
}
