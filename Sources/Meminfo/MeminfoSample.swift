// SPDX-License-Identifier: Apache-2.0

/// The machine's memory at one instant: /proc/meminfo, and other files for what it does not count.
public struct MeminfoSample: Equatable, Sendable {
  /// CLOCK_MONOTONIC, in nanoseconds.
  public var takenNs: UInt64
  public var pageSize: UInt64
  public var fields: MeminfoFields
  public var vmstat = VirtualMemoryCounters()
  /// Free bytes in per-CPU lists, which MemFree does not include (/proc/zoneinfo).
  public var perCPUFree: MeminfoReading<UInt64> = .unknown(because: .absent)
  /// /proc/slabinfo, which only root may read.
  public var slabs: MeminfoReading<[SlabCache]> = .unknown(because: .absent)
  public var limits = KernelLimits()
  /// Bytes of socket buffers (/proc/net/sockstat). Slab counts some of them, and no counter has the others.
  public var socketBuffers: UInt64?
  public var tmpfs: [TmpfsUsage] = []
  /// Bytes resident in System V shared memory (/proc/sysvipc/shm).
  public var systemVShared: UInt64?
  /// User processes. Kernel threads have no memory of their own.
  public var processes: [ProcessSize] = []
  /// The tightest memory limit among the caller's own cgroups.
  public var cgroup: CgroupMemory?
  /// The share of the last 10 s in which some task waited for memory, in hundredths of a percent.
  public var pressure: UInt64?
  /// Whether this kernel counts allocations by line of code (/proc/allocinfo, since 6.10).
  public var hasAllocationProfile = false

  public init(takenNs: UInt64, pageSize: UInt64, fields: MeminfoFields) {
    self.takenNs = takenNs
    self.pageSize = pageSize
    self.fields = fields
  }
}

/// Limits and counts of the kernel; `nil` when unreadable.
public struct KernelLimits: Equatable, Sendable {
  /// vm.overcommit_memory: 0 guesses, 1 always grants, 2 refuses above CommitLimit.
  public var overcommitMode: UInt64?
  public var threads: UInt64?
  /// The smaller of kernel.threads-max and kernel.pid_max. Each thread takes one of both.
  public var mostThreads: UInt64?
  public var openFiles: UInt64?
  public var mostOpenFiles: UInt64?

  public init() {}

  /// Takes the numbers from the contents of `loadavg` and of the files below /proc/sys.
  public init(
    overcommitMemory: String?, loadavg: String?, threadsMax: String?, pidMax: String?,
    fileNr: String?
  ) {
    func numbers(_ text: String?) -> [UInt64?] {
      (text ?? "").split(whereSeparator: { $0.isWhitespace || $0 == "/" }).map { UInt64($0) }
    }
    func number(_ text: String?, _ index: Int = 0) -> UInt64? {
      let all = numbers(text)
      return index < all.count ? all[index] : nil
    }
    overcommitMode = number(overcommitMemory)
    // "0.08 0.02 0.01 1/85 3273": 85 threads, one of them running.
    threads = number(loadavg, 4)
    mostThreads = [number(threadsMax), number(pidMax)].compactMap(\.self).min()
    openFiles = number(fileNr)
    mostOpenFiles = number(fileNr, 2)
  }
}
