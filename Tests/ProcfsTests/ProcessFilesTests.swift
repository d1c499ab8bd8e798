// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Glibc
import MappingEvents
import Procfs
import Testing

@Suite("The files of a process that is there, and of one that is not") struct ProcessFilesTests {
  private let own = ProcessFiles(ProcessID(UInt32(getpid())))
  /// Beyond the largest process id that Linux allows.
  private let gone = ProcessFiles(ProcessID(1 << 30))

  @Test("this process is there, owns itself and has a parent, a name and a program")
  func itself() throws {
    #expect(own.exists)
    #expect(own.owner == own.process)
    #expect(own.parent == ProcessID(UInt32(getppid())))
    #expect(own.name?.isEmpty == false)
    #expect(own.executable?.hasPrefix("/") == true)
    #expect(own.commandLine?.isEmpty == false)
    #expect(own.cgroup?.hasPrefix("/") == true)
    #expect(try #require(own.residentBytes) > 1 << 20)
  }

  @Test("this process's areas are as many as its maps has lines, and hold a page that it mapped")
  func areas() throws {
    let page = mmap(nil, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    defer { munmap(page, 4096) }
    var texts = TextTable()
    let areas = try #require(own.areas(texts: &texts))
    let address = UInt64(UInt(bitPattern: page))
    #expect(areas.contains { $0.range.contains(address) })
    #expect(abs(areas.count - (own.areaCount ?? 0)) < 20)
  }

  @Test("a page that was touched is resident, one that was not is not")
  func resident() throws {
    let pageBytes = Int(MachineFacts.pageBytes)
    let bytes = 64 * pageBytes
    let memory = try #require(
      mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(memory, bytes) }
    madvise(memory, bytes, MADV_NOHUGEPAGE)
    for page in 0..<16 { memory.storeBytes(of: 1, toByteOffset: page * pageBytes, as: UInt8.self) }
    let range = AddressRange(start: UInt64(UInt(bitPattern: memory)), length: UInt64(bytes))
    #expect(own.residentBytes(of: [range]) == UInt64(16 * pageBytes))
    #expect(own.residentBytes(of: []) == 0)
  }

  @Test("a process that is not there has nothing")
  func nothing() {
    var texts = TextTable()
    #expect(!gone.exists)
    #expect(gone.owner == nil && gone.parent == nil && gone.name == nil)
    #expect(gone.executable == nil && gone.commandLine == nil && gone.cgroup == nil)
    #expect(gone.residentBytes == nil && gone.areas(texts: &texts) == nil)
    #expect(gone.areaCount == nil && gone.addressSpaceLimit == nil)
    #expect(gone.residentBytes(of: [AddressRange(start: 0, end: 4096)]) == nil)
  }

  @Test("a file that cannot be read is named, with the reason")
  func reason() {
    #expect(throws: ProcfsError.unreadable(path: "/proc/1073741824/statm", errno: ENOENT)) {
      try gone.contents("statm")
    }
  }

  @Test("a file of another shape is named, with what was expected")
  func shape() {
    let expected = UnexpectedText(in: "comm", line: 1, expected: "a number")
    #expect(
      throws: ProcfsError.unexpected(path: "/proc/\(own.process.raw)/comm", expected)
    ) {
      try own.read("comm") { text throws(UnexpectedText) in
        try ProcText.number("no \(text)", in: "comm")
      }
    }
  }

  @Test("a thread that is gone removes nothing any more, and neither does this one, which reads")
  func waiting() throws {
    #expect(ProcessFiles.isWaitingElsewhere(ThreadID(1 << 30)))
    // The link leads to PID/task/TID.
    var bytes = [CChar](repeating: 0, count: 64)
    #expect(readlink("/proc/thread-self", &bytes, 63) > 0)
    let words = String(
      decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self
    )
    .split(separator: "/")
    let thread = try #require(words.last.flatMap { UInt32($0) })
    #expect(ProcessFiles.isWaitingElsewhere(ThreadID(thread)))
  }
}
