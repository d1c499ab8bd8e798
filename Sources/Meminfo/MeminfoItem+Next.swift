// SPDX-License-Identifier: Apache-2.0

/// The thing that explains most of a row.
enum MeminfoSuspect: Equatable {
  case process(pid: Int32)
  case mount(path: String)
  /// Shared memory outside of any mount: memfd, shared anonymous memory.
  case noMount
  /// Kernel objects that stand for mappings of processes.
  case mappings
  /// Kernel objects of kmalloc, whose names do not tell the owner.
  case namelessSlab
}

extension MeminfoItem {
  /// The next command to run. It looks into `suspect`, when one explains the row.
  func next(in sample: MeminfoSample, suspect: MeminfoSuspect?) -> MeminfoStep {
    switch self {
    case .anonymous, .committed:
      if case .process(let pid) = suspect {
        MeminfoStep(
          "sudo bpfleak --pid \(pid)", "what this process maps and never unmaps, and where")
      } else {
        MeminfoStep("sudo bpfleak", "which process maps memory and never unmaps it")
      }
    case .sharedMemory:
      switch suspect {
      case .mount(let path):
        MeminfoStep(
          "sudo du -ahx \(Self.quoted(path)) | sort -h | tail",
          "its largest files; delete old ones")
      case .noMount: largest("RssShmem", "which process holds it (no visible mount does)")
      case .process, .mappings, .namelessSlab, nil:
        MeminfoStep("df -h -t tmpfs; ipcs -m -p", "which mount or segment it is")
      }
    case .sharedElsewhere:
      largest("RssShmem", "which process holds shared memory")
    case .pageCache:
      MeminfoStep(
        "vmstat 1 5", "si/so and bi/bo: whether it is in use; normally there is nothing to do")
    case .swapCache, .swapUsed:
      largest("VmSwap", "which process was swapped out; vmstat 1 shows whether that continues")
    case .hugePages, .unusedHugePages:
      MeminfoStep(
        "grep . /sys/kernel/mm/hugepages/*/*_hugepages",
        "sizes, free and reserved; sudo sysctl vm.nr_hugepages=N shrinks the pool")
    case .slabReclaimable:
      MeminfoStep(
        "sudo slabtop -o -s c | head -20",
        "the largest caches; sudo sysctl vm.drop_caches=2 shows whether they can be freed")
    case .slabUnreclaimable:
      switch suspect {
      case .mappings: MeminfoStep("sudo bpfleak", "which process has so many mappings")
      case .namelessSlab: kernelAllocations(in: sample)
      case .process, .mount, .noMount, nil:
        MeminfoStep(
          "sudo slabtop -o -s c | head -20", "the largest caches; names tell their owners")
      }
    case .otherReclaimable, .writebackTemporary:
      MeminfoStep(
        "lsmod; grep -E 'fuse|nfs' /proc/mounts", "drivers and file systems that may have it")
    case .vmalloc:
      MeminfoStep(
        "sudo awk '/ vmalloc/{s[$3]+=$2}END{for(f in s)print s[f],f}' /proc/vmallocinfo|sort -n|tail",
        "bytes by the function that allocated them")
    case .kernelStacks, .shadowStacks, .threads:
      MeminfoStep(
        "ps -eo nlwp,stat,pid,ppid,comm --sort=-nlwp | head",
        "which process has most threads; then run sudo bpfleak --pid PID")
    case .pageTables:
      largest("VmPTE", "which process has the largest page tables")
    case .secondaryPageTables:
      MeminfoStep("pgrep -a 'qemu|firecracker|cloud-hyp'", "which virtual machines run here")
    case .percpu:
      MeminfoStep(
        "grep . /proc/cgroups /sys/fs/cgroup/cgroup.stat",
        "num_cgroups and nr_dying_descendants: thousands are too many; for BPF: sudo bpftool map")
    case .zswap:
      largest("VmSwap", "which process was swapped out")
    case .zram:
      MeminfoStep("zramctl", "each zram disk, its data and their compressed size")
    case .gpuActive, .gpuReclaimable:
      MeminfoStep(
        "sudo sh -c 'grep -H drm-total /proc/[0-9]*/fdinfo/*'", "which process has graphics memory")
    case .memmap, .perCPUFree, .free:
      MeminfoStep("cat /proc/zoneinfo", "pages of each zone; there is nothing to do")
    case .bounce:
      MeminfoStep("sudo dmesg | grep -i -e swiotlb -e dma", "which device needs copies")
    case .corrupted:
      MeminfoStep(
        "sudo dmesg -T | grep -i -e 'memory failure' -e mce", "when, and at which address")
    case .unaccounted: kernelAllocations(in: sample)
    case .anonymousHuge:
      MeminfoStep(
        "sudo grep -H ^AnonHugePages /proc/[0-9]*/smaps_rollup | sort -nk2 | tail",
        "which process has them; madvise in /sys/kernel/mm/transparent_hugepage/enabled limits them"
      )
    case .unevictable:
      largest("VmLck", "which process locks memory")
    case .dirty:
      MeminfoStep(
        "cat /proc/pressure/io; ps -eo stat,pid,wchan,comm | grep ^D",
        "which process waits for the disk")
    case .cmaUsed:
      MeminfoStep("sudo grep -r . /sys/kernel/mm/cma", "which area is in use")
    case .socketBuffers:
      MeminfoStep(
        "sudo ss -tuapm | grep -B1 -E 'skmem:.r[1-9]'", "sockets with unread data, and their owners"
      )
    case .balloon:
      MeminfoStep("grep -i balloon /proc/vmstat", "how it changes; ask the owner of the host")
    // The composer finds a better step: that of the item that takes the memory.
    case .available:
      MeminfoStep("sudo bpfleak", "which process maps memory and never unmaps it")
    case .cgroupLimit:
      MeminfoStep(
        "cat \(Self.quoted(sample.cgroup?.path ?? "/sys/fs/cgroup"))/memory.stat",
        "anon is programs, file is page cache, the rest is the kernel")
    case .openFiles:
      MeminfoStep(
        "sudo sh -c 'for p in /proc/[0-9]*;do echo $(ls $p/fd|wc -l) $p;done'|sort -n|tail",
        "which process has most files open")
    case .outOfMemoryKills:
      MeminfoStep(
        "sudo dmesg -T | grep -i -A1 'out of memory'",
        "which process was killed, when, and its size")
    }
  }

  /// The path quoted for a shell.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
    return isPlain ? path : "'" + path.split(separator: "'").joined(separator: "'\\''") + "'"
  }

  private func kernelAllocations(in sample: MeminfoSample) -> MeminfoStep {
    sample.hasAllocationProfile
      ? MeminfoStep("sudo sort -rn /proc/allocinfo | head -20", "bytes by line of kernel code")
      : MeminfoStep(
        "sudo memleak-bpfcc 60 1",
        "kernel code that took memory within a minute and kept it (package bpfcc-tools)")
  }

  /// The processes with the largest values of a field of /proc/PID/status.
  private func largest(_ field: String, _ tells: String) -> MeminfoStep {
    MeminfoStep("grep -H \(field) /proc/[0-9]*/status | sort -nk2 | tail", tells)
  }
}
