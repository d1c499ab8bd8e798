// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import TestKit
import Testing

@Suite struct BreakTests {
  let ledger = emptySpace()

  @Test("the first break shows where the heap is, not what is in it")
  func first() {
    #expect(ledger.play(.main.brk(0x5000)) == "break 5000 by 0")
    #expect(ledger.layout() == [])
    #expect(ledger.space()?.startBreak == 0x5000)
  }

  @Test("a break that goes up maps whole pages of heap")
  func up() {
    ledger.play(.main.brk(0x5000))
    #expect(ledger.play(.main.brk(0x7010)) == "break 7010 by 8208")
    #expect(ledger.layout() == ["5000-8000 rw- heap"])
    #expect(ledger.play(.main.brk(0x7ff0)) == "break 7ff0 by 4064")
    #expect(ledger.layout() == ["5000-8000 rw- heap"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("a heap that one call path extends stays one entry, with its first time of birth")
  func onePath() {
    ledger.play(.main.brk(0x5000))
    for page in 1...100 as ClosedRange<UInt64> {
      ledger.play(.main.brk(0x5000 + page << 12).at(10 + page).from(stack: 4))
    }
    #expect(ledger.layout() == ["5000-69000 rw- heap"])
    #expect(ledger.mapping(at: 0x68000)?.born == KernelInstant(nanoseconds: 11))
    #expect(ledger.space()?.accountedBytes == 100 << 12)
  }

  @Test("another call path extends the heap with an entry of its own")
  func twoPaths() {
    ledger.play(
      .main.brk(0x5000), .main.brk(0x6000).from(stack: 4), .main.brk(0x8000).from(stack: 5))
    #expect(ledger.layout() == ["5000-6000 rw- heap", "6000-8000 rw- heap"])
  }

  @Test("a break that goes down frees whole pages of heap")
  func down() {
    ledger.play(.main.brk(0x5000), .main.brk(0x9000))
    #expect(ledger.play(.main.brk(0x6001)) == "break 6001 by -12287")
    #expect(ledger.layout() == ["5000-7000 rw- heap"])
    ledger.play(.main.brk(0x5000))
    #expect(ledger.layout() == [])
    #expect(ledger.space()?.accountedBytes == 0)
  }

  @Test("memory that was mapped where the heap had been does not become heap")
  func reusedTail() {
    ledger.play(
      .main.brk(0x5000), .main.brk(0x9000),
      .other.mmap(0x8000, 0x1000), .main.brk(0x6000))
    #expect(ledger.layout() == ["5000-6000 rw- heap", "8000-9000 rw-"])
    #expect(ledger.space()?.accountedBytes == 0x2000)
  }

  @Test("lowering the break over a hole frees only what is still mapped")
  func hole() {
    ledger.play(
      .main.brk(0x5000), .main.brk(0x9000), .main.munmap(0x7000, 0x1000), .main.brk(0x5000))
    #expect(ledger.layout() == [])
    #expect(ledger.space()?.accountedBytes == 0)
  }

  @Test("of two threads that move the break, the last record has the final value")
  func race() {
    ledger.play(.main.brk(0x5000), .main.brk(0x8000), .other.brk(0x8000))
    #expect(ledger.layout() == ["5000-8000 rw- heap"])
    #expect(ledger.space()?.accountedBytes == 0x3000)
  }

  @Test("the first brk after an exec counts from the break that the exec set")
  func afterExec() {
    ledger.play(.main.execve(in: 0xb, brk: 0x5000), Caller(100, in: 0xb).brk(0x7000))
    #expect(ledger.layout(of: 0xb) == ["5000-7000 rw- heap"])
  }

  @Test("when the break goes below something that was mapped over the heap, the kernel is asked")
  func mappedOver() {
    ledger.play(
      .main.brk(0x5000), .main.brk(0x9000),
      .main.mmap(0x6000, 0x1000, .read, [.private, .anonymous, .fixed]))
    ledger.play(.main.brk(0x7000))
    #expect(ledger.wants() == nil)
    ledger.play(.main.brk(0x6000))
    #expect(ledger.wants() == .unsure)
  }
}
