// SPDX-License-Identifier: Apache-2.0
import TextLayout

private let keyHelp: [(String, String)] = [
  ("Up Down PgUp PgDn", "move; Home goes back to whichever comes first"),
  ("Enter", "open the process under the cursor; Esc goes back"),
  ("F4  /", "filter by name, command, pid, kind or verdict; Esc clears"),
  ("F6  s  S", "order by the next column, by the one before; r reverses"),
  ("g v e n", "order by growth, virtual size, resident size, name"),
  ("F5  p  Space", "hold the figures still; tracing goes on"),
  ("F7  m", "mark: growth counts from here on (so does kill -USR2)"),
  ("Tab  1 2 3", "in an open process: verdict, mappings, events"),
  ("F8  u", "fold and unfold call paths"),
  ("^L  ^Z", "draw all anew; stop (fg goes on)"),
  ("F10  q", "leave; the last report stays on the terminal"),
]

private let wordHelp: [(String, String)] = [
  ("LEAKING", "shown: mapped, and by what was seen never to be given back"),
  ("SUSPECT", "grows, and is not yet shown to be a loss"),
  ("VIRT  RES", "address space; of that, in physical memory"),
  ("+VIRT  +RES", "change since tracing began, or since the mark; +VIRT/M: a minute"),
  ("TREND", "that size over the time watched, from its least to its most"),
  ("GROWS", "the kind of memory that grew most"),
  ("AGE  before", "mappings by when they were made; before: there when tracing began"),
  ("NEW/MIN  EVERY", "bytes of them that came to stay a minute; the time from one to the next"),
  ("unaccounted", "memory in use that no counter of the kernel shows"),
  ("* ! ~ before a name", "table incomplete; events lost; 32-bit"),
  ("LOST", "events that found the ring full: what they told is missing"),
]

/// What the keys do and what the words mean.
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
