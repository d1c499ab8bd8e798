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
    "thread stacks have their size, and the guard page when there is one",
    arguments: [
      (1, 0, false, "1 thread stack of 10.0 MiB."),
      (1, 4096, true, "1 thread stack of 10.0 MiB (4 KiB of it is a guard page)."),
      (2, 4096, false, "2 thread stacks of 10.0 MiB (4 KiB of each is a guard page)."),
      (4120, 0, true, "4,120 thread stacks of 10.0 MiB."),
    ] as [(Int, UInt64, Bool, String)])
  func mapped(count: Int, guardBytes: UInt64, flag: Bool, text: String) {
    #expect(
      sentence(
        .mapped(count: count, bytes: 10 << 20, guardBytes: guardBytes, withStackFlag: flag))
        == text)
  }

  @Test("stacks of different sizes are told as such")
  func mappedDifferently() {
    #expect(
      sentence(.mapped(count: 3, bytes: nil, guardBytes: 4096, withStackFlag: true))
        == "3 thread stacks of different sizes (4 KiB of each is a guard page).")
  }

  @Test("stacks from before tracing are counted")
  func presentBefore() {
    #expect(sentence(.presentBefore(count: 1)) == "1 of them existed before tracing began.")
    #expect(sentence(.presentBefore(count: 2)) == "2 of them existed before tracing began.")
  }

  @Test("mappings of the same size from before tracing may be the same leak")
  func alikeBefore() {
    #expect(
      sentence(.alikeBefore(count: 12_226, bytes: 12_226 * 10 << 20))
        == "12,226 more mappings of this size existed before tracing began (119.4 GiB). They may be the"
        + " same leak.")
    #expect(
      sentence(.alikeBefore(count: 1, bytes: 10 << 20))
        == "1 more mapping of this size existed before tracing began (10.0 MiB). It may be the same"
        + " leak.")
  }

  @Test("the latest thread is named, with its creator, its age and its stack")
  func ranThread() {
    #expect(
      sentence(
        .ranThread(
          example: ThreadID(40_512), range: Self.range, creator: ThreadID(31_108),
          at: TracedMachine.at(2), isOwnProcess: false))
        == "Each belonged to a thread of this process. The latest: thread 40512, created by thread 31108"
        + " 10 s ago (0x7f0000000000-0x7f0000a00000).")
    #expect(
      sentence(
        .ranThread(
          example: ThreadID(7), range: Self.range, creator: nil, at: TracedMachine.at(2),
          isOwnProcess: true))
        == "Each belonged to a process that shares this memory. The latest: process 7, created 10 s ago"
        + " (0x7f0000000000-0x7f0000a00000).")
  }

  @Test("the exit of the threads is told with their typical lifetime")
  func exited() {
    #expect(
      sentence(.threadsExited(count: 412, lifetime: 1_200_000, lastAt: TracedMachine.at(0)))
        == "All 412 threads exited, typically after 1 ms; the last one 12 s ago.")
    #expect(
      sentence(.threadsExited(count: 1, lifetime: 2_000_000_000, lastAt: TracedMachine.at(0)))
        == "Its thread ran for 2 s and exited 12 s ago.")
  }

  @Test("missing unmaps and unused stacks are told in singular and plural")
  func numbers() {
    #expect(
      sentence(.neverUnmapped(count: 1))
        == "The stack is still mapped: no munmap followed the exit.")
    #expect(
      sentence(.neverUnmapped(count: 2))
        == "All 2 stacks are still mapped: no munmap followed the exit.")
    #expect(
      sentence(.passedOver(idle: 1, fresh: 2))
        == "1 sat unused while new stacks of this size were mapped (2 so far). A stack cache would have"
        + " reused it.")
    #expect(
      sentence(.passedOver(idle: 1411, fresh: 1412))
        == "1,411 sat unused while new stacks of this size were mapped (1,412 so far). A stack cache would"
        + " have reused them.")
    #expect(
      sentence(.blamedBefore(count: 1, bytes: 4096))
        == "The earlier verdict blamed 1 mapping (4 KiB in total).")
    #expect(
      sentence(.blamedBefore(count: 2, bytes: 8192))
        == "The earlier verdict blamed 2 mappings (8 KiB in total).")
  }

  @Test("reuse is told with its numbers, or as missing")
  func reuse() {
    #expect(
      sentence(.reuse(times: 0, reclaimed: 0))
        == "No unused stack of this kind was reused or unmapped since tracing began.")
    #expect(
      sentence(.reuse(times: 1, reclaimed: 2))
        == "Other unused stacks of this kind were reused 1 time and unmapped 2 times. These were not."
    )
  }

  @Test("period, cache and loss have sentences")
  func rest() {
    #expect(sentence(.regular(period: 60_000_000_000)) == "A new one appears every 60 s.")
    #expect(
      sentence(.fitsCache(bytes: 30 << 20))
        == "They take 30.0 MiB in total. The C library may keep that much for reuse. If their threads were"
        + " joined, nothing is lost.")
    #expect(
      sentence(.lostEvents) == "Events of this process were lost. The count may be off.")
  }

  @Test("mapped memory is told with the part of it that was unmapped")
  func account() {
    #expect(
      sentence(.account(mapped: 412, bytes: 412 << 20, each: 1 << 20, freed: 0, freedBytes: 0))
        == "Since tracing began, this call path mapped 1.0 MiB 412 times (412.0 MiB in total). None was"
        + " unmapped.")
    #expect(
      sentence(.account(mapped: 1000, bytes: 8 << 20, each: nil, freed: 990, freedBytes: 7 << 20))
        == "Since tracing began, this call path mapped memory 1,000 times (8.0 MiB in total). 990 were"
        + " unmapped (7.0 MiB).")
    #expect(
      sentence(.quarters([4, 5, 5, 4], span: 16_000_000_000))
        == "Steady: 4, 5, 5 and 4 new ones in the four quarters of 16 s.")
    #expect(
      sentence(.survivors(count: 18, olderThan: 1_000_000_000, ended: 0, endedLate: 0))
        == "18 of them are older than 1 s. None was ever unmapped.")
  }

  @Test("stacks of a process that has exited are not still mapped")
  func ended() {
    #expect(
      Evidence.neverUnmapped(count: 2).sentence(at: TracedMachine.at(12), hasEnded: true)
        == "All 2 stacks were still mapped when the process exited: no munmap followed the exit."
    )
  }

  @Test("memory of one size from unknown call paths is told as the process's")
  func unknownPath() {
    let fact = Evidence.account(mapped: 2, bytes: 8192, each: 4096, freed: 1, freedBytes: 4096)
    #expect(
      fact.sentence(at: TracedMachine.at(12), hasOnePath: false)
        == "Since tracing began, this process mapped 4 KiB 2 times (8 KiB in total). 1 was unmapped"
        + " (4 KiB).")
  }

  @Test("low points, heap growers and calls that stopped are told with their numbers")
  func trends() {
    #expect(
      sentence(.envelope(from: 0, to: 523_359_027, span: 218_000_000_000))
        == "Even its low points rose, from 0 to 499.1 MiB in 3m38s.")
    #expect(
      sentence(.extenders(stacks: 229, share: 0.063))
        == "229 call paths grew the heap; the top one caused 6.3%. Others may share the blame.")
    #expect(sentence(.extenders(stacks: 1, share: 1)) == "One call path alone grew the heap.")
    #expect(sentence(.stopped(for: 30_000_000_000)) == "No new one in the last 30 s.")
  }

  @Test("file segments that a loader replaced are not called unmapped")
  func mappedOver() {
    #expect(
      sentence(.account(mapped: 69, bytes: 21 << 20, each: nil, freed: 0, freedBytes: 20 << 20))
        == "Since tracing began, this call path mapped memory 69 times (21.0 MiB in total). 20.0 MiB of"
        + " that was unmapped or replaced.")
    #expect(
      sentence(.remains(each: 4096, isFile: true))
        == "4 KiB of each is left as it was mapped. The rest was unmapped, or replaced as a loader does."
    )
  }

  @Test(
    "every fact is made of sentences that begin with a capital or a number and end with a period",
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
      .stopped(for: 5), .waitedLonger(.collector, times: 4),
      .waitedLonger(.threadPool, times: 4), .waitedLonger(.goHeap, times: 2),
    ] as [Evidence])
  func form(fact: Evidence) {
    let text = sentence(fact)
    #expect(text.last == ".")
    let starts = text.split(separator: ". ").map { $0.first }
    #expect(starts.count <= 3)
    #expect(starts.allSatisfy { $0.map { $0.isUppercase || $0.isNumber } == true }, "\(text)")
  }
}
