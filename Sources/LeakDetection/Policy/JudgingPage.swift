// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Runtimes

/// docs/judging.md: every rule, doubt and constant of a policy, with its reason.
public struct JudgingPage: Sendable {
  private let policy: LeakPolicy

  public init(_ policy: LeakPolicy) { self.policy = policy }

  public var text: String {
    ([head] + tables + [doubts, constants]).joined(separator: "\n\n") + "\n"
  }

  private var head: String {
    """
    # How bpfleak judges

    `make judging` writes this page from the rules in `Sources/LeakDetection/Policy`. Do not edit it.

    Twice a second bpfleak takes the numbers of each origin of memory (a call path and a kind), and asks
    the rules of that kind in order. The first rule that holds makes the verdict; NDJSON names it as
    `rule`, text reports with `--verbose`. A rule holds when the growth has gone on for its age, when as
    many were seen as its count says, and when all of its needs are met. A doubt multiplies the age, or
    age and count.

    Origin of memory: `Observation` (facts), `Signals` (numbers), `Rule` (the tables below), `Doubts`,
    `VerdictLife` (what becomes of a verdict), `VerdictBook` (what is told).
    """
  }

  private var tables: [String] {
    [
      table(
        "Thread stacks without a thread", "count: stacks that a newer one passed over",
        [
          policy.threadStacks.rules
        ]),
      table(
        "Mappings", "count: mappings that stay",
        [
          policy.mappings.leaking, policy.mappings.swelling, policy.mappings.suspect,
        ]),
      table(
        "Mappings that came after other growth",
        "one of the leaking rules above must hold too, for the later part alone",
        [policy.mappings.later]),
      table(
        "Buffers that mremap grows", "count: times that one grew",
        [
          policy.buffers.leaking, policy.buffers.suspect,
        ]),
      table(
        "Heaps", "count: times that the heap grew",
        [
          policy.heaps.leaking, policy.heaps.later, policy.heaps.suspect,
        ]),
    ]
  }

  private func table(_ title: String, _ note: String, _ lists: [[Rule]]) -> String {
    let rows = lists.joined().map { rule in
      let needs = rule.needs.isEmpty ? "-" : rule.needs.map(\.words).joined(separator: "; ")
      return "| `\(rule.name)` | \(rule.standing.rawValue) | \(rule.shape.rawValue)"
        + " | \(rule.age.words) | \(rule.count) | \(rule.doubted.rawValue) | \(needs)"
        + " | \(rule.why) | `\(rule.test)` |"
    }
    return """
      ## \(title)

      \(note.prefix(1).uppercased() + note.dropFirst()).

      | rule | verdict | looks at | age | count | doubts multiply | needs | why | test |
      |---|---|---|---|---|---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }

  private var doubts: String {
    let collectors = RuntimeProfile.all.compactMap { profile in
      profile.collector.map { "\(profile.name) \($0.patience)" }
    }
    return """
      ## Doubts

      Each doubt that applies multiplies what a rule asks for. The factors are under `scepticism` below.

      | doubt | applies to |
      |---|---|
      | `\(Doubt.lostEvents.rawValue)` | a process of which events were lost |
      | `\(Doubt.threadPool.rawValue)` | stacks that threads run on |
      | `\(Doubt.goHeap.rawValue)` | the heap of a Go program |
      | `\(Doubt.collector.rawValue)` | memory that a runtime collects, instead of all others; the \
      factors are those of Sources/Runtimes: \(collectors.joined(separator: ", ")) |
      """
  }

  private var constants: String {
    let rows = policy.constants.map { "| `\($0.name)` | \($0.value) | \($0.why) |" }
    return """
      ## Constants

      | constant | value | why |
      |---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }
}

extension Need {
  /// As the page says it.
  var words: String {
    switch self {
    case .going(let time, 0): "the last came within \(time.words)"
    case .going(let time, let gaps): "the last came within \(time.words) or \(gaps) usual gaps"
    case .goingSinceShare(let time, let part):
      "the last came within \(time.words) or 1/\(part) of the age"
    case .due(let slack): "the last came within one and a half periods and \(slack.words)"
    case .steady(let half, let least):
      "steady: \(half) in the second half, \(least) of the mean in each later quarter"
    case .laterHalf(let share): "more than \(share) of it in the second half"
    case .regular: "a period is known"
    case .noneEnded: "none was freed"
    case .used(let bytes): "\(bytes.words) of each used"
    case .changeOfPace(let times): "\(times.words) times faster or slower than before"
    case .rise(let bytes): "rises by \(bytes.words)"
    case .weight(let part, let time):
      "rises by 1/\(part) of what was there in \(time.words), or by less in as much more time"
    case .ownGrowth(let part):
      "at most 1/\(part) of the rise is as much as mappings lost meanwhile"
    case .outgrows(let own, let before):
      "rises by more than 1/\(own) of itself and 1/\(before) of what was there before tracing"
    case .notFading(let part): "the latter three fifths brought 1/\(part) of the rise"
    case .proven: "a newer stack was mapped that long after the thread ended"
    case .ending: "the process is ending"
    }
  }
}
