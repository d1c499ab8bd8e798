// SPDX-License-Identifier: Apache-2.0

extension MeminfoItem {
  /// What it means when the item is large or grows.
  public var meaning: String {
    switch self {
    case .anonymous:
      """
      Programs hold memory of their own: heap, stacks, anonymous mmap. If this grows and stays, a \
      program leaks, and bpfleak can name it.
      """
    case .sharedMemory:
      """
      Files in tmpfs and /dev/shm, memfd, System V and shared anonymous memory. Killing a process \
      does not free files. They stay until deleted or unmounted, and count as "cached" in free(1).
      """
    case .pageCache:
      """
      Contents of files, kept while nobody needs the memory. This is normally large, shrinks by \
      itself, and is no leak.
      """
    case .swapCache:
      """
      Pages that were read back from swap while their copy is still there. This shrinks by itself. \
      If it stays large, the machine is swapping in and out.
      """
    case .hugePages:
      """
      A pool of huge pages that an administrator set apart. Nobody else can use it, even while it \
      is idle, and no process's resident size shows it.
      """
    case .slabReclaimable:
      """
      Mostly names (dentry) and inodes of files that were looked up. The kernel frees them under \
      pressure. A program that keeps touching new paths makes this huge.
      """
    case .slabUnreclaimable:
      """
      Objects that the kernel cannot free on demand. If this is large or grows, the kernel or a \
      driver leaks, or a program makes the kernel keep objects: sockets, open files, mappings.
      """
    case .otherReclaimable:
      "Pools that drivers can give back (KReclaimable minus SReclaimable). Rarely a leak."
    case .vmalloc:
      """
      Large kernel buffers: BPF maps, modules, firewall tables, drivers. Thread stacks are counted \
      separately. This does not shrink by itself. Growth means a leak or an ever-growing table.
      """
    case .kernelStacks:
      """
      Each thread costs 16 KiB here (8 KiB on some machines), running or not. Growth means that \
      threads are created and do not exit, or that nobody waits for zombies.
      """
    case .shadowStacks:
      "A protected stack for each thread. It grows with the number of threads, like KernelStack."
    case .pageTables:
      """
      Normally 0.2% of the mapped memory. If it is more, many processes map one large shared memory \
      (databases without huge pages), or a program spreads its mappings thinly.
      """
    case .secondaryPageTables:
      """
      Translation tables for virtual machines (KVM) and devices (IOMMU). They grow with the memory \
      of guests and are freed when a guest ends.
      """
    case .percpu:
      """
      Each counter exists once per CPU. Growth means that nobody cleans up BPF per-CPU maps, network \
      namespaces or mounts, or that removed cgroups are still referenced.
      """
    case .zswap:
      """
      Swapped-out pages, compressed but still in RAM. If this is large, programs do not fit into \
      RAM. The cause is in AnonPages and Shmem.
      """
    case .zram:
      """
      Contents of zram disks, compressed in RAM. As swap, they mean that programs do not fit into \
      RAM. As a disk, they are files.
      """
    case .gpuActive:
      "Graphics objects in system memory. No process's resident size shows them."
    case .gpuReclaimable:
      "Pages that graphics drivers keep for reuse. They are given back under pressure."
    case .memmap:
      "64 bytes for each page of memory that was plugged in after boot. This is fixed and no leak."
    case .bounce:
      "Copies for devices that cannot reach all memory. More than a few MiB is a device problem."
    case .writebackTemporary:
      "Copies that FUSE file systems make while they write. If this stays, a FUSE server hangs."
    case .corrupted:
      "Memory hardware is failing. The kernel took these pages out of use. Plan to replace it."
    case .perCPUFree:
      "Free memory that each CPU keeps ready. It is given back under pressure and is no leak."
    case .unaccounted:
      """
      No kernel counter shows who has this. Drivers (graphics, network rings, a hypervisor's \
      balloon), pipes, io_uring or BPF rings took the pages directly. Growth means a leak in the \
      kernel or a driver, or a program that fills pipes and rings. No process's size shows it.
      """
    case .free:
      "Memory that nobody uses. Little of it is normal, because the page cache takes the rest."
    case .anonymousHuge:
      """
      The kernel gives programs 2 MiB pages. A program that uses a little of each seems to leak: its \
      resident size grows without new allocations.
      """
    case .unevictable:
      "Memory that can be neither swapped nor dropped: mlock, ramfs, secret and graphics memory."
    case .dirty:
      """
      Data that is not yet written to a disk, and cannot be freed before. A slow or hanging disk or \
      network file system makes the machine run out of memory.
      """
    case .sharedElsewhere:
      """
      Shared memory that is in no mount visible from here: memfd, shared anonymous mmap, graphics \
      buffers, deleted but open files, tmpfs inside containers.
      """
    case .unusedHugePages:
      "Huge pages that no program uses or has reserved: memory wasted by configuration."
    case .cmaUsed:
      "Memory set apart for devices at boot. While unused, it is lent to programs."
    case .socketBuffers:
      """
      Data received but not read, or sent but not acknowledged. Growth means that a program or its \
      peer does not read its sockets.
      """
    case .balloon:
      """
      The hypervisor took this memory for others. From inside, the machine seems to shrink \
      (MemTotal), or a driver seems to leak (UNACCOUNTED).
      """
    case .available:
      """
      Memory that can be used without swapping. When it is gone, the machine stalls and processes \
      are killed. The largest and the growing items below are the cause.
      """
    case .swapUsed:
      "Programs do not fit into RAM, or once did not. Full swap and no MemAvailable end in kills."
    case .committed:
      """
      Memory promised to programs. If it grows while AnonPages does not, address space leaks: \
      mappings are made and never removed, such as stacks of threads that exited. Virtual size \
      shows this; resident size does not.
      """
    case .cgroupLimit:
      """
      A limit on this shell's own cgroup. Its processes are killed at the limit, however much the \
      machine has left. Page cache counts, so a full cgroup alone is no fault.
      """
    case .threads:
      "At the limit, fork and pthread_create fail. Growth means that threads or zombies pile up."
    case .openFiles:
      "At the limit, nobody can open a file or a socket. Growth means that files are not closed."
    case .outOfMemoryKills:
      "The kernel killed processes because memory ran out, on the machine or in a cgroup."
    }
  }
}
