// SPDX-License-Identifier: Apache-2.0

/// When an item's size or growth is worth a look.
struct MeminfoPolicy {
  /// What may be growing, and so how soon running out of memory is worth an alarm.
  enum Growth {
    /// The kernel gives it back by itself, or a person set it: growth says nothing.
    case harmless
    /// Programs take and give back a lot: notable if full within a day, anomalous within an hour
    /// and more than half gone already.
    case ofPrograms
    /// The kernel's own needs are steady: notable within a week, anomalous within six hours.
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

  /// Below these sizes a share says nothing: a tenth of a tiny machine is an ordinary kernel.
  static let notableFloor: UInt64 = 64 << 20
  static let anomalousFloor: UInt64 = 128 << 20
  /// Growth is judged from the first time on, and called anomalous only from the second on.
  static let shortestWatchNs: UInt64 = 10_000_000_000
  static let steadyWatchNs: UInt64 = 60_000_000_000

  /// The growth of an item that stands out from its ordinary ups and downs.
  static func growthFloor(_ item: MeminfoItem, total: UInt64) -> UInt64 {
    switch item {
    // A sum of thirty counters, each of them exact only to some hundred pages a processor.
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
  /// Shares of MemTotal, or of the row's limit, from which on the item is notable and anomalous.
  ///
  /// They stand well above what a busy healthy server shows: unreclaimable slab is 1-3% there,
  /// page tables 0.2% of what is mapped, the unaccounted rest 1-3%.
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
    // Memory of a cgroup includes its page cache: being near the limit is common and harmless.
    case .cgroupLimit: MeminfoPolicy(0.90, nil, .ofPrograms)
    case .threads, .openFiles: MeminfoPolicy(0.50, 0.80, .ofPrograms)
    // Judged by rules of their own; what is available goes down, not up.
    case .available: MeminfoPolicy(nil, nil, .ofPrograms)
    case .corrupted, .committed, .outOfMemoryKills: MeminfoPolicy(nil, nil, .harmless)
    }
  }
}
