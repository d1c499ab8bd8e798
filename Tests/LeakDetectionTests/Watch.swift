// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LeakDetection
import MappingEvents
import MappingLedger
import TestKit

/// What became known of a program, and when.
struct Watch {
  let ledger = Ledger()
  var book = VerdictBook()
  private(set) var news: [Verdict] = []
  /// A line for each verdict that was told: `4500 leaking 45`, in ms.
  private(set) var story: [String] = []

  /// Begins at 0 with a program whose main thread and threads of `seeded`, on their slots, are
  /// there already, and `besides` below them.
  init(_ program: Program, seeded: [UInt32: Int] = [:], besides: [SpaceSnapshot.Area] = []) {
    let areas =
      besides
      + seeded.values.sorted().map { slot in
        SpaceSnapshot.Area(
          range: AddressRange(start: program.address(of: slot), length: program.stackBytes),
          protection: [.read, .write])
      }
    ledger.list(SpaceKey(program.space), areas, at: instant(0))
    admit(program.process, of: program, stackPointer: 0)
    for (thread, slot) in seeded {
      admit(thread, of: program, stackPointer: program.address(of: slot) + program.stackBytes - 512)
    }
  }

  private func admit(_ thread: UInt32, of program: Program, stackPointer: UInt64) {
    ledger.admit(
      program.process, thread: thread, named: "server", to: SpaceKey(program.space),
      stackPointer: stackPointer, at: instant(0))
  }

  mutating func take(_ event: MappingEvent) {
    if case .spaceEnded = event.fact, let space = event.space.flatMap({ ledger.space(of: $0) }) {
      tell(book.judge(space, in: ledger, at: event.when), at: event.when)
    }
    _ = ledger.apply(event)
  }

  mutating func judge(at now: KernelInstant) { tell(book.judge(ledger, at: now), at: now) }

  private mutating func tell(_ verdicts: [Verdict], at now: KernelInstant) {
    news += verdicts
    story += verdicts.map {
      "\(milliseconds(now)) \($0.standing.rawValue) \($0.count)"
    }
  }

  /// The verdict that stands, when there is one alone.
  var verdict: Verdict? { book.verdicts.count == 1 ? book.verdicts.first : nil }

  /// When it was first called leaking, in ms.
  var leakingSince: UInt64? {
    story.first { $0.contains(" leaking ") }.flatMap { UInt64($0.prefix { $0 != " " }) }
  }

  /// Standing and count of all verdicts that stand.
  var standing: [String] { book.verdicts.map { "\($0.standing.rawValue) \($0.count)" } }
}

extension Watch {
  /// When a word was first said, in ms.
  func since(_ word: String) -> UInt64? {
    story.first { $0.contains(" \(word) ") }.flatMap { UInt64($0.prefix { $0 != " " }) }
  }
}

extension Program {
  /// What a watch that judges the program twice a second makes of it.
  func watched(
    until end: UInt64, seeded: [UInt32: Int] = [:], besides: [SpaceSnapshot.Area] = [],
    losesEventsAt loss: UInt64? = nil
  ) -> Watch {
    judged(
      by: .standard, until: end, seeded: seeded, besides: besides, losesEventsAt: loss)
  }
}
