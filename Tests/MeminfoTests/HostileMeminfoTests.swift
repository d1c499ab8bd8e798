// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite("Texts about the machine that no kernel writes") struct HostileMeminfoTests {
  @Test("numbers that no machine has give the largest size, and no trap")
  func huge() throws {
    let most = String(UInt64.max)
    let counters = VirtualMemoryCounters(
      parsing: "nr_zspages \(most)\nnr_memmap_pages \(most)\noom_kill \(most)", pageSize: 4096)
    #expect(counters.compressed == .max && counters.memmap == .max)
    #expect(counters.outOfMemoryKills == .max)
    #expect(VirtualMemoryCounters.perCPUFree(zoneinfo: "count: \(most)", pageSize: 4096) == .max)
    #expect(
      VirtualMemoryCounters.socketBuffers(sockstat: "TCP: mem \(most)", pageSize: 4096) == .max)
    #expect(VirtualMemoryCounters.pressure("some avg10=\(most).99") == nil)
    let slabs = SlabCache.parse(
      slabinfo: "a \(most) 1 1 1 \(most) : tunables 0 0 0 : slabdata 1 \(most) 0", pageSize: 4096)
    #expect(slabs == [SlabCache(name: "a", bytes: .max, objects: .max)])
    let stat = "7 (a) S 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 3 0 5000 \(most) 700 0 0"
    let process = ProcessSize(stat: stat, statm: "\(most) \(most) 1", pageSize: 4096)
    #expect(process?.virtual == .max && process?.anonymous == .max)
    #expect(throws: MeminfoFields.ParseFailure.missing(field: "MemTotal")) {
      try MeminfoFields(parsing: "MemTotal: \(most) kB\nMemFree: 1 kB")
    }
  }

  @Test("a line of /proc/PID/cgroup has three parts, and its path may hold colons")
  func controlGroup() {
    let lines = ControlGroupLine.parse(cgroup: "12:cpu,memory:/a:b\n0::/c\nx\n\n1:name=systemd:/\n")
    #expect(lines.map(\.path) == ["/a:b", "/c", "/"])
    #expect(lines.map(\.isVersion2) == [false, true, false])
    #expect(lines.first?.controllers == ["cpu", "memory"])
    #expect(ControlGroupLine.parse(cgroup: "") == [])
  }

  @Test("damaged texts of every kind are read to their end")
  func damaged() throws {
    var random = SplitMix64(state: 23)
    let texts =
      [capture("meminfo-6.18-idle")] + [
        "25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw,size=1\n1 2 0:1 /a\\040b /c rw - cgroup2 x memory\n",
        "kmalloc-4k 1200 1216 4096 8 8 : tunables 0 0 0 : slabdata 152 152 0\n",
        "812 (a) (b c) S 1 812 812 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 13 0 5000 305147904 700\n",
        "some avg10=12.34 avg60=0.00\nfull avg10=0.00\n", "12:memory:/a/b\n0::/c\n",
        "key shmid\n 0 0 1600 4194304 100 101 2 0 0 0 0 1 0 1 8192 0\n", "0.08 0.02 0.01 1/85 3273",
      ]
    for _ in 0..<20_000 {
      var bytes = Array(texts[random.below(texts.count)].utf8)
      for _ in 0...random.below(4) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        let end = min(bytes.count, place + random.below(20))
        switch random.below(3) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.replaceSubrange(place..<end, with: "18446744073709551615".utf8)
        default: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try? MeminfoFields(parsing: text)
      _ = VirtualMemoryCounters(parsing: text, pageSize: 4096)
      _ = VirtualMemoryCounters.perCPUFree(zoneinfo: text, pageSize: 4096)
      _ = VirtualMemoryCounters.socketBuffers(sockstat: text, pageSize: 4096)
      _ = VirtualMemoryCounters.pressure(text)
      _ = SlabCache.parse(slabinfo: text, pageSize: 4096)
      _ = ProcessSize(stat: text, statm: text, pageSize: 4096)
      _ = TmpfsUsage.systemVShared(sysvipc: text)
      _ = KernelLimits(
        overcommitMemory: text, loadavg: text, threadsMax: text, pidMax: text, fileNr: text)
      _ = CgroupMemory.limit(text)
      // What is under no mount point is no place to read limits from.
      let mounts = MountedFileSystem.parse(mountinfo: text)
      let files = CgroupMemory.hierarchy(cgroup: "0::/x\n1:memory:/y\n", mountinfo: text)
      #expect(files.isEmpty || !mounts.isEmpty)
      #expect(TmpfsUsage.mountPoints(mountinfo: text).count <= mounts.count)
    }
  }
}
