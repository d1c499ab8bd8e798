// SPDX-License-Identifier: Apache-2.0
import LiveView

extension Frame {
  /// The frame as a golden keeps it: its text, then where its styles are, by row and columns.
  var golden: String {
    var text = lines.map { $0.text.trimmed + "\n" }.joined()
    text += "--- styles\n"
    for (row, line) in lines.enumerated() {
      var column = 0
      for span in line.spans {
        let end = column + Line(span.text).width
        if ![.plain, .dim, .graph].contains(span.style) {
          text += "\(row + 1): \(span.style.rawValue) \(column)..<\(end)\n"
        }
        column = end
      }
    }
    return text
  }

  var text: String { lines.map { $0.text + "\n" }.joined() }
}

extension String {
  fileprivate var trimmed: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
