// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import KernelTracer
import LeakDetection
import MappingEvents
import MappingLedger
import Meminfo
import Procfs
import Recording
import Reporting

/// What is asked of the machine beside its events. A recording has what it said.
extension TraceSession {
  /// Now, or what was now where a recording is replayed.
  var time: KernelInstant { tracer.isRecording ? answers.time : Clock.now }

  func findPath(
    of identity: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    if tracer.isRecording { return answers.paths[identity] }
    // To look in vain takes long, and a loader maps each file several times.
    guard !pathless.contains(identity) else { return nil }
    let found = ProcessFiles(process).path(
      mappedAt: range, descriptor: descriptor, identity: identity)
    if let found {
      recorder?.append(.path(identity, found))
    } else {
      pathless.insert(identity)
    }
    return found
  }

  /// The executable and the control group of a process.
  func origin(of process: ProcessID) -> (executable: String?, cgroup: String?) {
    if tracer.isRecording { return answers.takeOrigin(of: process) }
    let files = ProcessFiles(process)
    let (executable, cgroup) = (files.executable, files.cgroup)
    recorder?.append(.process(process, executable: executable, cgroup: cgroup))
    return (executable, cgroup)
  }

  func residentBytes(of process: ProcessID) -> UInt64? {
    if tracer.isRecording { return answers.resident[process] }
    let bytes = ProcessFiles(process).residentBytes
    recorder?.append(.resident(process, bytes))
    return bytes
  }

  /// Nil of no ranges. Of more than `mostPages` the rest is taken to be like them.
  func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int = 1 << 18
  ) -> UInt64? {
    if ranges.isEmpty { return nil }
    if tracer.isRecording { return answers.residentRanges[digest(of: ranges, in: process)] }
    let bytes = ProcessFiles(process).residentBytes(of: ranges, mostPages: mostPages)
    if let recorder {
      recorder.append(.residentRanges(digest: digest(of: ranges, in: process), bytes))
    }
    return bytes
  }

  /// What a process can run into.
  func limits(of space: Space, in process: ProcessID) -> LimitNumbers {
    if tracer.isRecording {
      return LimitNumbers(recorded: answers.limits[process] ?? [], virtualBytes: space.virtualBytes)
    }
    let numbers = LimitReader().numbers(of: space, in: process)
    recorder?.append(.limits(process, numbers.recorded))
    return numbers
  }

  /// Where the machine's memory was; nil where a recording does not say, or /proc cannot be read.
  func memoryReport(at now: KernelInstant) -> MeminfoReport? {
    let reader: MeminfoReader
    if tracer.isRecording {
      reader = MeminfoReader(pageSize: facts.pageBytes) { [answers] question in
        answers.texts[question.name] ?? .failure(Refusal(errno: ENOENT))
      }
    } else {
      reader = MeminfoReader { [recorder] question in
        let answer = question.answer()
        recorder?.append(answer.frame(for: question))
        return answer
      }
    }
    return (try? reader.sample(at: now.nanoseconds)).map { MeminfoReport(current: $0) }
  }

  /// FNV-1a.
  private func digest(of ranges: [AddressRange], in process: ProcessID) -> UInt64 {
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ word: UInt64) { digest = (digest ^ word) &* 0x100_0000_01b3 }
    add(UInt64(process.raw))
    for range in ranges {
      add(range.start)
      add(range.end)
    }
    return digest
  }

  /// Asks what an event's line would show, where a replay may have to show it and there is no line.
  func inquire(_ event: MappingEvent, _ change: LedgerChange) {
    if settings.form != .ndjson, announced[event.process] == nil {
      announce(event.process, at: event.when)
    }
    if case .execed(newProcess: true) = change.effect { announce(event.process, at: event.when) }
    noteExec(event)
    _ = path(of: event, change)
    switch change.effect {
    case .taskCreated(_, let process?): announce(process, at: event.when)
    case .exited(_, last: true): announced[event.process] = nil
    default: break
    }
  }

  /// Asks what a report would show.
  func inquire(at now: KernelInstant) {
    guard recorder != nil else { return }
    _ = surroundings(isFinal: false, at: now)
  }
}

extension MachineAnswer {
  fileprivate func frame(for question: MachineQuestion) -> RecordingFrame {
    switch self {
    case .success(let text): .text(of: question.name, text, errno: 0)
    case .failure(let refusal): .text(of: question.name, nil, errno: refusal.errno)
    }
  }

  init(_ text: String?, errno: Int32) {
    self = text.map { .success($0) } ?? .failure(Refusal(errno: errno))
  }
}

extension LimitNumbers {
  /// In the order of docs/recording.md.
  fileprivate var recorded: [UInt64?] {
    [mappings, mostMappings, addressSpaceLimit, committedBytes, commitLimit]
  }

  fileprivate init(recorded numbers: [UInt64?], virtualBytes: UInt64) {
    func number(_ index: Int) -> UInt64? { index < numbers.count ? numbers[index] : nil }
    self.init(
      mappings: number(0), mostMappings: number(1), virtualBytes: virtualBytes,
      addressSpaceLimit: number(2), committedBytes: number(3), commitLimit: number(4))
  }
}

/// What the machine said, read ahead to where it was asked.
struct RecordedAnswers {
  var limits: [ProcessID: [UInt64?]] = [:]
  var paths: [FileIdentity: String] = [:]
  var resident: [ProcessID: UInt64] = [:]
  var residentRanges: [UInt64: UInt64] = [:]
  /// By the name of the question.
  var texts: [String: MachineAnswer] = [:]
  /// Stacks that turned out to be the same call path as others.
  var unified: [(CallPathID, CallPathID)] = []
  /// How far the replay is.
  var time = KernelInstant(nanoseconds: 0)
  private var origins: [ProcessID: (executable: String?, cgroup: String?)] = [:]

  mutating func takeOrigin(of process: ProcessID) -> (executable: String?, cgroup: String?) {
    origins.removeValue(forKey: process) ?? (nil, nil)
  }

  mutating func note(_ process: ProcessID, executable: String?, cgroup: String?) {
    origins[process] = (executable, cgroup)
  }
}
