// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct SpaceLifeTests {
  let ledger = Ledger()

  @Test("the first call in a space brings it into view, and the kernel is asked")
  func unknownSpace() {
    #expect(ledger.play(.main.mmap(0x10000, 0x1000).at(8)) == "mapped 10000-11000")
    #expect(ledger.layout() == ["10000-11000 rw-"])
    #expect(ledger.wants() == .unknown)
    #expect(ledger.space()?.isSeeded == false)
    #expect(ledger.process(100)?.origin == .seeded)
    #expect(ledger.process(100)?.since == KernelInstant(nanoseconds: 8))
    #expect(ledger.threadIDs == [100])
  }

  @Test("spaces are numbered from 1 in the order they come into view")
  func numbers() {
    #expect(ledger.apply(.main.mmap(0x10000, 0x1000)).space == 1)
    #expect(ledger.apply(Caller(200, in: 0xb).mmap(0x10000, 0x1000)).space == 2)
    #expect(ledger.apply(.other.munmap(0x10000, 0x1000)).space == 1)
  }

  @Test("a call of a task without a space changes nothing")
  func noSpace() {
    #expect(ledger.play(Caller(100, in: nil).mmap(0x10000, 0x1000)) == "none")
    #expect(ledger.spaces.isEmpty)
  }

  @Test("a space that ends frees all its mappings and is no longer wanted")
  func ends() {
    ledger.play(.main.mmap(0x10000, 0x3000))
    #expect(ledger.play(ended(0xa)) == "ended freeing 3000")
    #expect(ledger.spaces.isEmpty)
    #expect(ledger.wanted.isEmpty)
  }

  @Test("the end of an unknown space changes nothing")
  func strangeEnd() {
    #expect(ledger.play(ended(0xf)) == "none")
  }

  @Test("a new space under the key of an ended one is a different space")
  func keyReused() {
    ledger.play(.main.mmap(0x10000, 0x1000), ended(0xa))
    #expect(ledger.apply(Caller(200).mmap(0x20000, 0x1000)).space == 2)
    #expect(ledger.layout() == ["20000-21000 rw-"])
    #expect(ledger.processIDs() == [200])
  }

  @Test("a fork into a known key begins a new space: the end of the old one was lost")
  func keyForkedInto() {
    ledger.play(
      Caller(300, in: 0xb).mmap(0x90000, 0x1000), .main.mmap(0x10000, 0x1000),
      .main.fork(200, in: 0xb))
    #expect(ledger.layout(of: 0xb) == ["10000-11000 rw-"])
    #expect(ledger.processIDs(in: 0xb) == [200])
    #expect(ledger.space(0xb)?.id == 3)
  }

  @Test("a fork with the id of a known process replaces it: its exit was lost")
  func pidReused() {
    let old = Caller(200, in: 0xb)
    ledger.play(
      old.mmap(0x90000, 0x1000), old.cloneThread(201, stack: nil), .main.mmap(0x10000, 0x1000),
      .main.fork(200, in: 0xc))
    #expect(ledger.processIDs(in: 0xb) == [])
    #expect(ledger.processIDs(in: 0xc) == [200])
    #expect(ledger.process(200)?.threads == [ThreadID(200)])
    #expect(ledger.threadIDs == [100, 200])
  }

  @Test("a new thread with a known id ends the old one, whose stack is idle then")
  func tidReused() throws {
    ledger.play(
      .main.mmap(0x10000, 0x1000), .main.mmap(0x20000, 0x1000),
      .main.cloneThread(101, stack: 0x11000).at(3), .main.cloneThread(101, stack: 0x21000).at(9))
    #expect(try #require(ledger.stack(at: 0x10000)).isIdle)
    #expect(try !#require(ledger.stack(at: 0x20000)).isIdle)
  }

  @Test("a process that shows up in another space has called exec unseen")
  func movedProcess() {
    ledger.play(.main.mmap(0x10000, 0x1000), Caller(100, in: 0xb).mmap(0x20000, 0x1000))
    #expect(ledger.processIDs() == [])
    #expect(ledger.processIDs(in: 0xb) == [100])
    #expect(ledger.wants(0xb) == .unknown)
  }
}
