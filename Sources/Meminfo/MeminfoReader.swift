// SPDX-License-Identifier: Apache-2.0

/// Puts together what a memory report needs. It asks for the files of /proc and reads none itself.
/// Only slabinfo needs a privilege.
public struct MeminfoReader {
  public enum Failure: Error, Equatable {
    case unreadable(path: String, errno: Int32)
    case notMeminfo(missing: String)
  }

  private let pageSize: UInt64
  /// Gives the machine's answer: of the machine itself, or of a recording.
  private let ask: (MachineQuestion) -> MachineAnswer

  public init(pageSize: UInt64, asking ask: @escaping (MachineQuestion) -> MachineAnswer) {
    self.pageSize = pageSize
    self.ask = ask
  }

  /// `instant` in nanoseconds of CLOCK_MONOTONIC.
  public func sample(at instant: UInt64) throws(Failure) -> MeminfoSample {
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

  /// The machine's memory in a few numbers, without a look at any process; nil when it is unreadable.
  public func machineMemory(at instant: UInt64) -> MachineMemory? {
    guard let text = text("/proc/meminfo"), let fields = try? MeminfoFields(parsing: text) else {
      return nil
    }
    var sample = MeminfoSample(takenNs: instant, pageSize: pageSize, fields: fields)
    if let vmstat = self.text("/proc/vmstat") {
      sample.vmstat = VirtualMemoryCounters(parsing: vmstat, pageSize: pageSize)
    }
    sample.perCPUFree = reading("/proc/zoneinfo").map {
      VirtualMemoryCounters.perCPUFree(zoneinfo: $0, pageSize: pageSize)
    }
    return MachineMemory(sample)
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
    // A process that has ended meanwhile has no files any more and is left out.
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
      .unknown(because: reason.isForPermission ? .notPermitted : .absent)
    }
  }

  private func contents(_ path: String) -> MachineAnswer { ask(.contents(path)) }
}
