// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Renderers
import Reporting
import Symbolization

/// Lines that are ready but for the call paths they speak of, oldest first.
struct LineQueue {
  /// Call paths that lines not yet in the queue speak of.
  private var owed: [OwedLine] = []
  private var chunks: [Chunk] = []
  /// Call paths that have had their line.
  private var written: Set<CallPathID> = []

  /// How long lines wait for a call path, in nanoseconds.
  private static let mostWait: UInt64 = 2_000_000_000

  /// The line of a call path, due right before the first line that speaks of it.
  private struct OwedLine {
    var id: CallPathID
    var subject: LineSubject
    /// Where that other line begins.
    var start: Int
  }

  private struct Chunk {
    var bytes: [UInt8]
    var owed: [OwedLine]
    /// When it is written in any case.
    var deadline: KernelInstant
  }

  var isEmpty: Bool { chunks.isEmpty }

  /// Notes that the line at `start` speaks of a call path, the first time that any does.
  mutating func owe(_ id: CallPathID, before start: Int, _ subject: @autoclosure () -> LineSubject)
  {
    guard written.insert(id).inserted else { return }
    owed.append(OwedLine(id: id, subject: subject(), start: start))
  }

  /// Notes that lines from `place` on have moved.
  mutating func linesMoved(from place: Int, by distance: Int) {
    for index in owed.indices where owed[index].start >= place { owed[index].start += distance }
  }

  /// Takes over what was written so far.
  mutating func add(_ lines: inout JSONLines, at now: KernelInstant) {
    guard !lines.isEmpty else { return }
    chunks.append(
      Chunk(bytes: lines.bytes, owed: owed, deadline: now.later(by: Self.mostWait)))
    owed.removeAll(keepingCapacity: true)
    lines.removeAll()
  }

  /// Writes the lines whose call paths are known. `lines` is empty before and after.
  mutating func write(
    to output: Output, _ lines: inout JSONLines, _ book: CallPathBook, at now: KernelInstant,
    isLast: Bool
  ) {
    var count = 0
    for chunk in chunks {
      let isReady = chunk.owed.allSatisfy { book.isKnown($0.id) }
      guard isReady || isLast || now >= chunk.deadline else { break }
      var reached = 0
      for owed in chunk.owed {
        lines.append(chunk.bytes[reached..<owed.start])
        reached = owed.start
        let path = book[owed.id] ?? CallPath(frames: [], incomplete: .notInTime)
        lines.write(path, id: owed.id, owed.subject)
      }
      lines.append(chunk.bytes[reached...])
      output.write(lines.bytes)
      lines.removeAll()
      count += 1
    }
    chunks.removeFirst(count)
  }

  var callPathsInUse: Set<CallPathID> {
    var ids = Set(owed.map(\.id))
    for chunk in chunks { ids.formUnion(chunk.owed.map(\.id)) }
    return ids
  }

  mutating func forget(except used: Set<CallPathID>) { written.formIntersection(used) }
}
