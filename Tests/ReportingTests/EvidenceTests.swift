// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import TestKit
import Testing

@testable import Reporting

/// Each fact as a sentence.
@Suite struct EvidenceTests {
  private static let range = Verdict.BlamedRange(start: 0x7f00_0000_0000, end: 0x7f00_00a0_0000)

  private func sentence(_ fact: Evidence) -> String { fact.sentence(at: TracedMachine.at(12)) }

  @Test(
    "what was mapped is told with its size, guard and flag",
    arguments: [
      (1, 0, false, "1 mapping of 10.0 MiB made."),
      (1, 4096, true, "1 mapping of 10.0 MiB made with MAP_STACK, 4 KiB of it a guard."),
      (2, 4096, false, "2 mappings of 10.0 MiB made, 4 KiB of each a guard."),
      (4120, 0, true, "4,120 mappings of 10.0 MiB made with MAP_STACK."),
    ] as [(Int, UInt64, Bool, String)])
  func mapped(count: Int, guardBytes: UInt64, flag: Bool, text: String) {
    #expect(
      sentence(
        .mapped(count: count, bytes: 10 << 20, guardBytes: guardBytes, withStackFlag: flag))
        == text)
  }

  @Test("mappings of different sizes are told without one")
  func mappedDifferently() {
    #expect(
      sentence(.mapped(count: 3, bytes: nil, guardBytes: 4096, withStackFlag: true))
        == "3 mappings of different sizes made with MAP_STACK, 4 KiB of each a guard.")
  }

  @Test("what was there before tracing is told apart")
  func presentBefore() {
    #expect(sentence(.presentBefore(count: 1)) == "1 of them was mapped before tracing began.")
    #expect(sentence(.presentBefore(count: 2)) == "2 of them were mapped before tracing began.")
  }

  @Test("mappings like the blamed stacks that were there before are told, and not blamed")
  func alikeBefore() {
    #expect(
      sentence(.alikeBefore(count: 12_226, bytes: 12_226 * 10 << 20))
        == "12,226 more mappings as long as such a stack without its guard were there before tracing"
        + " began (119.4 GiB): what ran on them is not known.")
    #expect(
      sentence(.alikeBefore(count: 1, bytes: 10 << 20))
        == "1 more mapping as long as such a stack without its guard was there before tracing began"
        + " (10.0 MiB): what ran on it is not known.")
  }

  @Test("one thread is named as an example, with its stack, its creator and its age")
  func ranThread() {
    #expect(
      sentence(
        .ranThread(
          example: ThreadID(40_512), range: Self.range, creator: ThreadID(31_108),
          at: TracedMachine.at(2), isOwnProcess: false))
        == "Each was the stack of a thread of this address space: the latest"
        + " (0x7f0000000000-0x7f0000a00000) that of thread 40512, created by thread 31108 10 s ago."
    )
    #expect(
      sentence(
        .ranThread(
          example: ThreadID(7), range: Self.range, creator: nil, at: TracedMachine.at(2),
          isOwnProcess: true))
        == "Each was the stack of a process of this address space: the latest"
        + " (0x7f0000000000-0x7f0000a00000) that of process 7, created 10 s ago.")
  }

  @Test("the end of the threads is told with how long they lived")
  func exited() {
    #expect(
      sentence(.threadsExited(count: 412, lifetime: 1_200_000, lastAt: TracedMachine.at(0)))
        == "All 412 of them have exited, typically after 1 ms; the last one 12 s ago.")
    #expect(
      sentence(.threadsExited(count: 1, lifetime: 2_000_000_000, lastAt: TracedMachine.at(0)))
        == "It has exited after 2 s, 12 s ago.")
  }

  @Test("the missing unmap, and being passed over, are told in singular and plural")
  func numbers() {
    #expect(
      sentence(.neverUnmapped(count: 1))
        == "The stack is still mapped: no munmap followed the exit.")
    #expect(
      sentence(.neverUnmapped(count: 2))
        == "All 2 stacks are still mapped: no munmap followed the exit.")
    #expect(
      sentence(.passedOver(idle: 1, fresh: 2))
        == "1 lay idle while newer stacks no larger were mapped (2 so far): what is kept for"
        + " reuse is used first, so it was not kept for that.")
    #expect(
      sentence(.passedOver(idle: 1411, fresh: 1412))
        == "1,411 lay idle while newer stacks no larger were mapped (1,412 so far): what is kept"
        + " for reuse is used first, so they were not kept for that.")
    #expect(
      sentence(.blamedBefore(count: 1, bytes: 4096))
        == "Before, 1 mapping of 4 KiB in all was blamed.")
    #expect(
      sentence(.blamedBefore(count: 2, bytes: 8192))
        == "Before, 2 mappings of 8 KiB in all were blamed.")
  }

  @Test("reuse is told with its numbers, and its absence as such")
  func reuse() {
    #expect(
      sentence(.reuse(times: 0, reclaimed: 0))
        == "Since tracing began no idle stack like these was used again or unmapped.")
    #expect(
      sentence(.reuse(times: 1, reclaimed: 2))
        == "Other idle stacks like these were used again 1 time and unmapped 2 times; these were"
        + " not.")
  }

  @Test("period, cache and loss have sentences")
  func rest() {
    #expect(sentence(.regular(period: 60_000_000_000)) == "A new one comes every 60 s.")
    #expect(
      sentence(.fitsCache(bytes: 30 << 20))
        == "They are 30.0 MiB, which the C library may keep for reuse: if their threads were joined"
        + " since the last one was mapped, nothing is lost.")
    #expect(
      sentence(.lostEvents) == "Events of this address space were lost; the count may be off.")
  }

  @Test("the account of an origin is told with what was unmapped of it")
  func account() {
    #expect(
      sentence(.account(mapped: 412, bytes: 412 << 20, each: 1 << 20, freed: 0, freedBytes: 0))
        == "Since tracing began this origin mapped 412 times of 1.0 MiB (412.0 MiB in all), and none"
        + " was unmapped.")
    #expect(
      sentence(.account(mapped: 1000, bytes: 8 << 20, each: nil, freed: 990, freedBytes: 7 << 20))
        == "Since tracing began this origin mapped 1,000 times (8.0 MiB in all), and 990 were unmapped"
        + " (7.0 MiB).")
    #expect(
      sentence(.quarters([4, 5, 5, 4], span: 16_000_000_000))
        == "They keep coming: 4, 5, 5 and 4 in the quarters of 16 s.")
    #expect(
      sentence(.survivors(count: 18, olderThan: 1_000_000_000, ended: 0, endedLate: 0))
        == "18 of them are older than 1 s; none was ever unmapped.")
  }

  @Test("of an ended process nothing is said to be mapped still")
  func ended() {
    #expect(
      Evidence.neverUnmapped(count: 2).sentence(at: TracedMachine.at(12), hasEnded: true)
        == "All 2 stacks were still mapped when the process ended: no munmap followed the exit.")
  }

  @Test("of a file, what its own segments were mapped over is not called unmapped")
  func mappedOver() {
    #expect(
      sentence(.account(mapped: 69, bytes: 21 << 20, each: nil, freed: 0, freedBytes: 20 << 20))
        == "Since tracing began this origin mapped 69 times (21.0 MiB in all), and 20.0 MiB of that was"
        + " unmapped or mapped over.")
    #expect(
      sentence(.remains(each: 4096, isFile: true))
        == "Of each 4 KiB is left as it was mapped; the rest was unmapped, or mapped over as by a"
        + " loader.")
  }

  @Test(
    "every sentence begins like one, is one, and ends with a period",
    arguments: [
      .mapped(count: 3, bytes: 4096, guardBytes: 0, withStackFlag: true), .presentBefore(count: 3),
      .ranThread(
        example: ThreadID(1), range: range, creator: nil, at: TracedMachine.at(0),
        isOwnProcess: false),
      .threadsExited(count: 3, lifetime: 5, lastAt: TracedMachine.at(0)), .neverUnmapped(count: 3),
      .passedOver(idle: 3, fresh: 4), .fitsCache(bytes: 4096), .reuse(times: 3, reclaimed: 0),
      .regular(period: 5), .blamedBefore(count: 3, bytes: 4096), .lostEvents,
      .account(mapped: 3, bytes: 12_288, each: 4096, freed: 0, freedBytes: 0), .besides(count: 2),
      .remains(each: 4096, isFile: false), .remains(each: 4096, isFile: true),
      .survivors(count: 3, olderThan: 5, ended: 2, endedLate: 0),
      .quarters([1, 2, 3, 4], span: 5), .grew(times: 3, bytes: 4096),
      .envelope(from: 4096, to: 8192, span: 5), .extenders(stacks: 3, share: 0.5),
      .stopped(for: 5),
    ] as [Evidence])
  func form(fact: Evidence) {
    let text = sentence(fact)
    #expect(text.last == "." && !text.dropLast().contains(". "))
    #expect(text.first.map { $0.isUppercase || $0.isNumber } == true)
  }
}
