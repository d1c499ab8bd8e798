// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import Testing

@testable import Reporting

/// Which memory a verdict speaks of.
@Suite struct VerdictOriginTests {
  private func covers(_ subject: Origin, _ origin: Origin) -> Bool {
    Verdict.Subject(space: 1, origin: subject).covers(origin)
  }

  @Test("a verdict speaks of its own origin and of no other path, size or manner")
  func same() {
    let path = Origin(kind: .anonymous, callPath: CallPathID(1))
    #expect(covers(path, path))
    #expect(!covers(path, Origin(kind: .anonymous, callPath: CallPathID(2))))
    #expect(!covers(path, Origin(kind: .anonymous)))
    #expect(!covers(path, Origin(kind: .file, callPath: CallPathID(1))))
    #expect(!covers(path, Origin(kind: .anonymous, manner: .grown, callPath: CallPathID(1))))
    let size = Origin(kind: .anonymous, unitBytes: 4096)
    #expect(covers(size, size))
    #expect(!covers(size, Origin(kind: .anonymous, unitBytes: 8192)))
    #expect(!covers(size, path))
  }

  @Test("a verdict on the heap speaks of every call path that extended it")
  func heap() {
    let total = Origin(kind: .heap, manner: .heapTotal)
    for manner in [Origin.Manner.break, .filled] {
      #expect(covers(total, Origin(kind: .heap, manner: manner, callPath: CallPathID(1))))
    }
    #expect(!covers(total, Origin(kind: .anonymous, callPath: CallPathID(1))))
    let committed = Origin(kind: .heap, manner: .committed)
    #expect(!covers(committed, Origin(kind: .heap, manner: .break)))
  }

  @Test("a verdict on thread stacks speaks of one size, or of one path")
  func stacks() {
    let stack = Origin(kind: .threadStack, callPath: CallPathID(1), unitBytes: 10_489_856)
    #expect(covers(Origin(kind: .threadStack, unitBytes: 10_489_856), stack))
    #expect(covers(Origin(kind: .threadStack, callPath: CallPathID(1)), stack))
    #expect(!covers(Origin(kind: .threadStack, unitBytes: 10_485_760), stack))
    #expect(!covers(Origin(kind: .threadStack, callPath: CallPathID(2)), stack))
    #expect(!covers(Origin(kind: .anonymous, callPath: CallPathID(1)), stack))
  }
}
