// SPDX-License-Identifier: Apache-2.0

/// A place where a machine's memory can be, or a limit it can run into; in the report's order.
public enum MeminfoItem: String, CaseIterable, Sendable {
  // Places. None overlaps another; all together they add up to MemTotal.
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

  // Parts of places, told apart because they can go wrong by themselves.
  case anonymousHuge = "AnonHugePages"
  case unevictable = "Unevictable"
  case dirty = "Dirty+Writeback"
  case sharedElsewhere = "Shmem, no mount"
  case unusedHugePages = "huge pages unused"
  case cmaUsed = "CMA in use"
  case socketBuffers = "socket buffers"
  case balloon = "Balloon"

  // Limits, and events of reaching them.
  case available = "MemAvailable"
  case swapUsed = "swap in use"
  case committed = "Committed_AS"
  case cgroupLimit = "cgroup limit"
  case threads = "threads"
  case openFiles = "open files"
  case outOfMemoryKills = "OOM kills"

  /// As /proc/meminfo calls it, where one of its fields is meant.
  public var name: String { rawValue }

  public enum Standing: Equatable, Sendable {
    /// Memory that is nowhere else in the report.
    case place(MeminfoHolder)
    /// Memory that another row, or several, has already.
    case part
    /// A number to hold against a limit.
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

  /// Whether the size is a number of things, not of bytes.
  public var isCount: Bool {
    switch self {
    case .threads, .openFiles, .outOfMemoryKills: true
    default: false
    }
  }
}

/// Who has memory: the first thing to know, for it decides where to search.
public enum MeminfoHolder: String, CaseIterable, Sendable {
  case programs
  /// Kept by the kernel while nobody needs it.
  case caches
  case kernel
  /// In use, and in none of the kernel's counters.
  case nobodyKnown = "unaccounted"
  case free
}
