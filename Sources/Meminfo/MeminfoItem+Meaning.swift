// SPDX-License-Identifier: Apache-2.0
import TextLayout

extension MeminfoItem {
  /// What is in it, in at most 36 characters.
  public var holds: String {
    switch self {
    case .anonymous: "heap, stacks, anonymous mmap"
    case .sharedMemory: "tmpfs, /dev/shm, memfd, shared mmap"
    case .pageCache: "contents of files, for speed only"
    case .swapCache: "read back from swap, copy kept there"
    case .hugePages: "huge page pool, used or not"
    case .slabReclaimable: "file names and inodes, for speed"
    case .slabUnreclaimable: "kernel objects; never given back"
    case .otherReclaimable: "driver pools that can be given back"
    case .vmalloc: "large kernel buffers, modules, BPF"
    case .kernelStacks: "16 KiB for each thread"
    case .shadowStacks: "return addresses of each thread"
    case .pageTables: "maps of processes' address spaces"
    case .secondaryPageTables: "maps of virtual machines and IOMMUs"
    case .percpu: "per-CPU counters: cgroups, BPF, net"
    case .zswap: "swapped pages, compressed in RAM"
    case .zram: "swap or disk in RAM, compressed"
    case .gpuActive: "system memory of graphics objects"
    case .gpuReclaimable: "graphics page pools; given back"
    case .memmap: "page descriptors of added memory"
    case .bounce: "copies for short-address devices"
    case .writebackTemporary: "copies FUSE makes while writing"
    case .corrupted: "hardware errors; taken out of use"
    case .perCPUFree: "free too, parked at each CPU"
    case .unaccounted: "no counter: drivers, rings, pipes"
    case .free: "unused"
    case .anonymousHuge: "in AnonPages: transparent huge pages"
    case .unevictable: "locked or pinned: never swapped"
    case .dirty: "in page cache: waits for the disk"
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

  /// What it means if it is large or grows: a sentence or two.
  public var meaning: String {
    switch self {
    case .anonymous:
      """
      Programs hold memory of their own: heap, stacks, anonymous mmap. If this grows and stays, a \
      program leaks, and it can be named.
      """
    case .sharedMemory:
      """
      Files in tmpfs and /dev/shm, memfd, System V and shared anonymous memory. Killing a process \
      does not free files; they stay until deleted or unmounted, and count as "cached" in free(1).
      """
    case .pageCache:
      """
      Contents of files, kept while nobody needs the memory. It is meant to be large; it shrinks \
      by itself and is no leak.
      """
    case .swapCache:
      """
      Pages that came back from swap while their copy is kept there. It shrinks by itself; if it \
      stays large, the machine is swapping in and out.
      """
    case .hugePages:
      """
      A pool of huge pages that an administrator set apart. It is gone for everybody else even \
      while nobody uses it, and no process's resident size shows it.
      """
    case .slabReclaimable:
      """
      Mostly names (dentry) and inodes of files that were looked up. The kernel gives them back \
      under pressure; a program that touches ever new paths makes it huge.
      """
    case .slabUnreclaimable:
      """
      Objects the kernel cannot give back. Large or growing, it is a leak in the kernel or a \
      driver, or a program that makes the kernel keep objects: sockets, open files, mappings.
      """
    case .otherReclaimable:
      "Pools that drivers can give back (KReclaimable less SReclaimable). Rarely a leak."
    case .vmalloc:
      """
      Large kernel buffers: BPF maps, modules, firewall tables, drivers (thread stacks are counted \
      apart). It does not shrink by itself: growth is a leak or an ever growing table.
      """
    case .kernelStacks:
      """
      Each thread costs 16 KiB here (8 KiB on some machines), running or not. Growth means threads \
      are created and do not end, or zombies that nobody waited for.
      """
    case .shadowStacks:
      "A protected stack for each thread. It grows with the number of threads, as KernelStack does."
    case .pageTables:
      """
      Ordinarily 0.2% of what is mapped. More: many processes map one large shared memory \
      (databases without huge pages), or a program spreads its mappings thinly.
      """
    case .secondaryPageTables:
      """
      Translation tables for virtual machines (KVM) and devices (IOMMU). They grow with the memory \
      of guests and are freed when a guest ends.
      """
    case .percpu:
      """
      Each counter is kept once per CPU. Growth means cgroups that were removed but are still \
      referenced, BPF per-CPU maps, network namespaces or mounts that nobody cleans up.
      """
    case .zswap:
      """
      Swapped-out pages, compressed but still in RAM. Large means programs do not fit; the cause \
      is in AnonPages and Shmem.
      """
    case .zram:
      """
      Contents of zram disks, compressed in RAM. As swap it means programs do not fit; as a disk \
      it holds files.
      """
    case .gpuActive:
      "Graphics objects in system memory. No process's resident size shows them."
    case .gpuReclaimable:
      "Pages graphics drivers keep for reuse. They are given back under pressure."
    case .memmap:
      "64 bytes for each page of memory that was plugged in after boot. It is fixed, not a leak."
    case .bounce:
      "Copies for devices that cannot reach all memory. More than a few MiB is a device problem."
    case .writebackTemporary:
      "Copies that FUSE file systems make while they write. If it stays, a FUSE server hangs."
    case .corrupted:
      "Memory hardware is failing: the kernel took these pages out of use. Plan to replace it."
    case .perCPUFree:
      "Free memory that each CPU keeps at hand. It is given back under pressure and is no leak."
    case .unaccounted:
      """
      No counter of the kernel says who has this: pages that drivers (graphics, network rings, a \
      hypervisor's balloon), pipes, io_uring or BPF rings took directly. Growth is a leak in the \
      kernel or a driver, or a program that fills pipes and rings; no process's size will show it.
      """
    case .free:
      "Memory nobody uses. Little of it is ordinary: the page cache takes what is left over."
    case .anonymousHuge:
      """
      The kernel backs programs with 2 MiB pages. A program that uses a little of each seems to \
      leak: resident size grows though it allocated no more.
      """
    case .unevictable:
      "Memory that can neither be swapped nor dropped: mlock, ramfs, secret and graphics memory."
    case .dirty:
      """
      Written data that no disk has yet. It cannot be given back until it is: a slow or hanging \
      disk or network file system makes the machine run out of memory.
      """
    case .sharedElsewhere:
      """
      Shared memory no mount seen from here holds: memfd, shared anonymous mmap, graphics buffers, \
      deleted but open files, tmpfs inside containers.
      """
    case .unusedHugePages:
      "Huge pages set apart that no program has, nor has reserved: memory wasted by configuration."
    case .cmaUsed:
      "Memory set apart for devices at boot. Unused, it is lent to programs."
    case .socketBuffers:
      """
      Data received but not read, or sent but not acknowledged. Growth means a program does not \
      read its sockets, or a peer does not.
      """
    case .balloon:
      """
      The hypervisor took this memory for others. From inside it looks as if the machine shrank \
      (MemTotal) or a driver leaked (UNACCOUNTED).
      """
    case .available:
      """
      What can be had without swapping. When it is gone, the machine stalls and processes are \
      killed. The largest and the growing items below are the cause.
      """
    case .swapUsed:
      "Programs do not fit into RAM, or once did not. Full swap and no MemAvailable ends in kills."
    case .committed:
      """
      What programs were promised. Growing while AnonPages does not is an address-space leak: \
      mappings made and never removed, such as stacks of threads that ended. Resident size hides \
      it; virtual size shows it.
      """
    case .cgroupLimit:
      """
      A limit on this shell's own cgroup: its processes are killed at it, however much the machine \
      has left. Page cache counts, so a full one alone is no fault.
      """
    case .threads:
      "At the limit, fork and pthread_create fail. Growth means threads or zombies pile up."
    case .openFiles:
      "At the limit, nobody can open a file or a socket. Growth means descriptors are not closed."
    case .outOfMemoryKills:
      "The kernel killed processes for want of memory, of the machine's or of a cgroup's limit."
    }
  }
}
