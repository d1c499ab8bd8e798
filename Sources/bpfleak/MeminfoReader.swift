// SPDX-License-Identifier: Apache-2.0
import Glibc
import Meminfo
import Reporting

/// Reads what a memory report needs from /proc; nothing of it needs a privilege but slabinfo.
struct MeminfoReader {
  enum Failure: Error {
    case unreadable(path: String, errno: CInt)
    case notMeminfo(missing: String)
  }

  private let pageSize: UInt64
  /// The machine; or what it said when a recording was made, or somebody in between who notes it.
  private let ask: (MachineQuestion) -> MachineAnswer

  init(
    pageSize: UInt64 = UInt64(max(1, sysconf(CInt(_SC_PAGESIZE)))),
    asking ask: @escaping (MachineQuestion) -> MachineAnswer = { $0.answer() }
  ) {
    self.pageSize = pageSize
    self.ask = ask
  }

  /// `instant` in nanoseconds of CLOCK_MONOTONIC.
  func sample(at instant: UInt64 = Self.nowNs()) throws(Failure) -> MeminfoSample {
    let fields: MeminfoFields
    let text: String
    switch contents("/proc/meminfo") {
    case .success(let contents): text = contents
    case .failure(let reason): throw .unreadable(path: "/proc/meminfo", errno: reason.errno)
    }
    do { fields = try MeminfoFields(parsing: text) } catch {
      switch error {
      case .missing(let field): throw .notMeminfo(missing: field)
      }
    }
    var sample = MeminfoSample(takenNs: instant, pageSize: pageSize, fields: fields)
    addCounters(to: &sample)
    addShared(to: &sample)
    sample.processes = processes()
    sample.cgroup = tightestCgroup()
    return sample
  }

  /// The machine's memory in a few figures, without a look at any process; nil when it is unreadable.
  func machineMemory() -> MachineMemory? {
    guard let text = text("/proc/meminfo"), let fields = try? MeminfoFields(parsing: text) else {
      return nil
    }
    var sample = MeminfoSample(takenNs: Self.nowNs(), pageSize: pageSize, fields: fields)
    if let vmstat = self.text("/proc/vmstat") {
      sample.vmstat = VirtualMemoryCounters(parsing: vmstat, pageSize: pageSize)
    }
    sample.perCPUFree = reading("/proc/zoneinfo").map {
      VirtualMemoryCounters.perCPUFree(zoneinfo: $0, pageSize: pageSize)
    }
    return MachineMemory(sample)
  }

  static func nowNs() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  private func addCounters(to sample: inout MeminfoSample) {
    if let vmstat = text("/proc/vmstat") {
      sample.vmstat = VirtualMemoryCounters(parsing: vmstat, pageSize: pageSize)
    }
    sample.perCPUFree = reading("/proc/zoneinfo").map {
      VirtualMemoryCounters.perCPUFree(zoneinfo: $0, pageSize: pageSize)
    }
    sample.slabs = reading("/proc/slabinfo").map {
      SlabCache.parse(slabinfo: $0, pageSize: pageSize)
    }
    sample.socketBuffers = text("/proc/net/sockstat").map {
      VirtualMemoryCounters.socketBuffers(sockstat: $0, pageSize: pageSize)
    }
    sample.pressure = text("/proc/pressure/memory").flatMap(VirtualMemoryCounters.pressure)
    sample.hasAllocationProfile = (try? ask(.exists("/proc/allocinfo")).get()) != nil
    sample.limits = KernelLimits(
      overcommitMemory: text("/proc/sys/vm/overcommit_memory"), loadavg: text("/proc/loadavg"),
      threadsMax: text("/proc/sys/kernel/threads-max"), pidMax: text("/proc/sys/kernel/pid_max"),
      fileNr: text("/proc/sys/fs/file-nr"))
  }

  private func addShared(to sample: inout MeminfoSample) {
    sample.systemVShared = text("/proc/sysvipc/shm").map(TmpfsUsage.systemVShared)
    sample.tmpfs = TmpfsUsage.mountPoints(mountinfo: text("/proc/self/mountinfo") ?? "")
      .compactMap { path in
        guard let text = try? ask(.bytesInUse(path)).get(), let bytes = UInt64(text) else {
          return nil
        }
        return TmpfsUsage(mountPoint: path, bytes: bytes)
      }
  }

  private func processes() -> [ProcessSize] {
    let names = (try? ask(.names("/proc")).get())?.split(separator: "\n") ?? []
    // A process that ended in between has no files any more: it is not there.
    return names.compactMap { name in
      guard Int32(name) != nil, let stat = text("/proc/\(name)/stat"),
        let statm = text("/proc/\(name)/statm")
      else { return nil }
      return ProcessSize(stat: stat, statm: statm, pageSize: pageSize)
    }
  }

  private func tightestCgroup() -> CgroupMemory? {
    CgroupMemory.hierarchy(
      cgroup: text("/proc/self/cgroup") ?? "", mountinfo: text("/proc/self/mountinfo") ?? ""
    ).compactMap { files in
      guard let limit = text(files.limit).flatMap(CgroupMemory.limit),
        let used = text(files.used).flatMap(CgroupMemory.limit)
      else { return nil }
      return CgroupMemory(path: files.path, used: used, limit: limit)
    }.min { $0.limit < $1.limit }
  }

  private func text(_ path: String) -> String? { try? contents(path).get() }

  private func reading(_ path: String) -> MeminfoReading<String> {
    switch contents(path) {
    case .success(let text): .known(text)
    case .failure(let reason):
      .unknown(because: [EACCES, EPERM].contains(reason.errno) ? .notPermitted : .absent)
    }
  }

  private func contents(_ path: String) -> MachineAnswer { ask(.contents(path)) }
}
