// SPDX-License-Identifier: Apache-2.0
package import Meminfo

/// The reports that the goldens show.
package enum MeminfoTestReports {
  package static func idle() throws -> MeminfoReport {
    var current = try sample(capture("meminfo-6.18-idle"), atSeconds: 5000)
    current.slabs = .unknown(because: .notPermitted)
    current.perCPUFree = .known(1_400_000)
    current.vmstat = VirtualMemoryCounters(parsing: "nr_zspages 0\noom_kill 0", pageSize: 4096)
    current.socketBuffers = 244 * 4096
    current.processes = [process(1, "init", anonymous: 6_815_744, virtual: 1 << 30)]
    current.limits = limits(threads: 85)
    return MeminfoReport(current: current)
  }

  /// Ten minutes on a machine whose kernel leaks, and one of whose programs leaks address space.
  package static func leaking() throws -> MeminfoReport {
    var before = try sample(capture("meminfo-5.15-leak-before"), atSeconds: 5000)
    var after = try sample(capture("meminfo-5.15-leak-after"), atSeconds: 5600)
    before.slabs = .known(slabs(large: 2_365_587_456))
    after.slabs = .known(slabs(large: 2_662_400_000))
    before.processes = processes(virtual: 306_016_419_840)
    after.processes = processes(virtual: 306_121_277_440)
    after.tmpfs = [TmpfsUsage(mountPoint: "/dev/shm", bytes: 734_003_200)]
    before.tmpfs = after.tmpfs
    before.limits = limits(threads: 3900)
    after.limits = limits(threads: 4012)
    after.vmstat.outOfMemoryKills = 0
    after.pressure = 340
    after.cgroup = CgroupMemory(path: "/sys/fs/cgroup/user.slice", used: 3 << 30, limit: 4 << 30)
    before.cgroup = after.cgroup
    return MeminfoReport(first: before, current: after)
  }

  package static func named(_ name: String) throws -> MeminfoReport {
    var current = try sample(capture("meminfo-6.18-idle"), atSeconds: 1)
    current.processes = [process(1, name, anonymous: 1 << 30, virtual: 1)]
    return MeminfoReport(current: current)
  }

  private static func slabs(large: UInt64) -> [SlabCache] {
    [
      SlabCache(name: "kmalloc-4k", bytes: large, objects: large / 4096),
      SlabCache(name: "vm_area_struct", bytes: 210_000_000, objects: 1_050_000),
      SlabCache(name: "filp", bytes: 90_000_000, objects: 350_000),
      SlabCache(name: "dentry", bytes: 400_000_000, objects: 2_000_000),
      SlabCache(name: "ext4_inode_cache", bytes: 200_000_000, objects: 180_000),
    ]
  }

  private static func processes(virtual: UInt64) -> [ProcessSize] {
    [
      process(31108, "server", anonymous: 4_294_967_296, virtual: virtual),
      process(2240, "java", anonymous: 6_012_954_214, virtual: 12_884_901_888),
      process(911, "prometheus", anonymous: 1_288_490_188, virtual: 4_294_967_296),
    ]
  }

  private static func process(
    _ pid: Int32, _ name: String, anonymous: UInt64, virtual: UInt64
  ) -> ProcessSize {
    ProcessSize(
      pid: pid, name: name, startTicks: 9, threads: 60, virtual: virtual, anonymous: anonymous)
  }

  private static func limits(threads: UInt64) -> KernelLimits {
    var limits = KernelLimits()
    limits.overcommitMode = 0
    (limits.threads, limits.mostThreads) = (threads, 256_000)
    (limits.openFiles, limits.mostOpenFiles) = (12_000, 9_223_372_036_854_775_807)
    return limits
  }
}
