// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Pipeline
import Symbolization

extension RecordingFrame {
  var type: RecordingFormat.FrameType {
    switch self {
    case .start: .start
    case .input(let input): input.type
    case .answer(let answer): answer.type
    }
  }

  func write(to out: inout FrameBytes, _ texts: TextTable) {
    switch self {
    case .start(let facts): out.put(facts)
    case .input(let input): input.write(to: &out, texts)
    case .answer(let answer): answer.write(to: &out)
    }
  }
}

extension PipelineInput {
  fileprivate var type: RecordingFormat.FrameType {
    switch self {
    case .windowBegan: .window
    case .joined: .joined
    case .mending: .mending
    case .viewed: .viewed
    case .lost: .lost
    case .relisted: .relisted
    case .auditBegan: .auditBegan
    case .auditEnded: .auditEnded
    case .judged: .judged
    case .reported: .reported
    case .dumped: .dumped
    case .finished: .finished
    case .marked: .marked
    case .callsEnded: .callsEnded
    }
  }

  fileprivate func write(to out: inout FrameBytes, _ texts: TextTable) {
    switch self {
    case .windowBegan, .mending, .auditBegan: break
    case .joined(let lists): out.put(lists, texts)
    case .viewed(let key, let when):
      out.put(key.raw)
      out.put(when.nanoseconds)
    case .lost(let note):
      out.put(note.when.nanoseconds)
      out.put(note.total)
      out.put(note.count)
      out.put(each: note.spaces) { $0.put($1.raw) }
      out.put(note.isComplete)
    case .relisted(let tasks, let when):
      out.put(when.nanoseconds)
      out.put(each: tasks) { $0.put($1) }
    case .auditEnded(let checked, let spaces, let when):
      out.put(checked)
      out.put(spaces)
      out.put(when.nanoseconds)
    case .judged(let when), .reported(let when), .dumped(let when), .marked(let when),
      .finished(let when):
      out.put(when.nanoseconds)
    case .callsEnded(let calls):
      out.put(each: calls) {
        $0.put(UInt64($1.key.raw))
        $0.put($1.value)
      }
    }
  }
}

extension RecordedAnswer {
  fileprivate var type: RecordingFormat.FrameType {
    switch self {
    case .path: .path
    case .process: .process
    case .resident: .resident
    case .residentRanges: .residentRanges
    case .callPath: .stack
    case .module: .module
    case .limits: .limits
    case .text: .text
    }
  }

  fileprivate func write(to out: inout FrameBytes) {
    switch self {
    case .path(let identity, let text):
      out.put(identity)
      out.put(text)
    case .process(let process, let identity):
      out.put(UInt64(process.raw))
      out.put(identity.executable) { $0.put($1) }
      out.put(identity.cgroup) { $0.put($1) }
    case .resident(let process, let bytes):
      out.put(UInt64(process.raw))
      out.put(bytes) { $0.put($1) }
    case .residentRanges(let digest, let bytes):
      out.put(digest)
      out.put(bytes) { $0.put($1) }
    case .limits(let process, let numbers):
      out.put(UInt64(process.raw))
      out.put(each: numbers) { $0.put($1) { $0.put($1) } }
    case .callPath(let resolved):
      out.put(resolved.id)
      out.put(resolved.space.raw)
      out.put(resolved.canonical)
      out.put(resolved.stack)
    case .text(let name, let text, let errno):
      out.put(name)
      out.put(text) { $0.put($1) }
      out.put(UInt64(UInt32(bitPattern: errno)))
    case .module(let path, let buildID):
      out.put(path)
      out.put(buildID)
    }
  }
}

extension FrameBytes {
  mutating func put(_ facts: StartFacts) {
    put(UInt64(facts.wireVersion))
    put(facts.version)
    put(facts.began.nanoseconds)
    put(facts.wall)
    put(zigzag(facts.wallNanoseconds))
    put(facts.host)
    put(facts.kernel)
    put(facts.architecture)
    put(UInt64(facts.ownProcess.raw))
    switch facts.scope {
    case .system: put(0)
    case .processes(let processes):
      put(1)
      put(each: processes) { $0.put(UInt64($1.raw)) }
    case .command(let words, let process):
      put(2)
      put(each: words) { $0.put($1) }
      put(UInt64(process.raw))
    case .name(let name):
      put(3)
      put(name)
    case .cgroup(let path):
      put(4)
      put(path)
    }
    put(each: facts.hooks) {
      $0.put($1.name)
      $0.put($1.kind)
    }
    put(facts.pageBytes)
    put(facts.hugePageBytes)
    put(facts.reportsSpaceEnd)
    put(each: facts.sharedMemoryDevices) { $0.put(UInt64($1)) }
    put(facts.stacks)
    put(facts.stackBytes)
    put(facts.auditEvery) { $0.put($1) }
  }

  mutating func put(_ lists: JoinedLists, _ texts: TextTable) {
    put(lists.when.nanoseconds)
    switch lists.reason {
    case .unknown: put(0)
    case .execed(let when):
      put(1)
      put(when.nanoseconds)
    case .forked: put(2)
    case .unsure: put(3)
    case .lost: put(4)
    }
    put(each: lists.spaces) { out, list in
      out.put(list.space, texts)
      out.put(each: list.tasks) { $0.put($1) }
    }
  }

  /// Writes each file once, then the areas, each relative to the end of the one before.
  mutating func put(_ space: SpaceSnapshot, _ texts: TextTable) {
    put(space.key.raw)
    put(space.totals)
    struct Named: Hashable {
      var identity: FileIdentity
      var path: TextID
    }
    var numbers: [Named: Int] = [:]
    var files: [Named] = []
    for area in space.areas {
      guard let file = area.file else { continue }
      let named = Named(identity: file.identity, path: file.path)
      if numbers[named] == nil {
        files.append(named)
        numbers[named] = files.count
      }
    }
    put(each: files) { out, file in
      out.put(file.identity)
      out.put(texts[file.path])
    }
    var reached: UInt64 = 0
    put(each: space.areas) { out, area in
      out.put(zigzag(Int64(bitPattern: area.range.start &- reached)))
      out.put(area.range.length)
      reached = area.range.end
      out.put(area.flags)
      out.put(area.hugePageBytes)
      let file = area.file
      out.put(file.flatMap { numbers[Named(identity: $0.identity, path: $0.path)] } ?? 0)
      if let file { out.put(file.offset) }
    }
  }

  mutating func put(_ identity: FileIdentity) {
    put(UInt64(identity.device))
    put(UInt64(identity.generation))
    put(identity.inode)
  }

  mutating func put(_ task: ListedTask) {
    put(task.space.raw)
    put(UInt64(task.process.raw))
    put(UInt64(task.thread.raw))
    put(UInt64(task.parent.raw))
    put(task.name.low)
    put(task.name.high)
    put(task.stackPointer)
    put(task.totals)
  }

  mutating func put(_ totals: SpaceTotals) {
    put(totals.totalPages)
    put(totals.startBreak)
    put(totals.currentBreak)
    put(totals.startStack)
    put(totals.vdso)
    put(UInt64(totals.mapCount))
    put(totals.isCompat)
  }

  mutating func put(_ id: CallPathID) { put(UInt64(UInt32(bitPattern: id.raw))) }

  mutating func put(_ stack: CallPath) {
    put(stack.incomplete) { $0.put($1.rawValue) }
    put(each: stack.frames) { out, frame in
      out.put(frame.address)
      out.put(frame.function) { $0.put($1) }
      out.put(frame.module) { $0.put($1) }
      out.put(frame.offset) { $0.put($1) }
      out.put(frame.file) { $0.put($1) }
      out.put(frame.line) { $0.put(zigzag(Int64($1))) }
      out.put(frame.isInlined)
      out.put(frame.unresolved) { $0.put($1.rawValue) }
    }
  }
}

extension SpaceSnapshot.Area {
  /// The flags of the area, as bits. The protection is in the low three.
  var flags: UInt64 {
    get {
      UInt64(protection.rawValue & 7) | (isShared ? 8 : 0) | (isSpecial ? 16 : 0)
        | (growsDown ? 32 : 0) | (isSegment ? 64 : 0) | (isAnonymousShared ? 128 : 0)
        | (followsSeam ? 256 : 0)
    }
    set {
      protection = Protection(rawValue: UInt8(newValue & 7))
      isShared = newValue & 8 != 0
      isSpecial = newValue & 16 != 0
      growsDown = newValue & 32 != 0
      isSegment = newValue & 64 != 0
      isAnonymousShared = newValue & 128 != 0
      followsSeam = newValue & 256 != 0
    }
  }
}
