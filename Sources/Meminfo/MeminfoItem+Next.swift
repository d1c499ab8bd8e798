// SPDX-License-Identifier: Apache-2.0

/// What explains most of a row.
enum MeminfoSuspect: Equatable {
  case process(pid: Int32)
  case mount(path: String)
  /// Shared memory that is in no mount: memfd, shared anonymous memory.
  case noMount
  /// Kernel objects that stand for mappings of processes.
  case mappings
  /// Kernel objects of kmalloc, whose name tells no owner.
  case namelessSlab
}

extension MeminfoItem {
  /// The next thing to look at: `suspect`'s inside, if one explains the row.
  func next(in sample: MeminfoSample, suspect: MeminfoSuspect?) -> MeminfoStep {
    switch self {
    case .anonymous, .committed:
      if case .process(let pid) = suspect {
        MeminfoStep("sudo bpfleak --pid \(pid)", "what it maps and does not give back, and where")
      } else {
        MeminfoStep("sudo bpfleak", "which process takes memory and does not give it back")
      }
    case .sharedMemory:
      switch suspect {
      case .mount(let path):
        MeminfoStep(
          "sudo du -ahx \(Self.quoted(path)) | sort -h | tail",
          "its largest files; delete what is stale")
      case .noMount: largest("RssShmem", "which process holds it: no mount seen from here does")
      default: MeminfoStep("df -h -t tmpfs; ipcs -m -p", "which mount or segment it is")
      }
    case .sharedElsewhere:
      largest("RssShmem", "which process holds shared memory")
    case .pageCache:
      MeminfoStep("vmstat 1 5", "si/so and bi/bo: whether it is needed; nothing to do otherwise")
    case .swapCache, .swapUsed:
      largest("VmSwap", "who was swapped out; vmstat 1 shows whether it still goes on")
    case .hugePages, .unusedHugePages:
      MeminfoStep(
        "grep . /sys/kernel/mm/hugepages/*/*_hugepages",
        "sizes, free and reserved; sudo sysctl vm.nr_hugepages=N makes the pool smaller")
    case .slabReclaimable:
      MeminfoStep(
        "sudo slabtop -o -s c | head -20",
        "the largest caches; sudo sysctl vm.drop_caches=2 tells whether they can be given back")
    case .slabUnreclaimable:
      switch suspect {
      case .mappings: MeminfoStep("sudo bpfleak", "whose mappings the kernel has to remember")
      case .namelessSlab: kernelAllocations(in: sample)
      default:
        MeminfoStep("sudo slabtop -o -s c | head -20", "the largest caches: the name tells whose")
      }
    case .otherReclaimable, .writebackTemporary:
      MeminfoStep("lsmod; grep -E 'fuse|nfs' /proc/mounts", "which driver or file system it may be")
    case .vmalloc:
      MeminfoStep(
        "sudo awk '/ vmalloc/{s[$3]+=$2}END{for(f in s)print s[f],f}' /proc/vmallocinfo|sort -n|tail",
        "bytes by the function that asked for them")
    case .kernelStacks, .shadowStacks, .threads:
      MeminfoStep(
        "ps -eo nlwp,stat,pid,ppid,comm --sort=-nlwp | head",
        "who has most threads; then: sudo bpfleak --pid PID")
    case .pageTables:
      largest("VmPTE", "whose tables are largest")
    case .secondaryPageTables:
      MeminfoStep("pgrep -a 'qemu|firecracker|cloud-hyp'", "which virtual machines run here")
    case .percpu:
      MeminfoStep(
        "grep . /proc/cgroups /sys/fs/cgroup/cgroup.stat",
        "num_cgroups and nr_dying_descendants: thousands are too many; sudo bpftool map for BPF")
    case .zswap:
      largest("VmSwap", "who was swapped out")
    case .zram:
      MeminfoStep("zramctl", "each zram disk, its data and what it takes compressed")
    case .gpuActive, .gpuReclaimable:
      MeminfoStep("sudo sh -c 'grep -H drm-total /proc/[0-9]*/fdinfo/*'", "who has graphics memory")
    case .memmap, .perCPUFree, .free:
      MeminfoStep("cat /proc/zoneinfo", "each zone's pages; nothing to do here")
    case .bounce:
      MeminfoStep("sudo dmesg | grep -i -e swiotlb -e dma", "which device needs copies")
    case .corrupted:
      MeminfoStep("sudo dmesg -T | grep -i -e 'memory failure' -e mce", "when and which address")
    case .unaccounted: kernelAllocations(in: sample)
    case .anonymousHuge:
      MeminfoStep(
        "sudo grep -H ^AnonHugePages /proc/[0-9]*/smaps_rollup | sort -nk2 | tail",
        "who has them; /sys/kernel/mm/transparent_hugepage/enabled: madvise limits them")
    case .unevictable:
      largest("VmLck", "who locks memory")
    case .dirty:
      MeminfoStep(
        "cat /proc/pressure/io; ps -eo stat,pid,wchan,comm | grep ^D", "who waits for the disk")
    case .cmaUsed:
      MeminfoStep("sudo grep -r . /sys/kernel/mm/cma", "which area")
    case .socketBuffers:
      MeminfoStep(
        "sudo ss -tuapm | grep -B1 -E 'skmem:.r[1-9]'", "sockets with unread data, and whose")
    case .balloon:
      MeminfoStep("grep -i balloon /proc/vmstat", "how it moves; ask who runs the host")
    case .available:  // the composer finds a better one: the step of the item that takes it
      MeminfoStep("sudo bpfleak", "which process takes memory and does not give it back")
    case .cgroupLimit:
      MeminfoStep(
        "cat \(Self.quoted(sample.cgroup?.path ?? "/sys/fs/cgroup"))/memory.stat",
        "anon is programs, file is page cache, the others are the kernel's")
    case .openFiles:
      MeminfoStep(
        "sudo sh -c 'for p in /proc/[0-9]*;do echo $(ls $p/fd|wc -l) $p;done'|sort -n|tail",
        "who has most descriptors open")
    case .outOfMemoryKills:
      MeminfoStep("sudo dmesg -T | grep -i -A1 'out of memory'", "who was killed, when, how large")
    }
  }

  /// For a shell, so that a path with spaces is one word.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
    return isPlain ? path : "'" + path.split(separator: "'").joined(separator: "'\\''") + "'"
  }

  private func kernelAllocations(in sample: MeminfoSample) -> MeminfoStep {
    sample.hasAllocationProfile
      ? MeminfoStep("sudo sort -rn /proc/allocinfo | head -20", "bytes by the line of kernel code")
      : MeminfoStep(
        "sudo memleak-bpfcc 60 1",
        "which kernel code took memory in a minute and kept it (package bpfcc-tools)")
  }

  /// The processes with most of a field of /proc/PID/status.
  private func largest(_ field: String, _ tells: String) -> MeminfoStep {
    MeminfoStep("grep -H \(field) /proc/[0-9]*/status | sort -nk2 | tail", tells)
  }
}
