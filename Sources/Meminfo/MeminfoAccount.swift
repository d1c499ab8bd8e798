// SPDX-License-Identifier: Apache-2.0

/// The memory of one sample, divided so that nothing is counted twice.
///
/// MemTotal = MemFree + the places below + the rest, where the places are:
///
///     AnonPages
///     Shmem                        includes tmpfs, memfd, System V and shared anonymous memory
///     Buffers + Cached - Shmem     because Cached includes Shmem; Mapped is part of both
///     SwapCached - overlap         a page read back from swap is also in AnonPages while its copy in
///                                  swap exists. The LRU lists have each page once. The overlap is
///                                  AnonPages + Buffers + Cached + SwapCached minus
///                                  Active + Inactive + Unevictable
///     Hugetlb                      (HugePages_Total x Hugepagesize where a kernel lacks it)
///     SReclaimable, SUnreclaim     together Slab
///     KReclaimable - SReclaimable
///     KernelStack, ShadowCallStack
///     VmallocUsed - both stacks    because kernel stacks are vmalloc memory (CONFIG_VMAP_STACK).
///                                  Without that option, as much of vmalloc lands in the rest
///     PageTables, SecPageTables, Percpu, Bounce, WritebackTmp, HardwareCorrupted
///     GPUActive, GPUReclaim        from Linux 7.1
///     Zswap; zram as nr_zspages - Zswap (vmstat)
///     nr_memmap_pages (vmstat)     page descriptors of memory plugged in after boot
///     per-CPU free lists           (zoneinfo), which MemFree leaves out
///
/// The rest has no counter: drivers, network rings, pipes, io_uring, BPF ring buffers and file systems take
/// pages directly from the page allocator. Balloon is no place: most balloon drivers take its pages out of
/// MemTotal, and otherwise they are in the rest.
struct MeminfoAccount {
  /// Sizes of the items that this kernel counts.
  private(set) var sizes: [MeminfoItem: UInt64] = [:]
  /// MemTotal - MemFree - places. Negative when the counters disagree, because the kernel reads them one after
  /// another.
  let rest: Int64

  init(_ sample: MeminfoSample) {
    let fields = sample.fields
    func plus(_ names: String...) -> UInt64 { names.reduce(0) { $0 &+ (fields[$1] ?? 0) } }
    let shmem = fields["Shmem"] ?? 0

    let stacks = plus("KernelStack", "ShadowCallStack")
    let fileAndAnonymous = plus("AnonPages", "Buffers", "Cached", "SwapCached")
    let hasLists = fields["Active"] != nil && fields["Inactive"] != nil
    let lists = hasLists ? plus("Active", "Inactive", "Unevictable") : 0
    let defaultHuge = (fields["HugePages_Total"] ?? 0) &* (fields["Hugepagesize"] ?? 0)

    sizes[.anonymous] = fields["AnonPages"]
    sizes[.sharedMemory] = fields["Shmem"]
    sizes[.pageCache] = plus("Buffers", "Cached").less(shmem)
    sizes[.swapCache] = fields["SwapCached"].map {
      $0 - min($0, fileAndAnonymous.less(lists))
    }
    sizes[.hugePages] = fields["Hugetlb"] ?? defaultHuge
    sizes[.slabReclaimable] = fields["SReclaimable"]
    sizes[.slabUnreclaimable] = fields["SUnreclaim"]
    sizes[.otherReclaimable] = fields["KReclaimable"]?.less(plus("SReclaimable"))
    sizes[.vmalloc] = fields["VmallocUsed"]?.less(stacks)
    sizes[.kernelStacks] = fields["KernelStack"]
    sizes[.shadowStacks] = fields["ShadowCallStack"]
    sizes[.pageTables] = fields["PageTables"]
    sizes[.secondaryPageTables] = fields["SecPageTables"]
    sizes[.percpu] = fields["Percpu"]
    sizes[.zswap] = fields["Zswap"]
    sizes[.zram] = sample.vmstat.compressed?.less(plus("Zswap"))
    sizes[.gpuActive] = fields["GPUActive"]
    sizes[.gpuReclaimable] = fields["GPUReclaim"]
    sizes[.memmap] = sample.vmstat.memmap
    sizes[.bounce] = fields["Bounce"]
    sizes[.writebackTemporary] = fields["WritebackTmp"]
    sizes[.corrupted] = fields["HardwareCorrupted"]
    sizes[.perCPUFree] = sample.perCPUFree.value
    sizes[.free] = plus("MemFree")

    rest = sizes.values.reduce(Int64(clamping: plus("MemTotal"))) { left, size in
      left.subtractingReportingOverflow(Int64(clamping: size)).partialValue
    }
    sizes[.unaccounted] = UInt64(clamping: rest)
    addParts(sample)
    addLimits(sample)
  }

  private mutating func addParts(_ sample: MeminfoSample) {
    let fields = sample.fields
    let mounted = sample.tmpfs.reduce(sample.systemVShared ?? 0) { $0 &+ $1.bytes }
    let unused = (fields["HugePages_Free"] ?? 0).less(fields["HugePages_Rsvd"] ?? 0)
    sizes[.anonymousHuge] = fields["AnonHugePages"]
    sizes[.unevictable] = fields["Unevictable"]
    sizes[.dirty] = (fields["Dirty"] ?? 0) &+ (fields["Writeback"] ?? 0)
    sizes[.sharedElsewhere] = fields["Shmem"]?.less(mounted)
    sizes[.unusedHugePages] = fields["Hugepagesize"].map { unused &* $0 }
    sizes[.cmaUsed] = fields["CmaTotal"]?.less(fields["CmaFree"] ?? 0)
    sizes[.socketBuffers] = sample.socketBuffers
    sizes[.balloon] = fields["Balloon"]
  }

  private mutating func addLimits(_ sample: MeminfoSample) {
    let fields = sample.fields
    sizes[.available] = fields["MemAvailable"]
    sizes[.swapUsed] = fields["SwapTotal"]?.less(fields["SwapFree"] ?? 0)
    sizes[.committed] = fields["Committed_AS"]
    sizes[.cgroupLimit] = sample.cgroup?.used
    sizes[.threads] = sample.limits.threads
    sizes[.openFiles] = sample.limits.openFiles
    sizes[.outOfMemoryKills] = sample.vmstat.outOfMemoryKills
  }
}

extension UInt64 {
  /// The difference, or 0. Two counters that were read one after the other may disagree.
  func less(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
