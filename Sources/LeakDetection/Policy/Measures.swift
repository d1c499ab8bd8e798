// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// How signals are measured.
public struct Measures: Sendable {
  public var leastPatience = Constant(
    30,
    """
    Mappings older than 2 to this power of nanoseconds (1.07 s) may count as stuck. Younger ones \
    are often still in use.
    """)
  public var mostPatience = Constant(
    43,
    "The same where frees come late: 2 to this power is 2.4 hours. The history knows no later ones."
  )
  public var lateEnds = Constant(
    2,
    "Of 100 stuck mappings, so many may have been freed past that age. A few are freed late in any program."
  )
  public var lateEndsOfLeaking = Constant(
    12,
    "The same once a verdict stands. A few late frees take no verdict back.")
  public var fewestStuck = Constant(
    3, "Two mappings that stay have one distance between them, and that shows no course.")
  public var fewestMoments = Constant(
    4, "So many mappings that came one by one show a period: three distances must agree.")
  public var fewestGaps = Constant(
    8, "Where all that came stayed, so many show a period by their mean distance.")
  public var fewestGapsTold = Constant(
    5, "So many are enough to tell a period as evidence, which no rule depends on.")
  public var regularPart = Constant(
    8,
    "Distances that differ by one part in so many are equal: a timer of a busy machine is late by that."
  )
  public var laterHalf = Constant(
    0.38,
    "Growth is steady when its second half has this share of it. A pool or cache that fills has less."
  )
  public var leastQuarter = Constant(
    0.3, "Growth is steady when no later quarter has less than this share of the mean quarter.")
  public var fewestSteps = Constant(3, "So many steps of a rising size show a course.")
  public var leastLatest = Constant(
    0.3,
    """
    What filled up and stays so differs from what goes on in its last fifth alone. This much of the \
    mean must have come in it.
    """)
  public var latestPart = Constant(
    4, "One part in so many of the last fifth is its end: the least size there is the latest one.")
  public var reservedPart = Constant(
    2 as UInt64,
    """
    Reserved address space of which less than one part in so many is accessible is judged as a \
    reservation.
    """)
  public var swellingTimes = Constant(
    4 as UInt64,
    """
    Mappings of which the largest is so many times the smallest are judged by bytes: an allocator \
    takes ever larger pieces, ever more seldom.
    """)
  public var purePart = Constant(
    10,
    """
    Where one in so many was freed, or fewer, the young ones are blamed with the old ones: they \
    will stay as well.
    """)
  public var remainsPart = Constant(
    10,
    """
    Where fewer than one in so many went, but more than one byte in so many, pieces of mappings \
    were left behind.
    """)
  public var fewestRegular = Constant(
    5, "So many thread stacks, or mappings of one group, show a period.")
  public var regularMedianPart = Constant(
    10 as UInt64,
    """
    For those, the median distance differs by one part in so many at most. One that is late or missing \
    changes no median.
    """)

  public init() {}
}
