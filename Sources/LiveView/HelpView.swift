// SPDX-License-Identifier: Apache-2.0
import TextLayout

private let keyHelp: [(String, String)] = [
  ("Up Down PgUp PgDn", "move; Home: jump to the top row"),
  ("Enter", "open the selected process; Esc goes back"),
  ("F4  /", "filter by name, command, pid, kind or verdict; Esc clears"),
  ("F6  s  S", "sort by the next or the previous column; r reverses"),
  ("g v e n", "sort by growth, virtual size, resident size or name"),
  ("F5  p  Space", "freeze the figures; tracing continues"),
  ("F7  m", "set a mark: growth counts from here (as with kill -USR2)"),
  ("Tab  1 2 3", "in an open process: verdict, mappings, events"),
  ("F8  u", "fold or unfold call paths"),
  ("^L  ^Z", "redraw the screen; suspend (fg resumes)"),
  ("F10  q", "quit; the last report stays on the terminal"),
]

private let wordHelp: [(String, String)] = [
  ("LEAKING", "mapped, and never released while watched"),
  ("SUSPECT", "grows; not proven to be a leak yet"),
  ("VIRT  RES", "address space; the part of it in physical memory"),
  ("+VIRT  +RES", "change since the start or the mark; +VIRT/M: per minute"),
  ("TREND", "that size while watched, scaled from lowest to highest"),
  ("GROWS", "the kind of memory that grew most"),
  ("AGE  before", "ages of mappings; before: they existed when tracing began"),
  ("NEW/MIN  EVERY", "growth per minute; time between new mappings"),
  ("unaccounted", "memory in use that no kernel counter shows"),
  ("* ! ~ before a name", "table incomplete; events lost; 32-bit process"),
  ("LOST", "events dropped because the ring buffer was full"),
]

/// The help screen: keys and words.
func renderHelp(_ state: ViewState, size: Size) -> Frame {
  func lines(_ entries: [(String, String)], width: Int) -> [Line] {
    entries.flatMap { name, words in
      wrap(words, to: max(20, width - 22)).enumerated().map { index, text in
        var line = Line("  ")
        line.add(index == 0 ? name : "", .bold)
        line.pad(to: 22)
        line.add(text)
        return line
      }
    }
  }
  let isWide = size.columns >= 150
  let width = isWide ? size.columns / 2 : size.columns
  let keys = [Line("Keys", .bold)] + lines(keyHelp, width: width)
  let words = [Line("Words", .bold)] + lines(wordHelp, width: width)
  var body: [Line]
  if isWide {
    body = (0..<max(keys.count, words.count)).map { index in
      var line = index < keys.count ? keys[index] : Line()
      line.pad(to: width)
      for span in index < words.count ? words[index].spans : [] { line.add(span.text, span.style) }
      return line
    }
  } else {
    body = keys + [Line()] + words
  }
  var frame = Frame(size: size)
  var title = Line("bpfleak: help", .heading)
  title.pad(to: size.columns, .heading)
  frame.add(title)
  let page = max(1, frame.room - 1)
  frame.extent = Extent(page: page, length: body.count)
  let top = min(state.top, max(0, body.count - page))
  frame.add(Array(body.dropFirst(top).prefix(page)))
  frame.leave(1)
  frame.add(keyLine(state, columns: size.columns))
  return frame
}
