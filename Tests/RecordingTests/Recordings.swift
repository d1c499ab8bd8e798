// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Pipeline
import TestKit

@testable import Recording

/// What a reader returns, in a form that can be compared.
enum Read: Equatable {
  case record([UInt8])
  /// A frame, as the description of its contents.
  case frame(String)
  case gap(UInt64)
}

let facts = StartFacts(
  wireVersion: 2, version: "0.1.0", began: KernelInstant(nanoseconds: 5), wall: "2026-01-01",
  wallNanoseconds: -5, host: "box",
  kernel: "6.1.0", architecture: "x86_64", ownProcess: ProcessID(9),
  scope: .command(["./server", "--port"], ProcessID(10)),
  hooks: [StartFacts.Hook(name: "task_newtask", kind: "tp_btf")], pageBytes: 4096,
  hugePageBytes: 2 << 20, reportsSpaceEnd: true,
  sharedMemoryDevices: [21, 1], stacks: "auto", stackBytes: 4096, auditEvery: nil)

func bytes(of words: [UInt64]) -> [UInt8] {
  words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
}

/// A recording of `records` that closes a block after every so many.
func recording(_ records: [[UInt8]], blockEvery: Int = .max) -> [UInt8] {
  var writer = RecordingWriter(facts)
  for (index, record) in records.enumerated() {
    record.withUnsafeBytes { _ = writer.append($0) }
    if (index + 1) % blockEvery == 0 { writer.closeBlock() }
  }
  writer.closeBlock()
  return writer.finished
}

func recording(_ frames: [RecordingFrame], texts: TextTable = TextTable()) -> [UInt8] {
  var writer = RecordingWriter(facts)
  for frame in frames { writer.append(frame, texts: texts) }
  writer.closeBlock()
  return writer.finished
}

/// Everything that can be read, without the start facts that blocks repeat.
func items(in file: [UInt8]) throws(RecordingDefect) -> [Read] {
  try read(file).items
}

func read(_ file: [UInt8]) throws(RecordingDefect) -> (items: [Read], damage: RecordingDamage) {
  // At an odd address, because nothing guarantees an even one.
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: file.count + 1, alignment: 8)
  defer { memory.deallocate() }
  let place = UnsafeMutableRawBufferPointer(rebasing: memory[1...])
  place.copyBytes(from: file)
  var reader = try RecordingReader(UnsafeRawBufferPointer(place))
  var texts = TextTable()
  var items: [Read] = []
  while let item = reader.next(texts: &texts) {
    switch item {
    case .record(let bytes): items.append(.record(Array(bytes)))
    case .frame(.start): break
    case .frame(let frame): items.append(.frame(describe(frame, texts)))
    case .gap(let records): items.append(.gap(records))
    }
  }
  return (items, reader.damage)
}

/// A frame with its texts instead of their ids, which differ from table to table.
func describe(_ frame: RecordingFrame, _ texts: TextTable) -> String {
  var text = "\(frame)"
  if case .input(.joined(let lists)) = frame { text = describe(lists, texts) }
  return text
}

private func describe(_ lists: JoinedLists, _ texts: TextTable) -> String {
  var text = "joined at \(lists.when.nanoseconds), \(lists.reason)\n"
  for (space, tasks) in lists.spaces {
    text += "\(space.key) \(space.totals)\n"
    for var area in space.areas {
      let path = area.file.map { texts[$0.path] } ?? "-"
      area.file?.path = TextTable.empty
      text += "\(area) \(path)\n"
    }
    for task in tasks { text += "\(task)\n" }
  }
  return text
}

extension SplitMix64 {
  /// A record like those of the BPF programs: a few threads, a few kinds, nearby addresses.
  mutating func record() -> [UInt8] {
    let lengths = [64, 96, 48, 40, 80, 136, 360, 512]
    let kind = below(lengths.count)
    var words = [UInt64](repeating: 0, count: lengths[kind] / 8)
    for index in words.indices {
      words[index] = below(3) == 0 ? next() : 0x7f00_0000_0000 + UInt64(below(1000)) * 4096
    }
    words[0] = UInt64(kind) | UInt64(lengths[kind]) << 16 | UInt64(below(50)) << 32
    words[1] = UInt64(below(5)) << 32 | 77
    return bytes(of: words)
  }
}

/// A recording of one block with these contents and correct checksums.
func forged(block payload: [UInt8], rawBytes: Int? = nil, flags: UInt32 = 0) -> [UInt8] {
  var header = RecordingFormat.blockMagic
  header.append(littleEndian: UInt32(0))
  header.append(littleEndian: flags)
  header.append(littleEndian: UInt64(0))
  header.append(littleEndian: UInt32(rawBytes ?? payload.count))
  header.append(littleEndian: UInt32(payload.count))
  header.append(littleEndian: UInt32(0))
  header.append(littleEndian: checksum(payload, payload.count))
  header.append(littleEndian: checksum(header, header.count))
  var file = RecordingFormat.fileMagic
  file.append(littleEndian: RecordingFormat.version)
  file.append(littleEndian: UInt16(2))
  file.append(littleEndian: UInt32(0))
  return file + header + payload
}
