// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite struct MeminfoAccountTests {
  @Test(
    "what is accounted, the rest and what is free add up to MemTotal",
    arguments: ["meminfo-6.18-idle", "meminfo-5.15-leak-before", "meminfo-5.15-leak-after"])
  func addsUp(name: String) throws {
    let report = MeminfoReport(current: try sample(capture(name)))
    #expect(report.groups.reduce(0) { $0 + $1.size } == report.total)
  }

  @Test("the rest of an idle 6.18 machine is a thousandth of its memory")
  func idleRest() throws {
    let report = MeminfoReport(current: try sample(capture("meminfo-6.18-idle")))
    #expect(report.row(.unaccounted)?.size == 32_664 * 1024)
  }

  @Test("shared memory is not counted again in the page cache it is part of")
  func sharedMemory() throws {
    let report = MeminfoReport(
      current: try machine(["MemFree": 8_388_608, "Cached": 3000, "Shmem": 1000, "Buffers": 5]))
    #expect(report.row(.pageCache)?.size == 2005 * 1024)
    #expect(report.row(.sharedMemory)?.size == 1000 * 1024)
    #expect(report.row(.unaccounted)?.size == (8_388_608 - 3005) * 1024)
  }

  @Test("kernel stacks are taken out of the vmalloc memory they lie in")
  func stacksInVmalloc() throws {
    let report = MeminfoReport(
      current: try machine(["VmallocUsed": 900, "KernelStack": 600, "ShadowCallStack": 100]))
    #expect(report.row(.vmalloc)?.size == 200 * 1024)
    #expect(report.row(.kernelStacks)?.size == 600 * 1024)
  }

  @Test("stacks outside of vmalloc leave it at nothing, never below")
  func stacksOutsideVmalloc() throws {
    let report = MeminfoReport(current: try machine(["VmallocUsed": 500, "KernelStack": 600]))
    #expect(report.row(.vmalloc)?.size == 0)
  }

  @Test("a page that is mapped and in the swap cache is counted once, by what the LRU lists know")
  func swapCacheOverlap() throws {
    let report = MeminfoReport(current: try sample(capture("meminfo-5.15-leak-after")))
    #expect(report.row(.swapCache)?.size == 80_000 * 1024)
  }

  @Test("huge pages are counted by total and size where there is no Hugetlb field")
  func hugePages() throws {
    let report = MeminfoReport(
      current: try machine([
        "HugePages_Total": 10, "HugePages_Free": 6, "HugePages_Rsvd": 2, "Hugepagesize": 2048,
      ]))
    #expect(report.row(.hugePages)?.size == 20 * mebibyte)
    #expect(report.row(.unusedHugePages)?.size == 8 * mebibyte)
  }

  @Test("compressed pages are zswap's as far as it says so, and zram's beyond")
  func compressed() throws {
    var current = try machine(["Zswap": 1024])
    current.vmstat = VirtualMemoryCounters(parsing: "nr_zspages 1024\noom_kill 0", pageSize: 4096)
    let report = MeminfoReport(current: current)
    #expect(report.row(.zswap)?.size == mebibyte)
    #expect(report.row(.zram)?.size == 3 * mebibyte)
  }

  @Test("free pages parked per CPU are free, not unaccounted")
  func perCPUFree() throws {
    var current = try machine(["MemFree": 8_388_608, "AnonPages": 8_388_000])
    current.perCPUFree = .known(608 * 1024)
    let report = MeminfoReport(current: current)
    #expect(report.row(.unaccounted)?.size == 0)
    #expect(report.groups.last?.size == (8_388_608 + 608) * 1024)
  }

  @Test("counters that exceed the memory leave a rest of nothing, and a note by how much")
  func overcount() throws {
    let report = MeminfoReport(
      current: try machine(["MemFree": 8_388_608, "AnonPages": 8_398_608]))
    #expect(report.row(.unaccounted)?.size == 0)
    #expect(report.notes.contains(.overcounted(bytes: 10_000 * 1024)))
  }

  @Test("what the kernel does not count has no row, and a note says where it is")
  func missingCounters() throws {
    let report = MeminfoReport(current: try sample(capture("meminfo-5.15-leak-after")))
    #expect(report.row(.secondaryPageTables) == nil)
    #expect(report.row(.zswap) == nil)
    #expect(report.notes == [.notCounted(field: "SecPageTables", since: "6.1")])
  }

  @Test("a field of a later kernel is named in a note, unless it is zero")
  func unknownFields() throws {
    let report = MeminfoReport(current: try machine(["NewThing": 8, "NewNothing": 0]))
    #expect(report.notes.contains(.unknownField(name: "NewThing", value: 8192, isBytes: true)))
    #expect(!report.notes.contains { "\($0)".contains("NewNothing") })
  }
}
