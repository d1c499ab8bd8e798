// SPDX-License-Identifier: Apache-2.0

/// The thresholds of an item: when its size or growth is worth a look.
struct MeminfoPolicy {
  /// What grows, and so how early running out of memory is worth an alarm.
  enum Growth {
    /// The kernel frees it by itself, or a person configured it. Growth means nothing.
    case harmless
    /// Programs take and free a lot. Notable if memory is gone within a day, anomalous if within an hour and
    /// more than half is gone already.
    case ofPrograms
    /// The kernel's own needs are steady. Notable if memory is gone within a week, anomalous if within six
    /// hours.
    case ofKernel
  }

  let notable: Double?
  let anomalous: Double?
  let growth: Growth

  init(_ notable: Double?, _ anomalous: Double?, _ growth: Growth) {
    self.notable = notable
    self.anomalous = anomalous
    self.growth = growth
  }

  /// Below these sizes a share means nothing: a normal kernel takes a tenth of a tiny machine.
  static let notableFloor: UInt64 = 64 << 20
  static let anomalousFloor: UInt64 = 128 << 20
  /// Growth is judged after the shortest time. It can be anomalous only after the steady one.
  static let shortestWatchNs: UInt64 = 10_000_000_000
  static let steadyWatchNs: UInt64 = 60_000_000_000

  /// The least growth that is more than an item's normal ups and downs.
  static func growthFloor(_ item: MeminfoItem, total: UInt64) -> UInt64 {
    switch item {
    // The sum of thirty counters, each exact only to some hundred pages per processor.
    case .unaccounted: max(32 << 20, total / 400)
    case .threads, .openFiles: 100
    default: max(16 << 20, total / 1000)
    }
  }

  var horizon: (notableNs: UInt64, anomalousNs: UInt64)? {
    let hour: UInt64 = 3_600_000_000_000
    return switch growth {
    case .harmless: nil
    case .ofPrograms: (24 * hour, hour)
    case .ofKernel: (7 * 24 * hour, 6 * hour)
    }
  }
}

extension MeminfoItem {
  /// Shares of MemTotal, or of the row's limit, from which the item is notable and anomalous.
  ///
  /// They are well above the values of a busy healthy server: 1-3% unreclaimable slab, page tables of 0.2% of
  /// the mapped memory, 1-3% unaccounted.
  var policy: MeminfoPolicy {
    switch self {
    case .anonymous: MeminfoPolicy(0.80, 0.92, .ofPrograms)
    case .sharedMemory: MeminfoPolicy(0.30, 0.60, .ofPrograms)
    case .pageCache, .swapCache, .perCPUFree, .free, .memmap: MeminfoPolicy(nil, nil, .harmless)
    case .hugePages: MeminfoPolicy(0.60, nil, .harmless)
    case .slabReclaimable: MeminfoPolicy(0.25, nil, .harmless)
    case .slabUnreclaimable: MeminfoPolicy(0.05, 0.10, .ofKernel)
    case .otherReclaimable: MeminfoPolicy(0.10, nil, .harmless)
    case .vmalloc: MeminfoPolicy(0.03, 0.10, .ofKernel)
    case .kernelStacks, .shadowStacks: MeminfoPolicy(0.01, 0.03, .ofKernel)
    case .pageTables, .secondaryPageTables, .percpu: MeminfoPolicy(0.02, 0.05, .ofKernel)
    case .zswap, .zram: MeminfoPolicy(0.20, 0.40, .ofPrograms)
    case .gpuActive: MeminfoPolicy(0.25, 0.50, .ofPrograms)
    case .gpuReclaimable: MeminfoPolicy(0.20, nil, .harmless)
    case .bounce, .writebackTemporary: MeminfoPolicy(0.01, 0.05, .ofKernel)
    case .unaccounted: MeminfoPolicy(0.05, 0.10, .ofKernel)
    case .anonymousHuge: MeminfoPolicy(0.50, nil, .harmless)
    case .unevictable: MeminfoPolicy(0.15, 0.40, .ofPrograms)
    case .dirty: MeminfoPolicy(0.10, 0.20, .harmless)
    case .sharedElsewhere: MeminfoPolicy(0.20, nil, .harmless)
    case .unusedHugePages: MeminfoPolicy(0.05, 0.20, .harmless)
    case .cmaUsed: MeminfoPolicy(0.10, nil, .harmless)
    case .socketBuffers: MeminfoPolicy(0.03, 0.10, .ofKernel)
    case .balloon: MeminfoPolicy(0.10, 0.30, .ofPrograms)
    case .swapUsed: MeminfoPolicy(0.50, 0.90, .ofPrograms)
    // A cgroup's memory includes its page cache, so being near the limit is common and harmless.
    case .cgroupLimit: MeminfoPolicy(0.90, nil, .ofPrograms)
    case .threads, .openFiles: MeminfoPolicy(0.50, 0.80, .ofPrograms)
    // These have rules of their own. Available memory falls instead of growing.
    case .available: MeminfoPolicy(nil, nil, .ofPrograms)
    case .corrupted, .committed, .outOfMemoryKills: MeminfoPolicy(nil, nil, .harmless)
    }
  }
}
