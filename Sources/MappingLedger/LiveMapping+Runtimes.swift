// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Runtimes

// The only place where the ledger uses what is known of runtimes: how glibc reserves memory for
// malloc's arenas, and where Go puts its heap.

extension LiveMapping {
  /// Whether it is address space for later: private, without access, and at least 1 MiB.
  ///
  /// Thread stacks can be mapped without access too, but are made accessible at once.
  func isReservation(_ bytes: UInt64) -> Bool {
    protection.isEmpty && bytes >= 1 << 20
      && traits.isDisjoint(with: [.file, .shared, .stackFlag, .growsDown])
  }

  /// Whether a mapping over what is mapped in `range` already extends a Go heap.
  func fillsGoHeap(_ range: AddressRange) -> Bool {
    HeapRangeProfile.go.addresses.contains(range.start) && !protection.isEmpty
      && traits.isDisjoint(with: [.file, .shared])
  }

  /// Whether it is the part of a glibc arena that is not accessible yet: it ends where an arena does.
  func isRestOfArena(_ range: AddressRange) -> Bool {
    let arena = ArenaProfile.glibc.heapBytes
    return isReservation(range.length) && range.length < arena && range.end & (arena - 1) == 0
  }

  /// Whether it is the accessible part of a glibc arena from before tracing began: it starts where an
  /// arena does.
  func isUsedOfArena(_ range: AddressRange) -> Bool {
    isCommitted && range.start & (ArenaProfile.glibc.heapBytes - 1) == 0
  }

  /// Whether it can be the accessible part of a reservation from before tracing began.
  var isCommitted: Bool {
    traits.contains(.seeded) && !protection.isEmpty
      && traits.isDisjoint(with: [.file, .shared, .threadStack, .stackFlag])
  }
}

extension Account {
  /// The size that the ledger gives to all arenas of before tracing began, whatever part of each is
  /// still a reservation.
  static var arenaBytes: UInt64 { ArenaProfile.glibc.heapBytes }

  /// Whether its reservations have the size of a glibc arena, before or after glibc trims them to their
  /// alignment.
  public var isArena: Bool {
    let arena = ArenaProfile.glibc
    return manner == .reserved
      && (unitBytes == arena.heapBytes || largestBytes == arena.mappedBytes
        || largestBytes == arena.heapBytes)
  }
}

extension Space {
  /// The bytes that lie accessible right below a reservation from before tracing began, and so are
  /// probably its used part: the kernel lists the two as one area each.
  func committedBefore(below start: UInt64) -> UInt64 {
    guard let used = table.lastEntry(startingBefore: start), used.range.end == start,
      used.value.isCommitted, !used.value.isUsedOfArena(used.range)
    else { return 0 }
    return used.range.length
  }
}
