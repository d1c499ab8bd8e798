// SPDX-License-Identifier: Apache-2.0

/// A place where the machine's memory can be, or a limit that it can reach. In the order of the report.
public enum MeminfoItem: String, CaseIterable, Sendable {
  // Places. They do not overlap, and add up to MemTotal.
  case anonymous = "AnonPages"
  case sharedMemory = "Shmem"
  case hugePages = "Hugetlb"
  case swapCache = "SwapCached"
  case zswap = "Zswap"
  case zram = "zram"
  case pageCache = "page cache"
  case slabReclaimable = "SReclaimable"
  case otherReclaimable = "KReclaimable rest"
  case gpuReclaimable = "GPUReclaim"
  case slabUnreclaimable = "SUnreclaim"
  case vmalloc = "vmalloc"
  case kernelStacks = "KernelStack"
  case shadowStacks = "ShadowCallStack"
  case pageTables = "PageTables"
  case secondaryPageTables = "SecPageTables"
  case percpu = "Percpu"
  case gpuActive = "GPUActive"
  case memmap = "memmap"
  case bounce = "Bounce"
  case writebackTemporary = "WritebackTmp"
  case corrupted = "HardwareCorrupted"
  case unaccounted = "UNACCOUNTED"
  case free = "MemFree"
  case perCPUFree = "per-CPU free"

  // Parts of places that can go wrong by themselves.
  case anonymousHuge = "AnonHugePages"
  case unevictable = "Unevictable"
  case dirty = "Dirty+Writeback"
  case sharedElsewhere = "Shmem, no mount"
  case unusedHugePages = "huge pages unused"
  case cmaUsed = "CMA in use"
  case socketBuffers = "socket buffers"
  case balloon = "Balloon"

  // Limits, and what happens when they are reached.
  case available = "MemAvailable"
  case swapUsed = "swap in use"
  case committed = "Committed_AS"
  case cgroupLimit = "cgroup limit"
  case threads = "threads"
  case openFiles = "open files"
  case outOfMemoryKills = "OOM kills"

  /// The name of the field in /proc/meminfo, when there is one.
  public var name: String { rawValue }

  public enum Standing: Equatable, Sendable {
    /// Memory that no other place has.
    case place(MeminfoHolder)
    /// Memory that is also in one or more places.
    case part
    /// A number with a limit.
    case limit
  }

  public var standing: Standing {
    switch self {
    case .anonymous, .sharedMemory, .hugePages, .swapCache, .zswap, .zram: .place(.programs)
    case .pageCache, .slabReclaimable, .otherReclaimable, .gpuReclaimable: .place(.caches)
    case .slabUnreclaimable, .vmalloc, .kernelStacks, .shadowStacks, .pageTables,
      .secondaryPageTables, .percpu, .gpuActive, .memmap, .bounce, .writebackTemporary, .corrupted:
      .place(.kernel)
    case .unaccounted: .place(.nobodyKnown)
    case .free, .perCPUFree: .place(.free)
    case .anonymousHuge, .unevictable, .dirty, .sharedElsewhere, .unusedHugePages, .cmaUsed,
      .socketBuffers, .balloon:
      .part
    case .available, .swapUsed, .committed, .cgroupLimit, .threads, .openFiles, .outOfMemoryKills:
      .limit
    }
  }

  /// Whether the size is a count and not a number of bytes.
  public var isCount: Bool { [.threads, .openFiles, .outOfMemoryKills].contains(self) }
}

/// Who has the memory. This decides where to search first.
public enum MeminfoHolder: String, CaseIterable, Sendable {
  case programs
  /// Kept by the kernel as long as nobody needs it.
  case caches
  case kernel
  /// In use, but in no counter of the kernel.
  case nobodyKnown = "unaccounted"
  case free
}
