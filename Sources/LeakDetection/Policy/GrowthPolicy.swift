// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// When growth is explained instead of blamed.
public struct GrowthPolicy: Sendable {
  public var leastBytes = Constant(
    1 << 20 as UInt64, "Less growth than this is not worth a word.")
  public var leastQuiet = Constant(
    KernelDuration.seconds(10),
    "Growth that has been as large for that long, and for as long as it took, has settled.")
  public var turnoverPart = Constant(
    2, "Where more than one in so many mappings was freed, as much goes as comes.")
  public var newsTimes = Constant(
    2 as UInt64, "Growth that was told of is told again at so many times its size.")

  public init() {}
}
