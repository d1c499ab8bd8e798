// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import Procfs
import Testing

@Suite("The text of /proc/PID/maps") struct MapsTextTests {
  private let list = """
    5581a0000000-5581a0004000 r-xp 00002000 08:01 4711                       /usr/bin/a b
    5581a1000000-5581a1021000 rw-p 00000000 00:00 0                          [heap]
    7f0000000000-7f0000001000 ---s 00001000 103:00005 9                      /x\\012y (deleted)
    7f0000002000-7f0000003000 rw-p 00000000 00:00 0 
    7f0000004000-7f0000005000 rw-s 00000000 00:05 32769                      /SYSV00000000 (deleted)
    7f0000006000-7f0000007000 rw-s 00000000 00:01 1025                       /dev/zero (deleted)
    7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
    7ffc00100000-7ffc00102000 r-xp 00000000 00:00 0                          [vdso]
    ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]

    """

  private func lines(_ text: String) throws(UnexpectedText) -> [MapsLine] {
    try ProcText.lines(maps: Array(text.utf8))
  }

  @Test("a line gives the range, the protection, the file and the offset")
  func file() throws {
    let line = try #require(try lines(list).first)
    #expect(line.range == AddressRange(start: 0x5581_a000_0000, end: 0x5581_a000_4000))
    #expect(line.protection == [.read, .execute] && !line.isShared)
    #expect(line.offset == 0x2000 && line.inode == 4711 && line.device == 8 << 20 | 1)
    #expect(String(decoding: line.path, as: UTF8.self) == "/usr/bin/a b")
  }

  @Test("an escaped newline in a path is a newline, and a device number has 12 and 20 bits")
  func escapedPath() throws {
    let line = try lines(list)[2]
    #expect(String(decoding: line.path, as: UTF8.self) == "/x\ny (deleted)")
    #expect(line.device == 0x103 << 20 | 5)
  }

  @Test("areas know what is special, shared, a segment or a file, and vsyscall is none")
  func areas() throws {
    var texts = TextTable()
    let areas = ProcText.areas(try lines(list), texts: &texts)
    #expect(areas.count == 8)
    #expect(areas.map { $0.file != nil } == [true, false, true, false, true, true, false, false])
    #expect(areas.map(\.isSpecial) == Array(repeating: false, count: 7) + [true])
    #expect(areas.indices.filter { areas[$0].isSegment } == [4])
    #expect(areas.indices.filter { areas[$0].isAnonymousShared } == [5])
    #expect(areas[2].file.map { texts[$0.path] } == "/x\ny (deleted)")
  }

  @Test("totals have the break, the stack and the vdso, and count all areas but vsyscall")
  func totals() throws {
    let totals = ProcText.totals(try lines(list), pageBytes: 4096)
    #expect(totals.startBreak == 0x5581_a100_0000 && totals.currentBreak == 0x5581_a102_1000)
    #expect(totals.startStack == 0x7ffc_0002_1000 - 8 && totals.vdso == 0x7ffc_0010_0000)
    #expect(totals.mapCount == 8)
    #expect(totals.totalPages == 4 + 33 + 1 + 1 + 1 + 1 + 33 + 2)
  }

  @Test("a file that is named like the heap is no heap")
  func misnamed() throws {
    let totals = ProcText.totals(
      try lines("1000-2000 rw-p 00000000 08:01 7 /tmp/[heap]\n"), pageBytes: 4096)
    #expect(totals.startBreak == 0 && totals.currentBreak == 0)
  }

  @Test("no text is no area")
  func empty() throws {
    #expect(try lines("") == [])
    #expect(try lines("\n\n") == [])
    #expect(ProcText.totals([], pageBytes: 0) == SpaceTotals())
  }

  @Test(
    "a line of another shape is named by its number",
    arguments: [
      "x", "1000-2000", "1000-2000 rw-p 0 00:00", "1000 rw-p 0 00:00 0", "2000-1000 rw-p 0 0:0 0",
      "1000-2000 rw 0 00:00 0", "1000-2000 rw-p 0 0 0", "1000-2000 rw-p 0 1000:0 0",
      "1000-2000 rw-p 0 0:100000 0", "1000-2000 rw-p 0 0:0 99999999999999999999",
      "10000000000000000-2 rw-p 0 0:0 0", "-- rw-p 0 0:0 0",
    ])
  func malformed(line: String) {
    #expect(
      throws: UnexpectedText(
        in: "maps", line: 2, expected: "start-end perms offset major:minor inode")
    ) {
      try lines("1000-2000 rw-p 00000000 00:00 0\n\(line)\n")
    }
  }

  @Test("sizes that no address space has are no trap")
  func huge() throws {
    let line = "0-ffffffffffffffff rwxp ffffffffffffffff fff:fffff 18446744073709551615 x\n"
    let totals = ProcText.totals(try lines(line + line), pageBytes: 1)
    #expect(totals.totalPages == .max)
    #expect(
      ProcText.totals(try lines("0-4 rw-p 0 0:0 0 [stack]"), pageBytes: 4096).startStack == 0)
  }
}
