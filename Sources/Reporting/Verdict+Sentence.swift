// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TextLayout

extension Verdict {
  /// One sentence for a person; `culprit` names who mapped it, when that is known.
  func sentence(by culprit: String?, at now: KernelInstant) -> String {
    switch (subject.kind, subject.origin.manner) {
    case (.threadStack, _) where subject.isRunOn: runningThreadSentence(by: culprit, at: now)
    case (.threadStack, _): threadStackSentence(by: culprit, at: now)
    case (.heap, _): heapSentence(by: culprit, at: now)
    case (_, .grown) where count < 8: bufferSentence(by: culprit, at: now)
    case (.anonymous, _), (.file, _), (.sharedMemory, _): mappingSentence(by: culprit, at: now)
    }
  }

  // MARK: Thread stacks

  private func threadStackSentence(by culprit: String?, at now: KernelInstant) -> String {
    let size = subject.origin.unitBytes == 0 ? nil : formatBytes(subject.origin.unitBytes)
    let by = culprit.map { " created by \($0)" } ?? ""
    let stacks =
      counted(count, "stack") + (size.map { " of \($0)" } ?? ", \(formatBytes(bytes)) in all,")
    let isOne = count == 1
    switch standing {
    case .leaking:
      // What clone itself made as a process of its own, nobody can join or detach.
      let missing =
        ranProcesses
        ? "" : "joined or detached \(isOne ? "the thread" : "the threads"), or "
      return "\(stacks) outlived \(isOne ? "its thread" : "their threads")\(by); nobody \(missing)"
        + "unmapped \(isOne ? "the stack" : "the stacks")\(pace(at: now))."
    case .suspect:
      let (has, are) = isOne ? ("has", "is") : ("have", "are")
      let threads = culprit.map { " of threads created by \($0)" } ?? ""
      return "\(stacks)\(threads) \(has) no thread any more and \(are) not used again, which is not"
        + " yet shown to be a loss\(pace(at: now))."
    case .withdrawn:
      let blamed = size.map { "\($0) stacks" } ?? "stacks"
      return "The \(blamed) blamed before are not lost: such stacks were used again or given back."
    }
  }

  /// Whether what ran on the stacks had process ids of their own, in the same address space.
  private var ranProcesses: Bool {
    evidence.contains {
      if case .ranThread(_, _, _, _, isOwnProcess: true) = $0 { true } else { false }
    }
  }

  private func runningThreadSentence(by culprit: String?, at now: KernelInstant) -> String {
    let by = culprit.map { " created by \($0)" } ?? ""
    let threads = counted(count, "thread") + by
    let stacks =
      eachBytes.map { "stack\(count == 1 ? "" : "s") of \(formatBytes($0))" }
      ?? "stacks, \(formatBytes(bytes)) in all"
    switch standing {
    case .leaking:
      return "\(threads) never ended and \(count == 1 ? "holds its" : "hold their") \(stacks)"
        + "\(pace(at: now))."
    case .suspect:
      return "\(threads) \(count == 1 ? "has" : "have") not ended so far and"
        + " \(count == 1 ? "holds its" : "hold their") \(stacks), which is not yet shown to be a loss"
        + "\(pace(at: now))."
    case .withdrawn:
      return "The threads\(by) blamed before are not lost: they ended, or no more were created."
    }
  }

  // MARK: Mappings

  private var noun: String {
    switch subject.kind {
    case .file: "file mapping"
    case .sharedMemory: "mapping of shared memory"
    case .anonymous, .heap, .threadStack: "mapping"
    }
  }

  private func mappingSentence(by culprit: String?, at now: KernelInstant) -> String {
    let by = culprit.map { " mapped by \($0)" } ?? ""
    let mappings =
      (subject.kind == .sharedMemory
        ? "\(formatCount(UInt64(max(0, count)))) mapping\(count == 1 ? "" : "s") of shared memory"
        : counted(count, noun))
      + (eachBytes.map { " of \(formatBytes($0))\(by)" } ?? "\(by), \(formatBytes(bytes)) in all,")
    let were = count == 1 ? "was" : "were"
    switch standing {
    case .leaking:
      return "\(mappings) \(were) never unmapped\(pace(at: now))."
    case .suspect:
      return "\(mappings) \(were) not unmapped so far, which is not yet shown to be a loss"
        + "\(pace(at: now))."
    case .withdrawn:
      return
        "The \(noun)s\(by) blamed before are not lost: they were unmapped after all, or no more"
        + " came."
    }
  }

  private func bufferSentence(by culprit: String?, at now: KernelInstant) -> String {
    let buffer = count == 1 ? "A buffer" : "\(formatCount(UInt64(count))) buffers"
    let by = culprit.map { " that \($0) grows" } ?? " grown by mremap"
    switch standing {
    case .leaking:
      return "\(buffer)\(by), now \(formatBytes(bytes)), never \(count == 1 ? "shrinks" : "shrink")"
        + "\(rate)."
    case .suspect:
      return "\(buffer)\(by) \(count == 1 ? "has" : "have") reached \(formatBytes(bytes)), which is"
        + " not yet shown to be a loss\(rate)."
    case .withdrawn:
      return "The buffer\(by) blamed before is not lost: it was unmapped, or grows no more."
    }
  }

  // MARK: Heap

  private func heapSentence(by culprit: String?, at now: KernelInstant) -> String {
    let heap =
      subject.origin.manner == .committed
      ? "What is accessible of reserved memory, such as malloc's arenas," : "The heap"
    let by = culprit.map { ", most of it for \($0)," } ?? ""
    switch standing {
    case .leaking:
      return "\(heap) grew by \(formatBytes(bytes))\(by) and does not shrink\(pace(at: now))."
    case .suspect:
      return
        "\(heap) grew by \(formatBytes(bytes))\(by) so far, which is not yet shown to be a loss"
        + "\(rate)."
    case .withdrawn: return "\(heap) blamed before is not lost: it shrank, or grows no more."
    }
  }

  private var rate: String {
    bytesPerMinute >= 1 ? "; growing by \(formatBytes(UInt64(bytesPerMinute))) a minute" : ""
  }

  /// How fast it grows, or grew; over when nothing came for thrice the usual time, and for a fifth of
  /// all: what comes in bursts has a usual time that is short.
  private func pace(at now: KernelInstant) -> String {
    guard bytesPerMinute >= 1, count > 1 else { return "" }
    let gap = last.since(first) / UInt64(count - 1)
    let silence = now.since(last)
    let isOver = silence / 3 > gap && silence > max(1_000_000_000, last.since(first) / 5)
    let rate = "\(formatBytes(UInt64(bytesPerMinute))) a minute"
    let unit = eachBytes ?? subject.origin.unitBytes
    let each = period.map { period in
      unit == 0
        ? ": one every \(formatDuration(nanoseconds: period))"
        : ": \(formatBytes(unit)) every \(formatDuration(nanoseconds: period))"
    }
    let pace = (isOver ? "; it grew by " : "; growing by ") + rate + (each ?? "")
    return isOver ? pace + ", until \(formatDuration(nanoseconds: silence)) ago" : pace
  }
}
