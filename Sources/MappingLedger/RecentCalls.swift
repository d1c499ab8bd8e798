// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// What calls took away, or are about to move, kept until it is known how they ended.
///
/// munmap and mremap are recorded when they are entered, so a failure is learned afterwards. A ring
/// of fixed size: calls end within microseconds, and one whose notes were overwritten in the
/// meantime is answered by asking the kernel.
struct RecentCalls {
  struct Note {
    var thread: ThreadID
    var ordinal: UInt64
    /// The id of the space; 0 but for the beginning of a call's notes.
    var space: Int
    /// Nil marks the beginning of a call's notes.
    var mapping: LiveMapping?
    var range: AddressRange
    var when: KernelInstant
  }

  private var notes: [Note?]
  private var next = 0
  /// Calls whose thread has not been heard of since they began.
  private var underWay: [ThreadID: Note] = [:]

  init(capacity: Int = 2048) {
    notes = Array(repeating: nil, count: capacity)
  }

  mutating func begin(
    _ event: MappingEvent, ordinal: UInt64, space: Int, range: AddressRange
  ) {
    let note = Note(
      thread: event.thread, ordinal: ordinal, space: space, mapping: nil, range: range,
      when: event.when)
    append(note)
    underWay[event.thread] = note
  }

  /// Notes that `thread` did something else: what it had begun has ended.
  mutating func end(_ thread: ThreadID) {
    guard !underWay.isEmpty, let index = underWay.index(forKey: thread) else { return }
    underWay.remove(at: index)
  }

  mutating func note(
    _ event: MappingEvent, ordinal: UInt64, _ range: AddressRange, _ mapping: LiveMapping
  ) {
    append(
      Note(
        thread: event.thread, ordinal: ordinal, space: 0, mapping: mapping, range: range,
        when: event.when))
  }

  private mutating func append(_ note: Note) {
    notes[next] = note
    next = (next + 1) % notes.count
  }

  /// The ranges of the calls of one space that began at `moment` or later and may not have ended.
  func ranges(in space: Int, since moment: KernelInstant) -> [AddressRange] {
    underWay.values.compactMap { note in
      note.space == space && note.when >= moment ? note.range : nil
    }
  }

  /// The last call that `thread` began: its ordinal, its range, and its notes in order.
  /// Nil when they are gone, or are of another space than the one it is in now.
  func lastCall(
    of thread: ThreadID, in space: Int
  ) -> (ordinal: UInt64, range: AddressRange, spans: [RemovedSpan])? {
    var spans: [RemovedSpan] = []
    var ordinal: UInt64?
    for back in 1...notes.count {
      guard let note = notes[(next - back + notes.count) % notes.count] else { return nil }
      guard note.thread == thread else { continue }
      if ordinal == nil { ordinal = note.ordinal }
      guard note.ordinal == ordinal else { return nil }
      guard let mapping = note.mapping else {
        guard note.space == space else { return nil }
        return (note.ordinal, note.range, spans.reversed())
      }
      spans.append(RemovedSpan(range: note.range, mapping: mapping))
    }
    return nil
  }
}
