// SPDX-License-Identifier: Apache-2.0
import Glibc
import Reporting

/// Reads what a memory report needs from /proc; nothing of it needs a privilege but slabinfo.
struct MeminfoReader {
  enum Failure: Error {
    case unreadable(path: String, errno: CInt)
    case notMeminfo(missing: String)
  }

  private let pageSize = UInt64(max(1, sysconf(CInt(_SC_PAGESIZE))))

  func sample() throws(Failure) -> MeminfoSample {
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
    var sample = MeminfoSample(takenNs: Self.nowNs(), pageSize: pageSize, fields: fields)
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
    sample.hasAllocationProfile = access("/proc/allocinfo", F_OK) == 0
    sample.limits = KernelLimits(
      overcommitMemory: text("/proc/sys/vm/overcommit_memory"), loadavg: text("/proc/loadavg"),
      threadsMax: text("/proc/sys/kernel/threads-max"), pidMax: text("/proc/sys/kernel/pid_max"),
      fileNr: text("/proc/sys/fs/file-nr"))
  }

  private func addShared(to sample: inout MeminfoSample) {
    sample.systemVShared = text("/proc/sysvipc/shm").map(TmpfsUsage.systemVShared)
    sample.tmpfs = TmpfsUsage.mountPoints(mountinfo: text("/proc/self/mountinfo") ?? "")
      .compactMap { path in
        var usage = statvfs()
        guard statvfs(path, &usage) == 0 else { return nil }
        let blocks = usage.f_blocks >= usage.f_bfree ? usage.f_blocks - usage.f_bfree : 0
        return TmpfsUsage(mountPoint: path, bytes: UInt64(blocks) &* UInt64(usage.f_frsize))
      }
  }

  private func processes() -> [ProcessSize] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var processes: [ProcessSize] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { name in
        String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      // A process that ended in between has no files any more: it is not there.
      guard Int32(name) != nil, let stat = text("/proc/\(name)/stat"),
        let statm = text("/proc/\(name)/statm"),
        let process = ProcessSize(stat: stat, statm: statm, pageSize: pageSize)
      else { continue }
      processes.append(process)
    }
    return processes
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

  private struct Refusal: Error {
    let errno: CInt
  }

  private func text(_ path: String) -> String? { try? contents(path).get() }

  private func reading(_ path: String) -> MeminfoReading<String> {
    switch contents(path) {
    case .success(let text): .known(text)
    case .failure(let reason):
      .unknown(because: [EACCES, EPERM].contains(reason.errno) ? .notPermitted : .absent)
    }
  }

  private func contents(_ path: String) -> Result<String, Refusal> {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return .failure(Refusal(errno: errno)) }
    defer { close(file) }
    var bytes: [UInt8] = []
    while true {
      // Large enough for /proc/meminfo in one read, which makes it one moment's.
      let count = withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 16) { buffer in
        let count = read(file, buffer.baseAddress, buffer.count)
        if count > 0 { bytes += buffer.prefix(count) }
        return count
      }
      if count == 0 { return .success(String(decoding: bytes, as: UTF8.self)) }
      if count < 0, errno != EINTR { return .failure(Refusal(errno: errno)) }
    }
  }
}
