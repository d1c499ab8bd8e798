// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Pipeline
import Symbolization

extension RecordingFrame {
  init(
    _ type: RecordingFormat.FrameType, _ from: inout FrameCursor, _ texts: inout TextTable
  ) throws(FrameDefect) {
    if case .start = type {
      self = .start(try from.start())
    } else if let input = try PipelineInput(type, &from, &texts) {
      self = .input(input)
    } else if let answer = try RecordedAnswer(type, &from) {
      self = .answer(answer)
    } else {
      throw FrameDefect()
    }
  }
}

extension PipelineInput {
  /// Nil for a frame that is no input.
  fileprivate init?(
    _ type: RecordingFormat.FrameType, _ from: inout FrameCursor, _ texts: inout TextTable
  ) throws(FrameDefect) {
    switch type {
    case .window: self = .windowBegan
    case .joined: self = .joined(try from.lists(&texts))
    case .mending: self = .mending
    case .viewed:
      let key = SpaceKey(try from.number())
      self = .viewed(key, at: try from.instant())
    case .lost:
      let when = try from.instant()
      let total = try from.number()
      let count = try from.number()
      let spaces = try from.list { (from) throws(FrameDefect) in SpaceKey(try from.number()) }
      self = .lost(
        LossNote(
          at: when, total: total, count: count, spaces: spaces, isComplete: try from.flag()))
    case .relisted:
      let when = try from.instant()
      self = .relisted(
        try from.list { (from) throws(FrameDefect) in try from.task() }, at: when)
    case .auditBegan: self = .auditBegan
    case .auditEnded:
      let checked = try from.number(Int.self)
      let spaces = try from.number(Int.self)
      self = .auditEnded(checked: checked, spaces: spaces, at: try from.instant())
    case .judged: self = .judged(at: try from.instant())
    case .reported: self = .reported(at: try from.instant())
    case .dumped: self = .dumped(at: try from.instant())
    case .finished: self = .finished(at: try from.instant())
    case .marked: self = .marked(at: try from.instant())
    case .callsEnded:
      let calls = try from.list { (from) throws(FrameDefect) in
        (ThreadID(try from.number(UInt32.self)), try from.number())
      }
      self = .callsEnded(Dictionary(calls) { first, _ in first })
    case .start, .path, .process, .resident, .residentRanges, .limits, .stack, .text, .module:
      return nil
    }
  }
}

extension RecordedAnswer {
  /// Nil for a frame that is no answer.
  fileprivate init?(
    _ type: RecordingFormat.FrameType, _ from: inout FrameCursor
  ) throws(FrameDefect) {
    switch type {
    case .path:
      let identity = try from.identity()
      self = .path(identity, try from.text())
    case .process:
      let process = ProcessID(try from.number(UInt32.self))
      let executable = try from.optionalText()
      self = .process(
        process, ProcessIdentity(executable: executable, cgroup: try from.optionalText()))
    case .resident:
      let process = ProcessID(try from.number(UInt32.self))
      self = .resident(process, try from.optionalNumber())
    case .residentRanges:
      let digest = try from.number()
      self = .residentRanges(digest: digest, try from.optionalNumber())
    case .limits:
      let process = ProcessID(try from.number(UInt32.self))
      let numbers = try from.list { (from) throws(FrameDefect) in try from.optionalNumber() }
      self = .limits(process, numbers)
    case .stack:
      let id = try from.callPathID()
      let space = SpaceKey(try from.number())
      let canonical = try from.callPathID()
      self = .callPath(
        CallPathResolver.Resolved(
          id: id, space: space, canonical: canonical, stack: try from.stack()))
    case .text:
      let name = try from.text()
      let text = try from.optionalText()
      self = .text(of: name, text, errno: Int32(bitPattern: try from.number(UInt32.self)))
    case .module:
      let path = try from.text()
      self = .module(path: path, buildID: Array(try from.raw()))
    case .start, .window, .joined, .mending, .viewed, .lost, .relisted, .auditBegan, .auditEnded,
      .judged, .reported, .dumped, .finished, .marked, .callsEnded:
      return nil
    }
  }
}

extension FrameCursor {
  mutating func instant() throws(FrameDefect) -> KernelInstant {
    KernelInstant(nanoseconds: try number())
  }

  mutating func optionalText() throws(FrameDefect) -> String? {
    try optional { (from) throws(FrameDefect) in try from.text() }
  }

  mutating func optionalNumber() throws(FrameDefect) -> UInt64? {
    try optional { (from) throws(FrameDefect) in try from.number() }
  }

  mutating func texts() throws(FrameDefect) -> [String] {
    try list { (from) throws(FrameDefect) in try from.text() }
  }

  mutating func start() throws(FrameDefect) -> StartFacts {
    let wireVersion = try number(UInt16.self)
    let version = try text()
    let began = try instant()
    let wall = try text()
    let wallNanoseconds = unzigzag(try number())
    let host = try text()
    let kernel = try text()
    let architecture = try text()
    let ownProcess = ProcessID(try number(UInt32.self))
    let scope: StartFacts.Scope
    switch try number() {
    case 0: scope = .system
    case 1:
      scope = .processes(
        try list { (from) throws(FrameDefect) in ProcessID(try from.number(UInt32.self)) })
    case 2:
      let words = try texts()
      scope = .command(words, ProcessID(try number(UInt32.self)))
    case 3: scope = .name(try text())
    case 4: scope = .cgroup(path: try text())
    default: throw FrameDefect()
    }
    let hooks = try list { (from) throws(FrameDefect) in
      let name = try from.text()
      return StartFacts.Hook(name: name, kind: try from.text())
    }
    let pageBytes = try number()
    let hugePageBytes = try number()
    guard pageBytes.isPowerOfTwo, hugePageBytes.isPowerOfTwo else { throw FrameDefect() }
    let reportsSpaceEnd = try flag()
    let devices = try list { (from) throws(FrameDefect) in try from.number(UInt32.self) }
    let stacks = try text()
    let stackBytes = try number()
    return StartFacts(
      wireVersion: wireVersion, version: version, began: began, wall: wall,
      wallNanoseconds: wallNanoseconds, host: host, kernel: kernel, architecture: architecture,
      ownProcess: ownProcess, scope: scope, hooks: hooks, pageBytes: pageBytes,
      hugePageBytes: hugePageBytes, reportsSpaceEnd: reportsSpaceEnd,
      sharedMemoryDevices: devices, stacks: stacks, stackBytes: stackBytes,
      auditEvery: try optionalNumber())
  }

  mutating func lists(_ texts: inout TextTable) throws(FrameDefect) -> JoinedLists {
    let when = try instant()
    let reason: SnapshotReason
    switch try number() {
    case 0: reason = .unknown
    case 1: reason = .execed(try instant())
    case 2: reason = .forked
    case 3: reason = .unsure
    case 4: reason = .lost
    default: throw FrameDefect()
    }
    var spaces: [(space: SpaceSnapshot, tasks: [ListedTask])] = []
    let count = try number()
    for _ in 0..<count {
      let space = try space(&texts)
      spaces.append((space, try list { (from) throws(FrameDefect) in try from.task() }))
    }
    return JoinedLists(at: when, reason: reason, spaces: spaces)
  }

  mutating func space(_ texts: inout TextTable) throws(FrameDefect) -> SpaceSnapshot {
    let key = SpaceKey(try number())
    let totals = try totals()
    var files: [SpaceSnapshot.Area.File] = []
    let fileCount = try number()
    for _ in 0..<fileCount {
      let identity = try identity()
      files.append(
        SpaceSnapshot.Area.File(identity: identity, path: texts.intern(try raw()), offset: 0))
    }
    var reached: UInt64 = 0
    let areas = try list { (from) throws(FrameDefect) in
      let start = reached &+ UInt64(bitPattern: unzigzag(try from.number()))
      let (end, overflow) = start.addingReportingOverflow(try from.number())
      // The tables need areas in ascending order, without overlap.
      guard !overflow, start >= reached, end > start else { throw FrameDefect() }
      reached = end
      var area = SpaceSnapshot.Area(
        range: AddressRange(start: start, end: end), protection: Protection())
      area.flags = try from.number()
      area.hugePageBytes = try from.number()
      let file = try from.number()
      if file > 0 {
        guard file <= UInt64(files.count) else { throw FrameDefect() }
        area.file = files[Int(file) - 1]
        area.file?.offset = try from.number()
      }
      return area
    }
    return SpaceSnapshot(key: key, totals: totals, areas: areas)
  }

  mutating func identity() throws(FrameDefect) -> FileIdentity {
    let device = try number(UInt32.self)
    let generation = try number(UInt32.self)
    return FileIdentity(device: device, inode: try number(), generation: generation)
  }

  mutating func task() throws(FrameDefect) -> ListedTask {
    let space = SpaceKey(try number())
    let process = ProcessID(try number(UInt32.self))
    let thread = ThreadID(try number(UInt32.self))
    let parent = ProcessID(try number(UInt32.self))
    let low = try number()
    let high = try number()
    let stackPointer = try number()
    return ListedTask(
      space: space, process: process, thread: thread, parent: parent,
      name: ThreadName(low: low, high: high), stackPointer: stackPointer, totals: try totals())
  }

  mutating func totals() throws(FrameDefect) -> SpaceTotals {
    let totalPages = try number()
    let startBreak = try number()
    let currentBreak = try number()
    let startStack = try number()
    let vdso = try number()
    let mapCount = try number(UInt32.self)
    return SpaceTotals(
      totalPages: totalPages, startBreak: startBreak, currentBreak: currentBreak,
      startStack: startStack, vdso: vdso, mapCount: mapCount, isCompat: try flag())
  }

  mutating func callPathID() throws(FrameDefect) -> CallPathID {
    CallPathID(Int32(bitPattern: try number(UInt32.self)))
  }

  mutating func stack() throws(FrameDefect) -> CallPath {
    let incomplete = try optionalText()
    let frames = try list { (from) throws(FrameDefect) in
      var frame = StackFrame(address: try from.number())
      frame.function = try from.optionalText()
      frame.module = try from.optionalText()
      frame.offset = try from.optionalNumber()
      frame.file = try from.optionalText()
      frame.line = try from.optionalNumber().map { Int(unzigzag($0)) }
      frame.isInlined = try from.flag()
      frame.unresolved = try from.optionalText().flatMap { UnresolvedReason(rawValue: $0) }
      return frame
    }
    // A newer version can have written a reason that is unknown here.
    return CallPath(
      frames: frames,
      incomplete: incomplete.map { IncompleteReason(rawValue: $0) ?? .unreadable })
  }
}

extension UInt64 {
  fileprivate var isPowerOfTwo: Bool { self != 0 && self & (self &- 1) == 0 }
}
