// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import MappingEvents
import Testing

@Suite struct DefectiveRecordTests {
  static let sizes: [(kind: bpfleak_kind, bytes: Int)] = [
    (BPFLEAK_MAPPED, MemoryLayout<bpfleak_mapped>.size),
    (BPFLEAK_MAPPED_FILE, MemoryLayout<bpfleak_mapped_file>.size),
    (BPFLEAK_UNMAPPING, MemoryLayout<bpfleak_unmapping>.size),
    (BPFLEAK_REMAPPING, MemoryLayout<bpfleak_remapping>.size),
    (BPFLEAK_REMAPPED, MemoryLayout<bpfleak_remapped>.size),
    (BPFLEAK_PROTECTED, MemoryLayout<bpfleak_protected>.size),
    (BPFLEAK_BREAK_SET, MemoryLayout<bpfleak_break_set>.size),
    (BPFLEAK_ATTACHED, MemoryLayout<bpfleak_attached>.size),
    (BPFLEAK_DETACHING, MemoryLayout<bpfleak_detaching>.size),
    (BPFLEAK_TASK_CREATED, MemoryLayout<bpfleak_task_created>.size),
    (BPFLEAK_EXECED, MemoryLayout<bpfleak_execed>.size),
    (BPFLEAK_TASK_EXITED, MemoryLayout<bpfleak_task_exited>.size),
    (BPFLEAK_RENAMED, MemoryLayout<bpfleak_renamed>.size),
    (BPFLEAK_UNSURE, MemoryLayout<bpfleak_unsure>.size),
  ]

  @Test("a record one byte short of its kind is truncated; one of its size is not")
  func truncated() throws {
    for (kind, bytes) in Self.sizes {
      // As large as the largest record, so that it is long enough for every kind.
      let record = record(kind, bpfleak_execed.self)
      #expect(throws: RecordDefect.truncated(bytes: bytes - 1), "\(kind)") {
        try decode(record, first: bytes - 1)
      }
      #expect(throws: Never.self, "\(kind)") { try decode(record, first: bytes) }
    }
  }

  @Test("fewer bytes than a header are truncated, whatever their contents", arguments: [0, 1, 31])
  func noHeader(count: Int) throws {
    let record = record(BPFLEAK_SPACE_ENDED, bpfleak_space_ended.self)
    #expect(throws: RecordDefect.truncated(bytes: count)) { try decode(record, first: count) }
  }

  @Test("the number of an unknown kind is in the error", arguments: [0, 17, 65535])
  func unknownKind(kind: Int) throws {
    let record = record(BPFLEAK_EXECED, bpfleak_execed.self) {
      $0.header.kind = UInt16(kind)
    }
    #expect(throws: RecordDefect.unknownKind(kind)) { try decode(record) }
  }

  @Test("a record that is longer than its kind is decoded: a later BPF program may append fields")
  func longer() throws {
    let record = record(BPFLEAK_UNMAPPING, bpfleak_execed.self)
    guard case .unmapping = try decode(record).fact else { throw OtherFact() }
  }
}
