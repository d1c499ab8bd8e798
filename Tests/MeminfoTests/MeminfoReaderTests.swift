// SPDX-License-Identifier: Apache-2.0
import Meminfo
import Testing

@Suite struct MeminfoReaderTests {
  /// A machine that has these files and no others; `hidden` are there for root only.
  private func reader(
    _ files: [String: String], hidden: Set<String> = [], tmpfs: [String: String] = [:]
  ) -> MeminfoReader {
    MeminfoReader(pageSize: 4096) { question in
      switch question {
      case .contents(let path) where hidden.contains(path): .failure(Refusal(errno: 13))
      case .contents(let path): files[path].map { .success($0) } ?? .failure(Refusal(errno: 2))
      case .names:
        .success(
          Set(files.keys.compactMap { $0.split(separator: "/").dropFirst().first })
            .joined(separator: "\n"))
      case .bytesInUse(let path):
        tmpfs[path].map { .success($0) } ?? .failure(Refusal(errno: 2))
      case .exists(let path): files[path] == nil ? .failure(Refusal(errno: 2)) : .success("")
      }
    }
  }

  private let meminfo = "MemTotal: 16777216 kB\nMemFree: 8388608 kB\n"

  @Test("what was hidden is told apart from what is not there")
  func reasons() throws {
    let sample = try reader(["/proc/meminfo": meminfo], hidden: ["/proc/slabinfo"]).sample(at: 5)
    #expect(sample.takenNs == 5 && sample.fields["MemTotal"] == 16 << 30)
    #expect(sample.slabs == .unknown(because: .notPermitted))
    #expect(sample.perCPUFree == .unknown(because: .absent))
    #expect(!sample.hasAllocationProfile && sample.cgroup == nil && sample.tmpfs.isEmpty)
  }

  @Test("processes are the numbers in /proc, and one that has ended meanwhile is left out")
  func processes() throws {
    let stat = "7 (a) S 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 3 0 5000 305147904 700 0 0"
    let sample = try reader([
      "/proc/meminfo": meminfo, "/proc/7/stat": stat, "/proc/7/statm": "99 70 30 0 0 0 0",
      "/proc/8/stat": stat,
    ]).sample(at: 0)
    #expect(sample.processes.map(\.pid) == [7])
    #expect(sample.processes.first?.anonymous == 40 * 4096)
  }

  @Test("of several cgroup limits the tightest binds, and a tmpfs counts what it holds")
  func limits() throws {
    let sample = try reader(
      [
        "/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/a/b\n",
        "/proc/self/mountinfo":
          "1 0 0:1 / /cg rw - cgroup2 cgroup2 rw\n2 0 0:2 / /dev/shm rw - tmpfs tmpfs rw\n",
        "/cg/a/b/memory.max": "max\n", "/cg/a/b/memory.current": "1\n",
        "/cg/a/memory.max": "4096\n", "/cg/a/memory.current": "100\n",
        "/cg/memory.max": "8192\n", "/cg/memory.current": "200\n",
      ], tmpfs: ["/dev/shm": "12288"]
    ).sample(at: 0)
    #expect(sample.cgroup == CgroupMemory(path: "/cg/a", used: 100, limit: 4096))
    #expect(sample.tmpfs == [TmpfsUsage(mountPoint: "/dev/shm", bytes: 12_288)])
  }

  @Test("without a readable meminfo there is no sample, and the reason is told")
  func failures() {
    #expect(throws: MeminfoReader.Failure.unreadable(path: "/proc/meminfo", errno: 2)) {
      try reader([:]).sample(at: 0)
    }
    #expect(throws: MeminfoReader.Failure.notMeminfo(missing: "MemTotal")) {
      try reader(["/proc/meminfo": "hello\n"]).sample(at: 0)
    }
    #expect(reader([:]).machineMemory(at: 0) == nil)
  }
}
