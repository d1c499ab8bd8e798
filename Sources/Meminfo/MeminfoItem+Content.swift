// SPDX-License-Identifier: Apache-2.0

extension MeminfoItem {
  /// What it consists of, in at most 36 characters.
  public var holds: String {
    switch self {
    case .anonymous: "heap, stacks, anonymous mmap"
    case .sharedMemory: "tmpfs, /dev/shm, memfd, shared mmap"
    case .pageCache: "contents of files, kept for speed"
    case .swapCache: "pages that are in RAM and in swap"
    case .hugePages: "huge page pool, used or not"
    case .slabReclaimable: "file names and inodes, for speed"
    case .slabUnreclaimable: "kernel objects; cannot be reclaimed"
    case .otherReclaimable: "driver pools; freed when needed"
    case .vmalloc: "large kernel buffers, modules, BPF"
    case .kernelStacks: "16 KiB for each thread"
    case .shadowStacks: "return addresses of each thread"
    case .pageTables: "maps of processes' address spaces"
    case .secondaryPageTables: "maps of virtual machines and IOMMUs"
    case .percpu: "per-CPU counters: cgroups, BPF, net"
    case .zswap: "swapped pages, compressed in RAM"
    case .zram: "swap or disk in RAM, compressed"
    case .gpuActive: "system memory of graphics objects"
    case .gpuReclaimable: "graphics pools; freed when needed"
    case .memmap: "page descriptors of added memory"
    case .bounce: "copies for short-address devices"
    case .writebackTemporary: "copies made by FUSE while writing"
    case .corrupted: "hardware errors; out of use"
    case .perCPUFree: "also free, kept ready by each CPU"
    case .unaccounted: "no counter: drivers, rings, pipes"
    case .free: "unused"
    case .anonymousHuge: "in AnonPages: transparent huge pages"
    case .unevictable: "locked or pinned: never swapped"
    case .dirty: "in page cache: not yet on disk"
    case .sharedElsewhere: "in Shmem: memfd, mmap, containers"
    case .unusedHugePages: "in Hugetlb: free and not reserved"
    case .cmaUsed: "device area, lent out or in use"
    case .socketBuffers: "in slab and UNACCOUNTED: unread data"
    case .balloon: "taken back by the hypervisor"
    case .available: "what programs can still get"
    case .swapUsed: "programs swapped out"
    case .committed: "promised to programs"
    case .cgroupLimit: "this shell's cgroup"
    case .threads: "each has a stack in the kernel"
    case .openFiles: "files and sockets of all programs"
    case .outOfMemoryKills: "processes killed since boot"
    }
  }
}
