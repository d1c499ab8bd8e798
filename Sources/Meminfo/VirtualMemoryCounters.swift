// SPDX-License-Identifier: Apache-2.0

/// Counters of /proc/vmstat that /proc/meminfo lacks; `nil` when this kernel has none.
public struct VirtualMemoryCounters: Equatable, Sendable {
  /// Bytes of pages with compressed content, for zswap and zram together (`nr_zspages`).
  public var compressed: UInt64?
  /// Bytes of `struct page` allocated after boot (`nr_memmap_pages`, memory hotplug).
  public var memmap: UInt64?
  /// Processes killed since boot because memory ran out.
  public var outOfMemoryKills: UInt64?

  public init() {}

  public init(parsing text: String, pageSize: UInt64) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let value = UInt64(words[1]) else { continue }
      switch words[0] {
      case "nr_zspages": compressed = byteCount(ofPages: value, of: pageSize)
      case "nr_memmap_pages": memmap = byteCount(ofPages: value, of: pageSize)
      case "oom_kill": outOfMemoryKills = value
      // The file has two hundred counters.
      default: break
      }
    }
  }

  /// Bytes in the per-CPU free lists: the `count:` lines of /proc/zoneinfo.
  public static func perCPUFree(zoneinfo: String, pageSize: UInt64) -> UInt64 {
    zoneinfo.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == "count:", let pages = UInt64(words[1]) else { return sum }
      return sum &+ byteCount(ofPages: pages, of: pageSize)
    }
  }

  /// Bytes in the sockets of TCP, UDP and fragment reassembly.
  public static func socketBuffers(sockstat: String, pageSize: UInt64) -> UInt64 {
    sockstat.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard let name = words.firstIndex(where: { $0 == "mem" || $0 == "memory" }),
        name + 1 < words.count, let value = UInt64(words[name + 1])
      else { return sum }
      return sum &+ (words[name] == "mem" ? byteCount(ofPages: value, of: pageSize) : value)
    }
  }

  /// The `some avg10` of /proc/pressure/memory, in hundredths of a percent.
  public static func pressure(_ text: String) -> UInt64? {
    for word in text.split(whereSeparator: \.isWhitespace) where word.hasPrefix("avg10=") {
      let parts = word.dropFirst(6).split(separator: ".")
      guard parts.count == 2, parts[1].count == 2, let whole = UInt64(parts[0]),
        whole <= 100, let hundredths = UInt64(parts[1])
      else { return nil }
      return whole * 100 + hundredths
    }
    return nil
  }
}
