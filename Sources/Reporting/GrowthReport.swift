// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
import TextLayout

/// Growth with an explanation, ready to be read.
public struct GrowthReport: Sendable {
  public var growth: Growth
  /// Why it is no leak, in words.
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
      "\(counted(count, "range")) of address space \(count == 1 ? "is" : "are") only reserved, which"
        + " costs no memory. \(formatBytes(committed)) of it is accessible."
    case .arenas(let count, let committed):
      "malloc reserves 64 MiB for each arena. \(counted(count, "arena")) \(count == 1 ? "exists" : "exist"),"
        + " one for every few threads; \(formatBytes(committed)) of it is accessible."
    case .placed(let count):
      "\(counted(count, "mapping")) replaced memory that was mapped or reserved before, so the address"
        + " space did not grow."
    case .settled(let count, let quiet):
      "\(counted(count, "mapping")) came and stayed, but none came in the last"
        + " \(formatDuration(nanoseconds: quiet)). A pool or a full cache looks like this."
    case .turnover(let mapped, let freed):
      "Most of it is freed again: \(formatCount(UInt64(max(0, mapped)))) mapped,"
        + " \(formatCount(UInt64(max(0, freed)))) unmapped."
    case .collected:
      "This runtime has a garbage collector, which gives memory back late."
    }
  }
}
