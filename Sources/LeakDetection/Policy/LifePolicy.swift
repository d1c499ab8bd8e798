// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// How long a verdict goes on when the rule that made it holds no more.
public struct LifePolicy: Sendable {
  public var pause = Constant(
    KernelDuration.seconds(20),
    """
    A leak that pauses for that long, or for as long as it grew, is still a leak: work comes in \
    bursts.
    """)
  public var fadingSpans = Constant(
    4 as UInt64,
    """
    A leak that paused for longer stays a suspect, until it was quiet for so many times as long as it \
    grew.
    """)
  public var fadingOfMappings = Constant(
    KernelDuration.seconds(60), "Mappings that leaked stay a suspect for that long at least.")
  public var suspectPause = Constant(
    KernelDuration.seconds(6),
    "Mappings that are a suspect may pause for that long, or for as long as they came.")
  public var fadingShare = Constant(
    0.2,
    """
    Leaking mappings of which less than this share came in the later half fade: what came fast and \
    then hardly comes was a pool that filled.
    """)
  public var fadingPart = Constant(
    8 as UInt64,
    """
    A leaking heap fades once the latter three fifths of its time brought less than one part in so \
    many of its rise.
    """)
  public var newsTimes = Constant(
    2,
    "A verdict is told again when its count is so many times what was told, or one part in so many."
  )

  public init() {}
}
