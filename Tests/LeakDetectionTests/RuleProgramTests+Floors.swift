// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Buffers that grow, and heaps.
extension RuleProgramTests {
  private var growingBuffer: Program {
    var program = Program()
    program.mapBlock(0, 128 << 10, at: 0)
    for tick in 1..<200 as Range<UInt64> {
      program.growBlock(0, from: (tick + 1) << 13, to: (tick + 2) << 13, at: tick * 100)
    }
    return program
  }

  @Test("a buffer that grows for thirteen seconds is a leak")
  func growingBuffers() {
    expect("growing-buffers", of: growingBuffer, until: 18_000)
  }

  @Test("a buffer that grows for six seconds is a suspect")
  func youngBuffers() {
    expect("young-buffers", of: growingBuffer, until: 10_000)
  }

  /// A heap that grows by `step` bytes so often, after it grew to `base` within some seconds.
  private func heap(_ steps: UInt64, of step: UInt64, every ms: UInt64, base: UInt64 = 0) -> Program
  {
    var program = Program()
    program.setBreak(4096, at: 0)
    var at: UInt64 = 0
    if base > 0 {
      for tick in 1...60 as ClosedRange<UInt64> {
        program.setBreak(base / 60 * tick, at: tick * 100)
      }
      at = 6000
    }
    for tick in 1...steps { program.setBreak(base + tick * step, at: at + tick * ms) }
    return program
  }

  @Test("a heap that keeps growing is a leak after thirteen seconds")
  func steadyHeap() {
    expect("steady-heap", of: heap(100, of: 132 << 10, every: 200), until: 18_000)
  }

  @Test("a heap from before that grows evenly by a small part of itself is a leak as soon")
  func evenHeap() {
    var program = Program()
    let (start, used) = (0x2000_0000_0000 as UInt64, 640 << 20 as UInt64)
    for tick in 0..<120 as Range<UInt64> {
      program.add(
        .protected(address: start + used + tick << 18, bytes: 1 << 18, prot: 3, error: 0),
        at: 10 + tick * 150, from: 3)
    }
    expect(
      "even-heap", of: program, until: 17_000,
      besides: [
        .init(range: .init(start: start, length: used), protection: [.read, .write]),
        .init(range: .init(start: start + used, length: 4 << 30 - used), protection: []),
      ])
  }

  @Test("a heap that grows slowly after a warm-up is a leak in time")
  func laterHeapGrowth() {
    let program = heap(500, of: 8 << 10, every: 250, base: 42_000 << 10)
    expect("later-heap-growth", of: program, until: 130_000)
  }

  @Test("a heap that grows for six seconds is a suspect")
  func risingHeap() {
    expect("rising-heap", of: heap(100, of: 132 << 10, every: 200), until: 10_000)
  }
}
