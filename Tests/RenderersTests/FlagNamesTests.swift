// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Renderers

@Suite struct FlagNamesTests {
  @Test(
    "map flags have the names of the contract",
    arguments: [
      (.private, ["private"]), (.shared, ["shared"]), (MapFlags(rawValue: 3), ["shared"]),
      ([.private, .anonymous], ["private", "anonymous"]),
      (
        [
          .private, .anonymous, .fixed, .fixedNoReplace, .stack, .noReserve, .growsDown, .hugeTLB,
          .locked, .populate,
        ],
        [
          "private", "anonymous", "fixed", "fixed_noreplace", "stack", "noreserve", "growsdown",
          "hugetlb", "locked", "populate",
        ]
      ),
      (MapFlags(rawValue: 0x8000_0002), ["private"]),
    ] as [(MapFlags, [String])])
  func mapFlags(flags: MapFlags, names: [String]) {
    #expect(flags.names == names)
  }

  @Test("clone flags have the names of linux/sched.h; the exit signal is none of them")
  func cloneFlags() {
    #expect(CloneFlags(rawValue: 17).names.isEmpty)
    #expect(
      CloneFlags(rawValue: 0x3d_0f00).names == [
        "vm", "fs", "files", "sighand", "thread", "sysvsem", "settls", "parent_settid",
        "child_cleartid",
      ])
    #expect(CloneFlags(rawValue: 0x4100 | 17).names == ["vm", "vfork"])
    #expect(CloneFlags(rawValue: 0x3_0000_0000).names == ["clear_sighand", "into_cgroup"])
  }

  @Test("no two clone flags share a name")
  func distinct() {
    let names = CloneFlags(rawValue: .max).names
    #expect(names.count == 25 && Set(names).count == 25)
  }

  @Test("a protection is three letters, whatever else the bits say")
  func protections() {
    let words = (0..<8 as Range<UInt8>).map { "\(Protection(rawValue: $0).word)" }
    #expect(words == ["---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx"])
    #expect("\(Protection(rawValue: 0x83).word)" == "rw-")
  }
}
