// SPDX-License-Identifier: Apache-2.0
import TextLayout

/// The last line of a screen: the keys that work here, or the filter being typed.
func keyLine(_ state: ViewState, columns: Int) -> Line {
  if state.isEditingFilter {
    var line = Line("Filter: ", .bold)
    let typed = printable(state.filter)
    line.add(truncateFront(typed, to: max(4, columns - 50)))
    line.add("_", .bold)
    line.add("  Enter keeps it, Esc clears it", .dim)
    return line
  }
  let keys: [(String, String)] =
    if state.showsHelp {
      [("Esc", "Back"), ("F10", "Quit"), ("Up/Dn", "Scroll")]
    } else if state.focus != nil {
      [
        ("F1", "Help"), ("Esc", "Back"), ("F10", "Quit"), ("Tab", "Next part"),
        ("F5", state.isPaused ? "Resume" : "Pause"), ("F7", "Mark"),
        ("F8", state.unfoldsStacks ? "Fold" : "Unfold"),
      ]
    } else {
      [
        ("F1", "Help"), ("Enter", "Open"), ("F10", "Quit"), ("F4", "Filter"),
        ("F5", state.isPaused ? "Resume" : "Pause"), ("F6", "Sort"), ("F7", "Mark"),
      ]
    }
  var line = Line()
  for (key, word) in keys {
    let label = padRight(" \(word) ", to: 7)
    // The keys to get in and out come first. Help has those that do not fit.
    if line.width + key.count + label.count > columns { break }
    line.add(key, .bold)
    line.add(label, .bar)
    line.add(" ")
  }
  return line
}
