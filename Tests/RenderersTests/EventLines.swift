// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@testable import Renderers

/// Applies events of process 100, named "server", in a space that was listed as empty, and returns
/// their lines.
final class EventLines {
  let ledger = Ledger()
  var lines = JSONLines(ownProcess: ProcessID(9))
  var texts = TextTable()
  static let key = SpaceKey(0xffff_8881_0000_000a)

  init() {
    ledger.list(Self.key, at: KernelInstant(nanoseconds: 1))
    ledger.admit(100, named: "server", to: Self.key, at: KernelInstant(nanoseconds: 1))
  }

  /// Applies an event of `thread` at 1000 ns. Returns its line, or nil when it has none.
  @discardableResult
  func line(
    _ fact: MappingEvent.Fact, thread: UInt32 = 100, space: SpaceKey? = key, path: String? = nil,
    stack: Int32? = nil
  ) -> ParsedLine? {
    line(
      Caller(100, thread: thread, in: space?.raw).event(fact), path: path, stack: stack)
  }

  @discardableResult
  func line(_ event: MappingEvent, path: String? = nil, stack: Int32? = nil) -> ParsedLine? {
    let event = event.at(1000).from(stack.map { CallPathID($0) })
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
      Caller(100, in: Self.key.raw).mmap(address, bytes, protection, flags, file: file),
      path: path, stack: stack)
  }
}
