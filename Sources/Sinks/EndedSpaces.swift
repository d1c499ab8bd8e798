// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Reporting
import Symbolization

/// What ended spaces held, for the document of a command, which is written after it ends.
///
/// A space is kept by call path ids until its call paths are resolved. From then on it is kept as samples,
/// which are fewer.
struct EndedSpaces {
  private var samples: [ProfileSample] = []
  private var waiting: [SpaceProfile] = []
  private var waitingTallies = 0
  private var settleAt = KernelInstant(nanoseconds: 0)

  /// Spaces that found no room.
  private(set) var leftOut = 0

  /// A document with more samples than this helps nobody.
  private static let mostSamples = 20_000
  /// The memory that waiting spaces may take: about 30 MB.
  private static let mostTallies = 100_000
  private static let settleEvery: UInt64 = 1_000_000_000

  mutating func add(_ profile: SpaceProfile) {
    guard samples.count < Self.mostSamples, waitingTallies < Self.mostTallies else {
      leftOut += 1
      return
    }
    waiting.append(profile)
    waitingTallies += profile.count
  }

  /// Turns the spaces whose call paths are all known into samples, once a second.
  mutating func settle(at now: KernelInstant, _ book: CallPathBook) {
    guard now >= settleAt, !waiting.isEmpty else { return }
    settleAt = now.later(by: Self.settleEvery)
    var rest: [SpaceProfile] = []
    for profile in waiting {
      if profile.callPaths.allSatisfy(book.isKnown) {
        samples += profile.samples { book[$0] }
        waitingTallies -= profile.count
      } else {
        rest.append(profile)
      }
    }
    waiting = rest
  }

  /// All of it, with the call paths that are known.
  func allSamples(_ book: CallPathBook) -> [ProfileSample] {
    samples + waiting.flatMap { $0.samples { book[$0] } }
  }

  var callPathsInUse: Set<CallPathID> {
    waiting.reduce(into: []) { $0.formUnion($1.callPaths) }
  }
}
