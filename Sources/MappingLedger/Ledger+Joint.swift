// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// How a list of the kernel's joins the stream of events.
struct Joint {
  /// Where the table is right as the events make it, whatever the list says.
  var settled: AddressRangeSet
  /// What has to be asked again.
  var doubts: AddressRangeSet
  /// Whether the break is better known from events.
  var movesBreak: Bool
}

extension Ledger {
  /// How long at most the kernel takes from the record of a call to its effect, in nanoseconds.
  private static let longestCall: UInt64 = 2_000_000_000

  /// Nil when the list is of another space than the one of that key is after the window.
  func joint(
    of space: Space, _ snapshot: SpaceSnapshot, _ window: [MappingEvent], at when: KernelInstant
  ) -> Joint? {
    let horizon = KernelInstant(
      nanoseconds: when.nanoseconds - min(when.nanoseconds, Self.longestCall))
    var underWay = recent.ranges(in: space.id, since: horizon)
    var touched: [AddressRange] = []
    var movesBreak = false
    for event in window where event.space == space.key {
      switch event.fact {
      case .execed, .spaceEnded: return nil
      case .mapped(let call):
        let size = call.file.map { UInt64($0.pageBytes) } ?? call.hugePageBytes(machine) ?? 0
        touched.append(range(call.address, call.bytes, of: size))
      case .attached(let call): touched.append(range(call.address, call.bytes))
      case .unmapping(let address, let bytes), .remapping(let address, let bytes),
        .protected(let address, let bytes, _, _):
        touched.append(range(address, bytes))
      case .remapped(let call):
        // As if of the largest pages there are: a bit more does no harm.
        touched.append(range(call.oldAddress, call.oldBytes, of: Self.largestPage))
        let address = call.result ?? call.requestedAddress
        touched.append(range(address, call.newBytes, of: Self.largestPage))
      case .detaching(let address):
        guard let range = space.segmentReach(attachedAt: address, files) else { continue }
        touched.append(range)
        // The event tells no length: were a list to take the segment away, it would find nothing.
        underWay.append(range)
      case .breakSet(let start, let brk):
        let end = max(brk, space.currentBreak, snapshot.totals.currentBreak)
        touched.append(AddressRange(start: start, length: pages(end &- start)))
        movesBreak = !space.doubts.overlaps(AddressRange(start: start, length: 1))
      case .unsure: touched.append(.everything)
      // A munmap that fails is in the window itself, or was under way before it.
      case .unmapFailed, .taskCreated, .taskExited, .renamed: break
      }
    }
    let doubts = AddressRangeSet(underWay.flatMap { space.doubts.parts(of: $0) })
    // What is doubtful is not better known from the table.
    let known = AddressRangeSet(touched).ranges.flatMap { space.doubts.gaps(in: $0) }
    // Nothing can be missing where nobody split an area.
    let seams = touched.isEmpty ? [] : snapshot.seams
    return Joint(
      settled: AddressRangeSet(underWay + known + seams),
      doubts: AddressRangeSet(doubts.ranges + seams), movesBreak: movesBreak)
  }

  /// The range of a call's arguments, in pages of that size.
  private func range(_ address: UInt64, _ bytes: UInt64, of size: UInt64 = 0) -> AddressRange {
    let size = max(size, machine.pageBytes)
    return AddressRange(start: address, length: bytes > .max - size ? .max : pages(bytes, of: size))
  }
}
