// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite struct MeminfoBreakdownTests {
  private func process(_ pid: Int32, anonymous: UInt64, virtual: UInt64 = 1, start: UInt64 = 7)
    -> ProcessSize
  {
    ProcessSize(
      pid: pid, name: "p\(pid)", startTicks: start, threads: 1, virtual: virtual,
      anonymous: anonymous)
  }

  @Test("the process behind the growth is in the command to run next")
  func suspect() throws {
    var before = try machine(["AnonPages": 1_000_000])
    var now = try machine(["AnonPages": 1_100_000], atSeconds: 60)
    before.processes = [process(1, anonymous: gibibyte), process(2, anonymous: mebibyte)]
    now.processes = [process(1, anonymous: gibibyte), process(2, anonymous: 90 * mebibyte)]
    let row = MeminfoReport(first: before, current: now).row(.anonymous)
    #expect(row?.next.command == "sudo bpfleak --pid 2")
  }

  @Test("the one that grew most is named even if three others are larger")
  func fastest() throws {
    var before = try machine(["AnonPages": 1])
    var now = try machine(["AnonPages": 1], atSeconds: 60)
    let large = (1...3).map { process($0, anonymous: gibibyte - UInt64($0)) }
    before.processes = large + [process(9, anonymous: mebibyte)]
    now.processes = large + [process(9, anonymous: 3 * mebibyte)]
    let details = MeminfoReport(first: before, current: now).row(.anonymous)?.details ?? []
    #expect(details.map(\.label) == ["p1 (1)", "p2 (2)", "p9 (9)"])
    #expect(details.map(\.delta) == [0, 0, Int64(2 * mebibyte)])
  }

  @Test("a new process that got the number of an old one began at nothing")
  func reusedPid() throws {
    var before = try machine(["AnonPages": 1])
    var now = try machine(["AnonPages": 1], atSeconds: 60)
    before.processes = [process(5, anonymous: 50 * mebibyte, start: 7)]
    now.processes = [process(5, anonymous: 60 * mebibyte, start: 8)]
    let detail = MeminfoReport(first: before, current: now).row(.anonymous)?.details.first
    #expect(detail?.delta == Int64(60 * mebibyte))
  }

  @Test("shared memory leads to the mount that has most of it, or to processes if none has")
  func sharedMemory() throws {
    var now = try machine(["Shmem": 1_048_576])
    let bare = MeminfoReport(current: now).row(.sharedMemory)
    #expect(bare?.next.command.contains("RssShmem") == true)
    now.tmpfs = [
      TmpfsUsage(mountPoint: "/run", bytes: mebibyte),
      TmpfsUsage(mountPoint: "/dev/my shm", bytes: 900 * mebibyte),
    ]
    let row = MeminfoReport(current: now).row(.sharedMemory)
    #expect(row?.next.command == "sudo du -ahx '/dev/my shm' | sort -h | tail")
    #expect(row?.details.map(\.label) == ["/dev/my shm", "/run"])
  }

  @Test("slab caches that are not for this user to see are missing for that reason")
  func slabsNotPermitted() throws {
    var now = try machine(["SUnreclaim": 1000, "SReclaimable": 1000])
    now.slabs = .unknown(because: .notPermitted)
    #expect(MeminfoReport(current: now).row(.slabUnreclaimable)?.missingDetails == .notPermitted)
    now.slabs = .known([
      SlabCache(name: "dentry", bytes: 700, objects: 7),
      SlabCache(name: "kmalloc-4k", bytes: 600, objects: 6),
    ])
    let report = MeminfoReport(current: now)
    #expect(report.row(.slabUnreclaimable)?.details.map(\.label) == ["kmalloc-4k"])
    #expect(report.row(.slabReclaimable)?.details.map(\.label) == ["dentry"])
    #expect(report.row(.slabReclaimable)?.missingDetails == nil)
  }

  @Test(
    "what the growing slab cache stands for decides where to look",
    arguments: [
      ("vm_area_struct", "sudo bpfleak"), ("kmalloc-1k", "sudo memleak-bpfcc 60 1"),
      ("filp", "sudo slabtop -o -s c | head -20"),
    ])
  func slabSuspect(cache: String, command: String) throws {
    var before = try machine(["SUnreclaim": 100_000])
    var now = try machine(["SUnreclaim": 200_000], atSeconds: 60)
    let large = SlabCache(name: "sock_x", bytes: 90 * mebibyte, objects: 1)
    before.slabs = .known([large, SlabCache(name: cache, bytes: mebibyte, objects: 1)])
    now.slabs = .known([large, SlabCache(name: cache, bytes: 80 * mebibyte, objects: 1)])
    let row = MeminfoReport(first: before, current: now).row(.slabUnreclaimable)
    #expect(row?.next.command == command)
  }

  @Test("memory that goes away leads to the item that took it")
  func taker() throws {
    let before = try machine(["SUnreclaim": 100_000, "AnonPages": 3_000_000])
    let now = try machine(["SUnreclaim": 300_000, "AnonPages": 3_100_000], atSeconds: 60)
    let row = MeminfoReport(first: before, current: now).row(.available)
    #expect(row?.next.tells.hasPrefix("SUnreclaim grew most: ") == true)
    let single = MeminfoReport(current: now).row(.available)
    #expect(single?.next.tells.hasPrefix("AnonPages is largest: ") == true)
  }

  @Test("a kernel with an allocation profile answers for slab and for the rest by line of code")
  func allocationProfile() throws {
    var now = try machine(["SUnreclaim": 1000])
    now.hasAllocationProfile = true
    now.slabs = .known([SlabCache(name: "kmalloc-4k", bytes: 600, objects: 6)])
    let report = MeminfoReport(current: now)
    for item in [MeminfoItem.slabUnreclaimable, .unaccounted] {
      #expect(report.row(item)?.next.command == "sudo sort -rn /proc/allocinfo | head -20")
    }
  }

  @Test("every item says what it holds in a column's width, and has a command in a line's")
  func words() throws {
    let report = MeminfoReport(current: try sample(capture("meminfo-6.18-idle")))
    for item in MeminfoItem.allCases {
      #expect(item.holds.count <= 36, "\(item)")
      #expect(item.name.count <= 17, "\(item)")
      #expect(item.meaning.hasSuffix("."), "\(item)")
    }
    for row in report.rows { #expect(row.next.command.count <= 91, "\(row.item)") }
  }
}
