// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// What recent calls removed or are about to move, kept until their outcome is known.
///
/// munmap and mremap are recorded when they are entered, so their failure becomes known later. Calls
/// usually end within microseconds, so the notes lie in a ring of fixed size. A thread can lose its
/// processor in the middle of a call while others fill the ring. The notes of such a call are saved
/// before they are overwritten.
struct RecentCalls {
  struct Note {
    var thread: ThreadID
    var ordinal: UInt64
    /// The id of the space in the first note of a call; 0 in the others.
    var space: Int
    /// Nil in the first note of a call.
    var mapping: LiveMapping?
    var range: AddressRange
    var when: KernelInstant
  }

  private var notes: [Note?]
  private var next = 0
  /// The calls whose thread has sent no record since they began.
  private var underWay = CallsUnderWay()
  /// Saved notes of calls under way, in order.
  private var saved: [ThreadID: [Note]] = [:]
  /// Saved notes of the call that ended last.
  private var savedOfLast: [Note] = []
  /// A call with more notes saves none. If it fails, the kernel has to be asked.
  private static let mostSaved = 256

  /// `capacity` is a power of two.
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
    underWay.insert(
      CallsUnderWay.Call(
        thread: event.thread.raw, space: space, ordinal: ordinal, range: range, when: event.when))
  }

  /// Notes that `thread` has sent another record, so that the call it had begun has ended.
  mutating func end(_ thread: ThreadID) {
    if !savedOfLast.isEmpty { savedOfLast = [] }
    guard underWay.remove(thread.raw) else { return }
    if !saved.isEmpty { savedOfLast = saved.removeValue(forKey: thread) ?? [] }
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
    if let old = notes[next], underWay.ordinal(of: old.thread.raw) == old.ordinal {
      saved[old.thread, default: []].append(old)
      if saved[old.thread]?.count ?? 0 > Self.mostSaved { saved[old.thread] = [] }
    }
    notes[next] = note
    next = (next &+ 1) & (notes.count &- 1)
  }

  /// Calls `body` with every mapping that a failure could bring back.
  func forEachMapping(_ body: (LiveMapping) -> Void) {
    for note in notes { if let mapping = note?.mapping { body(mapping) } }
    for note in saved.values.joined() { if let mapping = note.mapping { body(mapping) } }
  }

  /// The ranges of calls in one space that began at `moment` or later and may not have ended.
  func ranges(in space: Int, since moment: KernelInstant) -> [AddressRange] {
    underWay.calls { $0.space == space && $0.when >= moment }.map(\.range)
  }

  /// The threads with a call in one space that overlaps `ranges` and may not have ended, each with the
  /// ordinal of the call.
  func threads(in space: Int, over ranges: AddressRangeSet) -> [ThreadID: UInt64] {
    let calls = underWay.calls { $0.space == space && ranges.overlaps($0.range) }
    return Dictionary(calls.map { (ThreadID($0.thread), $0.ordinal) }) { first, _ in first }
  }

  /// Notes that the call with this ordinal has succeeded.
  mutating func end(_ thread: ThreadID, ordinal: UInt64) {
    guard underWay.ordinal(of: thread.raw) == ordinal else { return }
    _ = underWay.remove(thread.raw)
    saved[thread] = nil
  }

  /// The last call of `thread`: its ordinal, its range, and what it removed, in order. Nil when the notes
  /// were overwritten, or when the call was made in another space.
  func lastCall(
    of thread: ThreadID, in space: Int
  ) -> (ordinal: UInt64, range: AddressRange, spans: [RemovedSpan])? {
    var spans: [RemovedSpan] = []
    var ordinal: UInt64?
    for back in 1...notes.count + savedOfLast.count {
      let isSaved = back > notes.count
      let place = isSaved ? notes.count + savedOfLast.count - back : 0
      let found =
        isSaved ? savedOfLast[place] : notes[(next - back + notes.count) % notes.count]
      guard let note = found else { return nil }
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
