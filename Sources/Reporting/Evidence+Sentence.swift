// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import MappingEvents
import TextLayout

extension Evidence {
  /// `hasEnded`: the process is gone, and the kernel has taken back what it held.
  func sentence(at now: KernelInstant, hasEnded: Bool = false) -> String {
    switch self {
    case .mapped(let count, let bytes, let guardBytes, let withStackFlag):
      let guards =
        guardBytes == 0
        ? "" : ", \(formatBytes(guardBytes)) of \(count == 1 ? "it" : "each") a guard"
      let flag = withStackFlag ? " with MAP_STACK" : ""
      let size = bytes.map { "of \(formatBytes($0))" } ?? "of different sizes"
      return "\(counted(count, "mapping")) \(size) made\(flag)\(guards)."
    case .presentBefore(let count):
      return "\(formatCount(UInt64(count))) of them \(count == 1 ? "was" : "were") mapped before"
        + " tracing began."
    case .alikeBefore(let count, let bytes):
      return "\(counted(count, "more mapping")) as long as such a stack without its guard"
        + " \(count == 1 ? "was" : "were") there before tracing began (\(formatBytes(bytes))): what ran on"
        + " \(count == 1 ? "it" : "them") is not known."
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
      if hasEnded {
        let stacks = count == 1 ? "The stack was" : "All \(formatCount(UInt64(count))) stacks were"
        return "\(stacks) still mapped when the process ended: no munmap followed the exit."
      }
      let stacks = count == 1 ? "The stack is" : "All \(formatCount(UInt64(count))) stacks are"
      return "\(stacks) still mapped: no munmap followed the exit."
    case .passedOver(let idle, let fresh):
      return "\(formatCount(UInt64(idle))) lay idle while newer stacks no larger were mapped"
        + " (\(formatCount(UInt64(fresh))) so far): what is kept for reuse is used first, so"
        + " \(idle == 1 ? "it was" : "they were") not kept for that."
    case .fitsCache(let bytes):
      return "They are \(formatBytes(bytes)), which the C library may keep for reuse: if their"
        + " threads were joined since the last one was mapped, nothing is lost."
    case .reuse(let times, let reclaimed):
      if times == 0, reclaimed == 0 {
        return "Since tracing began no idle stack like these was used again or unmapped."
      }
      return "Other idle stacks like these were used again \(counted(times, "time")) and unmapped"
        + " \(counted(reclaimed, "time")); these were not."
    case .regular(let period):
      return "A new one comes every \(formatDuration(nanoseconds: period))."
    case .blamedBefore(let count, let bytes):
      return "Before, \(counted(count, "mapping")) of \(formatBytes(bytes)) in all"
        + " \(count == 1 ? "was" : "were") blamed."
    case .account(let mapped, let bytes, let each, let freed, let freedBytes):
      let size = each.map { " of \(formatBytes($0))" } ?? ""
      let took =
        freed == 0 && freedBytes == 0
        ? "none was unmapped"
        : freed == 0
          ? "\(formatBytes(freedBytes)) of that was unmapped or mapped over"
          : "\(formatCount(UInt64(max(0, freed)))) \(freed == 1 ? "was" : "were") unmapped"
            + " (\(formatBytes(freedBytes)))"
      return "Since tracing began this origin mapped \(counted(mapped, "time"))\(size)"
        + " (\(formatBytes(bytes)) in all), and \(took)."
    case .threadsRun(let count):
      return count == 1
        ? "A thread still runs on one of them."
        : "Threads still run on \(formatCount(UInt64(count))) of them."
    case .besides(let count):
      return
        "\(counted(count, "more mapping")) of it \(count == 1 ? "was" : "were") there before and"
        + " \(count == 1 ? "is" : "are") not blamed."
    case .remains(let each, let isFile):
      // The loader maps a library as a whole, and then its segments over that.
      return isFile
        ? "Of each \(formatBytes(each)) is left as it was mapped; the rest was unmapped, or mapped over"
          + " as by a loader."
        : "Unmaps took all but a piece: \(formatBytes(each)) of each remains."
    case .survivors(let count, let olderThan, let ended, let endedLate):
      let age = formatDuration(nanoseconds: olderThan)
      let others =
        ended == 0
        ? "none was ever unmapped"
        : "of the \(formatCount(UInt64(max(0, ended)))) that ended"
          + " \(endedLate == 0 ? "none" : formatCount(UInt64(endedLate))) had lived so long"
      return "\(formatCount(UInt64(max(0, count)))) of them are older than \(age); \(others)."
    case .quarters(let counts, let span):
      let list = counts.map { formatCount(UInt64(max(0, $0))) }
      return "They keep coming: \(list.dropLast().joined(separator: ", ")) and \(list.last ?? "0")"
        + " in the quarters of \(formatDuration(nanoseconds: span))."
    case .grew(let times, let bytes):
      return "It grew \(counted(times, "time")), by \(formatBytes(bytes)) since tracing began."
    case .envelope(let from, let to, let span):
      return "Its least size rose from \(formatBytes(from)) to \(formatBytes(to)) in"
        + " \(formatDuration(nanoseconds: span)), step by step."
    case .extenders(let stacks, let share):
      if stacks == 1 { return "One call path alone extended the heap." }
      return "\(formatCount(UInt64(stacks))) call paths extended the heap: the one that did most by"
        + " \(formatShare(share)) of it, though others may have used up what was free."
    case .stopped(let quiet):
      return "None came in the last \(formatDuration(nanoseconds: quiet))."
    case .lostEvents:
      return "Events of this address space were lost; the count may be off."
    }
  }
}
