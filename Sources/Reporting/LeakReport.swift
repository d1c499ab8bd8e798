// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import Symbolization

/// A verdict made ready to be read.
public struct LeakReport: Sendable {
  public var verdict: Verdict
  /// Of the blamed bytes; nil when nobody could tell.
  public var residentBytes: UInt64?
  /// The call path of `verdict.stack`; nil when it is unknown.
  public var callStack: CallStack?
  /// One sentence for a person.
  public var message: String
  /// Sentences, each a fact that was observed, in the order of the case.
  public var evidence: [String]
}

extension LeakReport {
  public init(
    _ verdict: Verdict, residentBytes: UInt64?, callStack: CallStack? = nil,
    at now: KernelInstant
  ) {
    self.verdict = verdict
    self.residentBytes = residentBytes
    self.callStack = callStack
    message = verdict.sentence(at: now)
    evidence = verdict.evidence.map { $0.sentence(at: now) }
    if let residentBytes, verdict.standing != .withdrawn {
      let share = Double(residentBytes) / Double(max(1, verdict.bytes))
      let meaning = share < 0.5 ? ": virtual size grows, resident size hardly does." : "."
      evidence.append(
        "\(formatBytes(residentBytes)) of the \(formatBytes(verdict.bytes)) is resident"
          + " (\(formatShare(share)))\(meaning)")
    }
  }
}

extension Verdict {
  /// One sentence for a person.
  func sentence(at now: KernelInstant) -> String {
    switch subject.kind {
    case .threadStack: threadStackSentence(at: now)
    case .anonymous, .file, .heap, .sharedMemory:
      "\(plural(count, "\(subject.kind.rawValue) mapping")) of one origin, \(formatBytes(bytes)) in"
        + " all, \(count == 1 ? "was" : "were") not given back."
    }
  }

  private func threadStackSentence(at now: KernelInstant) -> String {
    let size = formatBytes(subject.unitBytes)
    let stacks = "\(plural(count, "stack")) of \(size)"
    let isOne = count == 1
    switch standing {
    case .leaking:
      return "\(stacks) outlived \(isOne ? "its thread" : "their threads"); nobody joined or"
        + " detached \(isOne ? "the thread, or unmapped the stack" : "the threads, or unmapped")"
        + "\(isOne ? "" : " the stacks")\(pace(at: now))."
    case .suspect:
      let (has, are) = isOne ? ("has", "is") : ("have", "are")
      return "\(stacks) \(has) no thread any more and \(are) not used again, which is not yet shown"
        + " to be a loss\(pace(at: now))."
    case .withdrawn:
      return "The \(size) stacks blamed before are not lost: such stacks were used again or given"
        + " back."
    }
  }

  /// How fast it grows, or grew; over when nothing came for thrice the usual time.
  private func pace(at now: KernelInstant) -> String {
    guard bytesPerMinute >= 1, count > 1 else { return "" }
    let gap = last.since(first) / UInt64(count - 1)
    let silence = now.since(last)
    let isOver = silence / 3 > gap && silence > 1_000_000_000
    let rate = "\(formatBytes(UInt64(bytesPerMinute))) a minute"
    let each = period.map {
      ": \(formatBytes(subject.unitBytes)) every \(formatDuration(nanoseconds: $0))"
    }
    let pace = (isOver ? "; it grew by " : "; growing by ") + rate + (each ?? "")
    return isOver ? pace + ", until \(formatDuration(nanoseconds: silence)) ago" : pace
  }
}

extension Evidence {
  func sentence(at now: KernelInstant) -> String {
    switch self {
    case .mapped(let count, let bytes, let guardBytes, let withStackFlag):
      let guards =
        guardBytes == 0
        ? "" : ", \(formatBytes(guardBytes)) of \(count == 1 ? "it" : "each") a guard"
      let flag = withStackFlag ? " with MAP_STACK" : ""
      return "\(plural(count, "mapping")) of \(formatBytes(bytes)) made\(flag)\(guards)."
    case .presentBefore(let count):
      return "\(formatCount(UInt64(count))) of them \(count == 1 ? "was" : "were") mapped before"
        + " tracing began."
    case .ranThread(let example, let range, let creator, let at, let isOwnProcess):
      let kind = isOwnProcess ? "process" : "thread"
      let by = creator.map { " by thread \($0.raw)" } ?? ""
      let ago = formatDuration(nanoseconds: now.since(at))
      return "Each was the stack of a \(kind) of this address space: the latest"
        + " (\(hex(range.start))-\(hex(range.end))) that of \(kind) \(example.raw), created\(by)"
        + " \(ago) ago."
    case .threadsExited(let count, let lifetime, let lastAt):
      let lived = formatDuration(nanoseconds: lifetime)
      let ago = formatDuration(nanoseconds: now.since(lastAt))
      if count == 1 { return "It has exited after \(lived), \(ago) ago." }
      return "All \(formatCount(UInt64(count))) of them have exited, typically after \(lived); the"
        + " last one \(ago) ago."
    case .neverUnmapped(let count):
      let stacks = count == 1 ? "The stack is" : "All \(formatCount(UInt64(count))) stacks are"
      return "\(stacks) still mapped: no munmap followed the exit."
    case .passedOver(let idle, let fresh):
      return "\(formatCount(UInt64(idle))) lay idle while newer stacks of that size were mapped"
        + " (\(formatCount(UInt64(fresh))) so far): what is kept for reuse is used first, so"
        + " \(idle == 1 ? "it was" : "they were") not kept for that."
    case .fitsCache(let bytes):
      return "They are \(formatBytes(bytes)), which the C library may keep for reuse: if their"
        + " threads were joined since the last one was mapped, nothing is lost."
    case .reuse(let times, let reclaimed):
      if times == 0, reclaimed == 0 {
        return "Since tracing began no idle stack of that size was used again or unmapped."
      }
      return "Other idle stacks of that size were used again \(plural(times, "time")) and unmapped"
        + " \(plural(reclaimed, "time")); these were not."
    case .regular(let period):
      return "A new one comes every \(formatDuration(nanoseconds: period))."
    case .blamedBefore(let count, let bytes):
      return "Before, \(plural(count, "mapping")) of \(formatBytes(bytes)) in all"
        + " \(count == 1 ? "was" : "were") blamed."
    case .lostEvents:
      return "Events of this address space were lost; the count may be off."
    }
  }
}

private func plural(_ count: Int, _ noun: String) -> String {
  "\(formatCount(UInt64(max(0, count)))) \(noun)\(count == 1 ? "" : "s")"
}

/// An address as people write it: `0x7f3a5c000000`.
public func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
