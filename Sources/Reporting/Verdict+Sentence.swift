// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import MappingLedger
import TextLayout

extension Verdict {
  /// The verdict in one sentence for a person. `culprit` names the function to blame, when it is known.
  func sentence(by culprit: String?, at now: KernelInstant) -> String {
    switch (subject.kind, subject.origin.manner) {
    case (.threadStack, _) where subject.isRunOn: runningThreadSentence(by: culprit, at: now)
    case (.threadStack, _): threadStackSentence(by: culprit, at: now)
    case (.heap, _): heapSentence(by: culprit, at: now)
    case (_, .grown) where count < 8: bufferSentence(by: culprit)
    case (.anonymous, _), (.file, _), (.sharedMemory, _): mappingSentence(by: culprit, at: now)
    }
  }

  /// What a suspicion adds: it claims no loss.
  private var doubt: String { " (not proven to be a leak yet)" }

  // MARK: Thread stacks

  private func threadStackSentence(by culprit: String?, at now: KernelInstant) -> String {
    let size = subject.origin.unitBytes == 0 ? nil : formatBytes(subject.origin.unitBytes)
    let by = culprit.map { ", created by \($0)" } ?? ""
    let stacks =
      counted(count, "stack") + (size.map { " of \($0)" } ?? " (\(formatBytes(bytes)) in total)")
    let isOne = count == 1
    switch standing {
    case .leaking:
      // Nobody can join or detach what clone itself made as a process of its own.
      let missing =
        ranProcesses ? "" : "joined or detached \(isOne ? "the thread" : "the threads") or "
      return "\(stacks) outlived \(isOne ? "its thread" : "their threads")\(by): nobody \(missing)"
        + "unmapped \(isOne ? "the stack" : "the stacks")\(pace(at: now))."
    case .suspect:
      let (has, are) = isOne ? ("has", "is") : ("have", "are")
      let threads = culprit.map { ", of threads created by \($0)," } ?? ""
      return "\(stacks)\(threads) \(has) no thread any more and \(are) not reused\(doubt)"
        + "\(pace(at: now))."
    case .withdrawn:
      let blamed = size.map { "\($0) stacks" } ?? "stacks"
      return "The \(blamed) blamed earlier are no leak: stacks like these were reused or unmapped."
    }
  }

  /// Whether the stacks belonged to processes with ids of their own, in the same address space.
  private var ranProcesses: Bool {
    evidence.contains {
      if case .ranThread(_, _, _, _, isOwnProcess: true) = $0 { true } else { false }
    }
  }

  private func runningThreadSentence(by culprit: String?, at now: KernelInstant) -> String {
    let by = culprit.map { " created by \($0)" } ?? ""
    let threads = counted(count, "thread") + by
    let their = count == 1 ? "its" : "their"
    let stacks =
      eachBytes.map { "stack\(count == 1 ? "" : "s") of \(formatBytes($0))" }
      ?? "stacks (\(formatBytes(bytes)) in total)"
    switch standing {
    case .leaking:
      return "\(threads) never exited and \(count == 1 ? "keeps" : "keep") \(their) \(stacks)"
        + "\(pace(at: now))."
    case .suspect:
      return "\(threads) \(count == 1 ? "has" : "have") not exited so far and"
        + " \(count == 1 ? "keeps" : "keep") \(their) \(stacks)\(doubt)\(pace(at: now))."
    case .withdrawn:
      return
        "The threads\(by) blamed earlier are no leak: they exited, or no new ones were created."
    }
  }

  // MARK: Mappings

  private var noun: String {
    switch subject.kind {
    case .file: "file mapping"
    case .sharedMemory: "shared memory mapping"
    case .anonymous, .heap, .threadStack: "mapping"
    }
  }

  private func mappingSentence(by culprit: String?, at now: KernelInstant) -> String {
    let by = culprit.map { " made by \($0)" } ?? ""
    let mappings =
      counted(count, noun)
      + (eachBytes.map { " of \(formatBytes($0))" } ?? " (\(formatBytes(bytes)) in total)") + by
    let were = count == 1 ? "was" : "were"
    switch standing {
    case .leaking: return "\(mappings) \(were) never unmapped\(pace(at: now))."
    case .suspect: return "\(mappings) \(were) not unmapped so far\(doubt)\(pace(at: now))."
    case .withdrawn:
      return
        "The \(noun)s\(by) blamed earlier are no leak: they were unmapped, or no new ones came."
    }
  }

  private func bufferSentence(by culprit: String?) -> String {
    let buffer = count == 1 ? "A buffer" : "\(formatCount(UInt64(count))) buffers"
    let by = " grown by \(culprit ?? "mremap")"
    switch standing {
    case .leaking:
      return
        "\(buffer)\(by) reached \(formatBytes(bytes)) and never \(count == 1 ? "shrinks" : "shrink")"
        + "\(rate)."
    case .suspect: return "\(buffer)\(by) reached \(formatBytes(bytes))\(doubt)\(rate)."
    case .withdrawn:
      return "The buffer\(by) blamed earlier is no leak: it was unmapped, or stopped growing."
    }
  }

  // MARK: Heap

  private func heapSentence(by culprit: String?, at now: KernelInstant) -> String {
    let heap =
      subject.origin.manner == .committed
      ? "The accessible part of reserved memory, such as malloc arenas," : "The heap"
    let by = culprit.map { ", mostly for \($0)" } ?? ""
    switch standing {
    case .leaking:
      return "\(heap) grew by \(formatBytes(bytes))\(by), and does not shrink\(pace(at: now))."
    case .suspect: return "\(heap) grew by \(formatBytes(bytes)) so far\(by)\(doubt)\(rate)."
    case .withdrawn: return "\(heap) blamed earlier is no leak: it shrank, or stopped growing."
    }
  }

  private var rate: String {
    bytesPerMinute >= 1 ? "; growing by \(formatBytes(UInt64(bytesPerMinute))) per minute" : ""
  }

  /// How fast it grows. It is told in the past when nothing came for three times the usual gap and for a
  /// fifth of the whole time: what comes in bursts has a short usual gap.
  private func pace(at now: KernelInstant) -> String {
    guard bytesPerMinute >= 1, count > 1 else { return "" }
    let gap = last.since(first) / UInt64(count - 1)
    let silence = now.since(last)
    let isOver = silence / 3 > gap && silence > max(1_000_000_000, last.since(first) / 5)
    let rate = "\(formatBytes(UInt64(bytesPerMinute))) per minute"
    let unit = eachBytes ?? subject.origin.unitBytes
    let each = period.map { period in
      unit == 0
        ? ", one every \(formatDuration(nanoseconds: period))"
        : ", \(formatBytes(unit)) every \(formatDuration(nanoseconds: period))"
    }
    let pace = (isOver ? "; it grew by " : "; growing by ") + rate + (each ?? "")
    return isOver ? pace + ", until \(formatDuration(nanoseconds: silence)) ago" : pace
  }
}
