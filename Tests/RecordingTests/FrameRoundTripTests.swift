// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Pipeline
import Symbolization
import Testing

@testable import Recording

@Suite struct FrameRoundTripTests {
  private static let when = KernelInstant(nanoseconds: 1_784_512_345_678)

  private static let totals = SpaceTotals(
    totalPages: 812, startBreak: 0x55_0000, currentBreak: 0x57_1000, startStack: 0x7ffe_1234,
    vdso: 0x7ffe_9000, mapCount: 31, isCompat: true)

  private static let task = ListedTask(
    space: SpaceKey(0xffff_8881_0000_1234), process: ProcessID(4_194_303), thread: ThreadID(77),
    parent: ProcessID(1), name: ThreadName("worker/0 \u{1b}x"), stackPointer: .max, totals: totals)

  private static func lists(_ texts: inout TextTable) -> JoinedLists {
    let library = FileIdentity(device: 0xfd_0001, inode: 1_234_567, generation: 9)
    let path = texts.intern("/usr/lib/libc.so.6")
    var areas = (0..<4).map { index in
      SpaceSnapshot.Area(
        range: AddressRange(start: 0x7f00_0000 + UInt64(index) << 16, length: 0x3000),
        protection: Protection(rawValue: UInt8(index + 1)),
        file: .init(identity: library, path: path, offset: UInt64(index) << 12))
    }
    areas.append(
      SpaceSnapshot.Area(
        range: AddressRange(start: 0x7fff_0000_0000, end: .max), protection: [], isShared: true,
        isSpecial: true, growsDown: true, isSegment: true, isAnonymousShared: true,
        hugePageBytes: 2 << 20))
    return JoinedLists(
      at: when, reason: .execed(KernelInstant(nanoseconds: 3)),
      spaces: [
        (SpaceSnapshot(key: SpaceKey(77), totals: totals, areas: areas), [task, task]),
        (SpaceSnapshot(key: SpaceKey(.max), totals: SpaceTotals(), areas: []), []),
      ])
  }

  private static let stack = CallPath(
    frames: [
      StackFrame(
        address: 0x7f00_0000_1234, function: "operator new(unsigned long)",
        module: "/usr/lib/libstdc++.so.6", offset: 0x1234, file: "new_op.cc", line: 50,
        isInlined: true),
      StackFrame(address: 1, unresolved: .fileGone),
    ], incomplete: .copyTooShort)

  @Test("every frame is read as it was written, including its texts")
  func all() throws {
    var texts = TextTable()
    let lists = Self.lists(&texts)
    let when = Self.when
    let inputs: [PipelineInput] = [
      .windowBegan, .joined(lists), .mending, .viewed(SpaceKey(5), at: when),
      .lost(
        LossNote(
          at: when, total: 9, count: 4, spaces: [SpaceKey(1), SpaceKey(.max)], isComplete: false)),
      .relisted([Self.task], at: when), .auditBegan,
      .auditEnded(checked: 10_000, spaces: 3, at: when), .judged(at: when), .reported(at: when),
      .callsEnded([ThreadID(7): 12]), .dumped(at: when), .marked(at: when),
      .finished(at: KernelInstant(nanoseconds: .max)),
    ]
    let answers: [RecordedAnswer] = [
      .path(FileIdentity(device: 1, inode: .max, generation: 3), "/tmp/a b\n(deleted)"),
      .process(ProcessID(3), ProcessIdentity(executable: "/bin/sh")),
      .process(ProcessID(4), ProcessIdentity(cgroup: "/system.slice")),
      .resident(ProcessID(3), 4096), .resident(ProcessID(4), nil),
      .residentRanges(digest: .max, 0), .residentRanges(digest: 1, nil),
      .callPath(
        CallPathResolver.Resolved(
          id: CallPathID(7), space: SpaceKey(8), canonical: CallPathID(2), stack: Self.stack)),
      .limits(ProcessID(9), [nil, 65530, .max, nil, 0]),
      .text(of: "/proc/meminfo", "MemTotal: 1 kB\n", errno: 0),
      .text(of: "/proc/slabinfo", nil, errno: 13),
      .module(path: "/bin/true", buildID: Array(0..<20)),
    ]
    let frames = inputs.map { RecordingFrame.input($0) } + answers.map { .answer($0) }
    let read = try items(in: recording(frames, texts: texts))
    #expect(read == frames.map { .frame(describe($0, texts)) })
  }

  @Test(
    "the start facts are read as they were written, for every scope",
    arguments: [
      StartFacts.Scope.system, .processes([ProcessID(1), ProcessID(2)]), .name("redis-server"),
      .cgroup(path: "/sys/fs/cgroup/a"), .command(["make", "-j", "8"], ProcessID(31108)),
    ])
  func start(scope: StartFacts.Scope) throws {
    var told = facts
    told.scope = scope
    var writer = RecordingWriter(told)
    writer.closeBlock()
    let file = writer.finished
    try file.withUnsafeBytes { bytes in
      var reader = try RecordingReader(bytes)
      var texts = TextTable()
      guard case .frame(.start(let read))? = reader.next(texts: &texts) else {
        Issue.record("no start facts")
        return
      }
      #expect(read == told)
    }
  }

  @Test("a frame of an unknown type is skipped")
  func unknown() throws {
    let payload: [UInt8] = [0xbf, 3, 1, 2, 3, 0x89, 1, 9]
    let known = describe(.input(.judged(at: KernelInstant(nanoseconds: 9))), TextTable())
    #expect(try items(in: forged(block: payload)) == [.frame(known)])
  }

  @Test("an answer is recognized before it is read")
  func answers() throws {
    let file = recording([
      .input(.judged(at: Self.when)), .answer(.resident(ProcessID(1), 2)),
      .input(.judged(at: Self.when)),
    ])
    try file.withUnsafeBytes { bytes in
      var reader = try RecordingReader(bytes)
      var texts = TextTable()
      var isFollowed: [Bool] = []
      while reader.next(texts: &texts) != nil { isFollowed.append(reader.nextIsAnswer()) }
      #expect(isFollowed == [false, true, false, false])
    }
  }
}
