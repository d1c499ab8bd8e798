// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import MappingEvents

/// A record as the BPF programs write it: process 100, thread 101, space 0xa, at 5 ns.
protocol WireRecord {
  init()
  var header: bpfleak_header { get set }
}

extension bpfleak_mapped: WireRecord {}
extension bpfleak_unmapping: WireRecord {}
extension bpfleak_unmap_failed: WireRecord {}
extension bpfleak_remapping: WireRecord {}
extension bpfleak_remapped: WireRecord {}
extension bpfleak_protected: WireRecord {}
extension bpfleak_break_set: WireRecord {}
extension bpfleak_attached: WireRecord {}
extension bpfleak_detaching: WireRecord {}
extension bpfleak_task_created: WireRecord {}
extension bpfleak_execed: WireRecord {}
extension bpfleak_task_exited: WireRecord {}
extension bpfleak_space_ended: WireRecord {}
extension bpfleak_renamed: WireRecord {}
extension bpfleak_unsure: WireRecord {}

extension bpfleak_mapped_file: WireRecord {
  var header: bpfleak_header {
    get { mapped.header }
    set { mapped.header = newValue }
  }
}

func record<Record: WireRecord>(
  _ kind: bpfleak_kind, _ type: Record.Type, _ fill: (inout Record) -> Void = { _ in }
) -> Record {
  var record = Record()
  record.header = bpfleak_header(
    kind: UInt16(kind.rawValue), length: UInt16(MemoryLayout<Record>.size), stack: -1, pid: 100,
    tid: 101, when_ns: 5, space: 0xa)
  fill(&record)
  return record
}

/// Decodes the bytes of `record`, or its first `count` bytes.
func decode<Record>(
  _ record: Record, first count: Int? = nil, with decoder: inout RecordDecoder
) throws -> MappingEvent {
  try withUnsafeBytes(of: record) { bytes in
    try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes.prefix(count ?? bytes.count)))
  }
}

func decode<Record>(_ record: Record, first count: Int? = nil) throws -> MappingEvent {
  var decoder = RecordDecoder()
  return try decode(record, first: count, with: &decoder)
}

/// Copies `bytes` into a C array of characters: cut off if longer, padded with NULs if shorter.
func put<Characters>(_ bytes: [UInt8], in characters: inout Characters) {
  withUnsafeMutableBytes(of: &characters) { target in
    for index in target.indices { target[index] = index < bytes.count ? bytes[index] : 0 }
  }
}

/// The record was decoded as another kind of event than the test expects.
struct OtherFact: Error {}
