// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Testing

@testable import Renderers

/// The events of process 100, named "server", in a space that was listed empty, and their lines.
final class EventLines {
  let ledger = Ledger()
  var lines = JSONLines(ownProcess: ProcessID(9))
  var texts = TextTable()
  static let key = SpaceKey(0xffff_8881_0000_000a)

  init() {
    ledger.merge(
      SpaceSnapshot(key: Self.key, totals: SpaceTotals(), areas: []),
      at: KernelInstant(nanoseconds: 1), reason: .unknown)
    ledger.admit(
      ListedTask(
        space: Self.key, process: ProcessID(100), thread: ThreadID(100), parent: ProcessID(1),
        name: ThreadName("server"), stackPointer: 0, totals: SpaceTotals()),
      at: KernelInstant(nanoseconds: 1))
  }

  /// Applies an event of `thread` at 1000 ns; answers its line, or nil when it has none.
  @discardableResult
  func line(
    _ fact: MappingEvent.Fact, thread: UInt32 = 100, space: SpaceKey? = key, path: String? = nil,
    stack: Int32? = nil
  ) -> ParsedLine? {
    let event = MappingEvent(
      when: KernelInstant(nanoseconds: 1000), process: ProcessID(100), thread: ThreadID(thread),
      space: space, callPath: stack.map { CallPathID($0) }, fact: fact)
    let change = ledger.apply(event)
    lines.removeAll()
    let context = EventContext(ledger: ledger, texts: texts, path: path)
    let isWritten = lines.write(event, change, in: context)
    let parsed = lines.parsed()
    return isWritten && parsed.count == 1 ? parsed.first : nil
  }

  @discardableResult
  func map(
    _ address: UInt64, _ bytes: UInt64, _ protection: Protection = [.read, .write],
    _ flags: MapFlags = [.private, .anonymous], file: MappingEvent.MappedFile? = nil,
    path: String? = nil, stack: Int32? = nil
  ) -> ParsedLine? {
    line(
      .mapped(
        MappingEvent.Mapped(
          address: address, bytes: bytes, protection: protection, flags: flags, file: file)),
      path: path, stack: stack)
  }
}
