// SPDX-License-Identifier: Apache-2.0
public import Reporting
import Symbolization
import TextLayout

/// One line per live sample, as flamegraph.pl and speedscope read it: process and frames, outermost first,
/// with `;` between them, then a space and the live bytes.
///
/// The format has one number and no heading. Leaks come first; the caller has to report losses elsewhere.
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

/// A name without the characters that end a frame or a line. Readers take the last space as the number's.
func foldedName(_ name: String) -> String {
  let shown = printable(name)
  return shown.contains(";") ? String(shown.map { $0 == ";" ? ":" : $0 }) : shown
}
