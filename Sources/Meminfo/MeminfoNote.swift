// SPDX-License-Identifier: Apache-2.0

/// A fact that belongs to the whole report.
public enum MeminfoNote: Equatable, Sendable {
  /// Some task waited for memory during this part of the last 10 s.
  case pressure(hundredths: UInt64)
  /// MemTotal changed: a balloon, or memory plugged in or out.
  case totalChanged(by: Int64)
  /// The counters add up to more than MemTotal, because the kernel reads them one after another.
  case overcounted(bytes: UInt64)
  /// A field that bpfleak does not know. If no other field counts its pages, they are in the rest.
  case unknownField(name: String, value: UInt64, isBytes: Bool)
  /// This kernel has no such counter. Its pages are in the rest.
  case notCounted(field: String, since: String)
  /// Lines of /proc/meminfo with an unknown form.
  case unreadableLines(Int)

  static func all(first: MeminfoSample?, current: MeminfoSample, rest: Int64) -> [MeminfoNote] {
    let fields = current.fields
    var notes: [MeminfoNote] = []
    if let pressure = current.pressure, pressure >= 100 {
      notes.append(.pressure(hundredths: pressure))
    }
    if let before = first?.fields["MemTotal"], let now = fields["MemTotal"], before != now {
      notes.append(.totalChanged(by: Int64(clamping: now) - Int64(clamping: before)))
    }
    // Less than a MiB is normal skew between counters.
    if rest < -(1 << 20) { notes.append(.overcounted(bytes: rest.magnitude)) }
    for (field, version) in [("SecPageTables", "6.1"), ("Percpu", "5.0"), ("Hugetlb", "4.20")]
    where fields[field] == nil {
      notes.append(.notCounted(field: field, since: version))
    }
    for field in fields.all where field.value > 0 && !knownFields.contains(field.name) {
      notes.append(.unknownField(name: field.name, value: field.value, isBytes: field.isBytes))
    }
    if !fields.unreadableLines.isEmpty {
      notes.append(.unreadableLines(fields.unreadableLines.count))
    }
    return notes
  }

  /// Fields that `MeminfoAccount` uses, and fields that do not tell where memory is: other views of the same
  /// pages, address space, constants, and counters that the kernel no longer maintains.
  static let knownFields: Set<String> = [
    "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "Active", "Inactive",
    "Active(anon)", "Inactive(anon)", "Active(file)", "Inactive(file)", "Unevictable", "Mlocked",
    "HighTotal", "HighFree", "LowTotal", "LowFree", "MmapCopy", "SwapTotal", "SwapFree", "Zswap",
    "Zswapped", "Dirty", "Writeback", "AnonPages", "Mapped", "Shmem", "KReclaimable", "Slab",
    "SReclaimable", "SUnreclaim", "KernelStack", "ShadowCallStack", "PageTables", "SecPageTables",
    "NFS_Unstable", "Bounce", "WritebackTmp", "CommitLimit", "Committed_AS", "VmallocTotal",
    "VmallocUsed", "VmallocChunk", "Percpu", "EarlyMemtestBad", "HardwareCorrupted",
    "AnonHugePages", "ShmemHugePages", "ShmemPmdMapped", "FileHugePages", "FilePmdMapped",
    "CmaTotal", "CmaFree", "Unaccepted", "Balloon", "GPUActive", "GPUReclaim", "HugePages_Total",
    "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp", "Hugepagesize", "Hugetlb", "DirectMap4k",
    "DirectMap2M", "DirectMap4M", "DirectMap1G", "DirectMap64k", "DirectMap1M", "DirectMap2G",
  ]
}
