// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import TextLayout

extension Evidence {
  /// The fact in words for a person: what was observed, then what follows from it.
  ///
  /// `hasOnePath` tells whether the verdict is on a single call path and not on all memory of one size.
  /// `hasEnded` tells whether the process has exited, so that the kernel has taken its memory back.
  func sentence(
    at now: KernelInstant, hasOnePath: Bool = true, hasEnded: Bool = false
  ) -> String {
    switch self {
    case .mapped(let count, let bytes, let guardBytes, _):
      let size = bytes.map { formatBytes($0) } ?? "different sizes"
      let guards =
        guardBytes == 0
        ? "" : " (\(formatBytes(guardBytes)) of \(count == 1 ? "it" : "each") is a guard page)"
      return "\(counted(count, "thread stack")) of \(size)\(guards)."
    case .presentBefore(let count):
      return "\(formatCount(UInt64(count))) of them existed before tracing began."
    case .alikeBefore(let count, let bytes):
      return "\(counted(count, "more mapping")) of this size existed before tracing began"
        + " (\(formatBytes(bytes))). \(count == 1 ? "It" : "They") may be the same leak."
    case .ranThread(let example, let range, let creator, let at, let isOwnProcess):
      let owner = isOwnProcess ? "process that shares this memory" : "thread of this process"
      let kind = isOwnProcess ? "process" : "thread"
      let by = creator.map { " by thread \($0.raw)" } ?? ""
      return "Each belonged to a \(owner). The latest: \(kind) \(example.raw), created\(by)"
        + " \(formatDuration(nanoseconds: now.since(at))) ago"
        + " (\(hex(range.start))-\(hex(range.end)))."
    case .threadsExited(let count, let lifetime, let lastAt):
      let lived = formatDuration(nanoseconds: lifetime)
      let ago = formatDuration(nanoseconds: now.since(lastAt))
      if count == 1 { return "Its thread ran for \(lived) and exited \(ago) ago." }
      return "All \(formatCount(UInt64(count))) threads exited, typically after \(lived);"
        + " the last one \(ago) ago."
    case .neverUnmapped(let count):
      return stillMapped(count, hasEnded: hasEnded)
    case .passedOver(let idle, let fresh):
      return "\(formatCount(UInt64(idle))) sat unused while new stacks of this size were mapped"
        + " (\(formatCount(UInt64(fresh))) so far). A stack cache would have reused"
        + " \(idle == 1 ? "it" : "them")."
    case .fitsCache(let bytes):
      return "They take \(formatBytes(bytes)) in total. The C library may keep that much for reuse."
        + " If their threads were joined, nothing is lost."
    case .reuse(let times, let reclaimed):
      if times == 0, reclaimed == 0 {
        return "No unused stack of this kind was reused or unmapped since tracing began."
      }
      return "Other unused stacks of this kind were reused \(counted(times, "time")) and unmapped"
        + " \(counted(reclaimed, "time")). These were not."
    case .regular(let period):
      return "A new one appears every \(formatDuration(nanoseconds: period))."
    case .blamedBefore(let count, let bytes):
      return "The earlier verdict blamed \(counted(count, "mapping"))"
        + " (\(formatBytes(bytes)) in total)."
    case .account(let mapped, let bytes, let each, let freed, let freedBytes):
      let who = hasOnePath ? "this call path" : "this process"
      let what = each.map { formatBytes($0) } ?? "memory"
      return "Since tracing began, \(who) mapped \(what) \(counted(mapped, "time"))"
        + " (\(formatBytes(bytes)) in total). \(unmapped(freed, freedBytes))"
    case .threadsRun(let count):
      return count == 1
        ? "A thread still runs on one of them."
        : "Threads still run on \(formatCount(UInt64(count))) of them."
    case .besides(let count):
      return "\(counted(count, "more mapping")) of this origin existed before and"
        + " \(count == 1 ? "is" : "are") not blamed."
    case .remains(let each, let isFile):
      // The loader maps a library as a whole, and then its segments over parts of that.
      return isFile
        ? "\(formatBytes(each)) of each is left as it was mapped. The rest was unmapped, or replaced as"
          + " a loader does."
        : "\(formatBytes(each)) of each is still mapped. The rest was unmapped."
    case .survivors(let count, let olderThan, let ended, let endedLate):
      let age = formatDuration(nanoseconds: olderThan)
      let others =
        ended == 0
        ? "None was ever unmapped."
        : "Of the \(formatCount(UInt64(max(0, ended)))) that were unmapped,"
          + " \(endedLate == 0 ? "none" : formatCount(UInt64(endedLate))) had lived that long."
      return "\(formatCount(UInt64(max(0, count)))) of them are older than \(age). \(others)"
    case .quarters(let counts, let span):
      let list = counts.map { formatCount(UInt64(max(0, $0))) }
      return
        "Steady: \(list.dropLast().joined(separator: ", ")) and \(list.last ?? "0") new ones in"
        + " the four quarters of \(formatDuration(nanoseconds: span))."
    case .grew(let times, let bytes):
      return
        "The memory grew \(counted(times, "time")) since tracing began, by \(formatBytes(bytes)) in total."
    case .envelope(let from, let to, let span):
      return "Even its low points rose, from \(from == 0 ? "0" : formatBytes(from)) to"
        + " \(formatBytes(to)) in \(formatDuration(nanoseconds: span))."
    case .extenders(let paths, let share):
      if paths == 1 { return "One call path alone grew the heap." }
      return "\(formatCount(UInt64(paths))) call paths grew the heap; the top one caused"
        + " \(formatShare(share)). Others may share the blame."
    case .stopped(let quiet):
      return "No new one in the last \(formatDuration(nanoseconds: quiet))."
    case .lostEvents:
      return "Events of this process were lost. The count may be off."
    case .waitedLonger(let doubt, let times):
      return "\(doubt.reason) So bpfleak waited up to \(times) times longer than usual."
    }
  }
}

private func stillMapped(_ count: Int, hasEnded: Bool) -> String {
  let stacks = count == 1 ? "The stack" : "All \(formatCount(UInt64(count))) stacks"
  let verb = hasEnded ? (count == 1 ? "was" : "were") : (count == 1 ? "is" : "are")
  let end = hasEnded ? " when the process exited" : ""
  return "\(stacks) \(verb) still mapped\(end): no munmap followed the exit."
}

private func unmapped(_ count: Int, _ bytes: UInt64) -> String {
  if count == 0, bytes == 0 { return "None was unmapped." }
  // The segments of a library are mapped over the first mapping of the whole.
  if count == 0 { return "\(formatBytes(bytes)) of that was unmapped or replaced." }
  return "\(formatCount(UInt64(max(0, count)))) \(count == 1 ? "was" : "were") unmapped"
    + " (\(formatBytes(bytes)))."
}

extension Doubt {
  /// Why such memory is doubted to leak, in one sentence.
  fileprivate var reason: String {
    switch self {
    case .lostEvents: "Events were lost, so frees may have been missed."
    case .threadPool: "A pool of threads fills at leisure and keeps its stacks."
    case .collector: "A garbage collector manages this memory and frees it late."
    case .goHeap: "A Go heap can grow to twice what is in use before it is collected."
    }
  }
}
