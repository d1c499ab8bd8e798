// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents

/// How a list of the kernel and the events of its window are joined.
///
/// The window is what was recorded while the kernel made the list. The list shows each event of the
/// window done or not done, and nothing tells which. Where such an event decides, the table follows the
/// events; everywhere else it follows the list.
struct SnapshotSplice {
  /// Where the events decide and the list is ignored.
  var settled: AddressRangeSet
  /// Where neither can be trusted, so the kernel has to be asked again.
  var doubts: AddressRangeSet
  /// Whether the program break comes from the events rather than from the list.
  var movesBreak: Bool
}

extension Ledger {
  /// The longest time that the kernel takes from the record of a call to its effect, in nanoseconds.
  private static let longestCall: UInt64 = 2_000_000_000

  /// Nil when the space was replaced during the window, so that the list is of another one.
  func splice(
    _ snapshot: SpaceSnapshot, into space: Space, window: [MappingEvent], at when: KernelInstant
  ) -> SnapshotSplice? {
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
        // The page size is unknown. Assuming the largest one covers a bit more, which does no harm.
        touched.append(range(call.oldAddress, call.oldBytes, of: Self.largestPage))
        let address = call.result ?? call.requestedAddress
        touched.append(range(address, call.newBytes, of: Self.largestPage))
      case .detaching(let address):
        guard let range = space.segmentReach(attachedAt: address, files) else { continue }
        touched.append(range)
        // The event has no length. It finds the segment in the table, so the list must not remove it.
        underWay.append(range)
      case .breakSet(let start, let brk):
        let end = max(brk, space.currentBreak, snapshot.totals.currentBreak)
        touched.append(AddressRange(start: start, length: pages(end &- start)))
        movesBreak = !space.doubts.overlaps(AddressRange(start: start, length: 1))
      case .unsure: touched.append(.everything)
      // The munmap that failed is in the window itself, or was under way before it.
      case .unmapFailed, .taskCreated, .taskExited, .renamed: break
      }
    }
    let doubts = AddressRangeSet(underWay.flatMap { space.doubts.parts(of: $0) })
    // In a doubtful range the table is no better than the list.
    let known = AddressRangeSet(touched).ranges.flatMap { space.doubts.gaps(in: $0) }
    // The list can lack areas at its seams only if a call split an area meanwhile.
    let seams = touched.isEmpty ? [] : snapshot.seams
    return SnapshotSplice(
      settled: AddressRangeSet(underWay + known + seams),
      doubts: AddressRangeSet(doubts.ranges + seams), movesBreak: movesBreak)
  }

  /// The range that a call named, rounded up to pages of `size`.
  private func range(_ address: UInt64, _ bytes: UInt64, of size: UInt64 = 0) -> AddressRange {
    let size = max(size, machine.pageBytes)
    return AddressRange(start: address, length: bytes > .max - size ? .max : pages(bytes, of: size))
  }
}
