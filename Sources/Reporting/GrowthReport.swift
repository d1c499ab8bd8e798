// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
import TextLayout

/// Explained growth made ready to be read.
public struct GrowthReport: Sendable {
  public var growth: Growth
  /// Why it is no leak, in one sentence.
  public var because: String

  public init(_ growth: Growth) {
    self.growth = growth
    because = growth.reason.sentence
  }
}

extension Growth.Reason {
  var sentence: String {
    switch self {
    case .reserved(let count, let committed):
      "\(counted(count, "range")) of address space \(count == 1 ? "is" : "are") reserved without"
        + " access, which costs no memory; \(formatBytes(committed)) of it is accessible."
    case .arenas(let count, let committed):
      "malloc reserves 64 MiB for each of \(counted(count, "arena")), one for each few threads;"
        + " \(formatBytes(committed)) of it is accessible."
    case .placed(let count):
      "\(counted(count, "mapping")) \(count == 1 ? "lies" : "lie") where memory was mapped or"
        + " reserved before, so the address space did not grow."
    case .settled(let count, let quiet):
      "\(counted(count, "mapping")) came and stayed, and none has come for"
        + " \(formatDuration(nanoseconds: quiet)): a pool, or a cache that is full."
    case .turnover(let mapped, let freed):
      "As it comes it goes: \(formatCount(UInt64(max(0, mapped)))) mapped,"
        + " \(formatCount(UInt64(max(0, freed)))) unmapped."
    case .collected:
      "A runtime that collects garbage takes what it needs and gives it back late."
    }
  }
}
