// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import TestKit
import Testing

@testable import MappingLedger

/// The tables of files and paths are bounded by what is mapped.
@Suite struct SweepTests {
  private func file(_ inode: UInt64) -> MappingEvent.MappedFile {
    MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: inode, generation: 1), offset: 0)
  }

  @Test("a sweep forgets files and paths that nothing maps, and keeps the mapped ones")
  func bounded() {
    let ledger = emptySpace()
    var texts = TextTable()
    ledger.play(.main.mmap(0x10000, 0x1000, [.read], [.private], file: file(1)))
    ledger.setPath(texts.intern("/stays"), of: file(1).identity)
    var most = (files: 0, texts: 0)
    for inode in 2..<60_000 as Range<UInt64> {
      ledger.play(.main.mmap(0x20000, 0x1000, [.read], [.private], file: file(inode)))
      ledger.setPath(texts.intern("/file \(inode)"), of: file(inode).identity)
      ledger.play(.main.munmap(0x20000, 0x1000))
      if inode % 100 == 0 { ledger.sweep(&texts) }
      most = (max(most.files, ledger.files.count), max(most.texts, texts.count))
    }
    // The notes of recent calls keep some more, because those calls can still fail.
    #expect(most.files < 4096 + 2048 && most.texts < 4096 + 2048)
    #expect(texts[ledger.path(of: file(1).identity)] == "/stays")
    #expect(ledger.layout() == ["10000-11000 r-- file"])
  }

  @Test("a sweep keeps the files of mappings that a failed munmap can bring back")
  func givenBack() {
    let ledger = emptySpace()
    var texts = TextTable()
    ledger.play(.main.mmap(0x10000, 0x1000, [.read], [.private], file: file(1)))
    ledger.setPath(texts.intern("/mine"), of: file(1).identity)
    ledger.play(.main.munmap(0x10000, 0x1000))
    for inode in 2..<9000 as Range<UInt64> {
      ledger.play(.other.mmap(0x20000, 0x1000, [.read], [.private, .fixed], file: file(inode)))
    }
    ledger.sweep(&texts)
    #expect(ledger.files.count < 100)
    #expect(ledger.play(.main.munmapFailed()) == "restored 1000")
    let entry = ledger.space()?.table.entry(containing: 0x10000)
    #expect(entry.map { texts[ledger.files[$0.value.file].path] } == "/mine")
  }

  @Test("a table full of unused paths takes new ones after a sweep")
  func fullOfOld() {
    let ledger = emptySpace()
    var texts = TextTable(capacity: 64)
    for number in 0..<100 { _ = texts.intern("/old \(number)") }
    let late = texts.intern("/new")
    #expect(texts[late] == "(too many distinct paths)")
    ledger.sweep(&texts)
    #expect(texts.count == 1)
    let new = texts.intern("/new")
    #expect(texts[new] == "/new")
  }
}
