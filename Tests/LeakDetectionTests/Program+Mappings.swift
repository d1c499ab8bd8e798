// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// What a program maps besides stacks; each mapping has a number, which is its place.
extension Program {
  func place(_ number: Int) -> UInt64 { 0x1000_0000_0000 + UInt64(number) << 21 }

  mutating func mapBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, at ms: UInt64, from stack: Int32? = 1,
    flags: MapFlags = [.private, .anonymous], protection: Protection = [.read, .write],
    file: UInt64? = nil
  ) {
    add(
      .mapped(
        MappingEvent.Mapped(
          address: place(number), bytes: bytes, protection: protection, flags: flags,
          file: file.map {
            MappingEvent.MappedFile(identity: FileIdentity(device: 8, inode: $0), offset: 0)
          })), at: ms, from: stack)
  }

  mutating func freeBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, after skipped: UInt64 = 0, at ms: UInt64
  ) {
    add(.unmapping(address: place(number) + skipped, bytes: bytes), at: ms)
  }

  /// A block that lives for a while.
  mutating func useBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, at ms: UInt64, lives: UInt64,
    from stack: Int32? = 1
  ) {
    mapBlock(number, bytes, at: ms, from: stack)
    freeBlock(number, bytes, at: ms + lives)
  }

  /// realloc of a large block, in place.
  mutating func growBlock(
    _ number: Int, from old: UInt64, to new: UInt64, at ms: UInt64, by stack: Int32? = 2
  ) {
    add(.remapping(address: place(number), bytes: old), at: ms)
    add(
      .remapped(
        MappingEvent.Remapped(
          oldAddress: place(number), oldBytes: old, newBytes: new, result: place(number))),
      at: ms, from: stack)
  }

  /// The heap ends there, counted from its start.
  mutating func setBreak(_ bytes: UInt64, at ms: UInt64, from stack: Int32? = 3) {
    add(.breakSet(start: 0x5000_0000, brk: 0x5000_0000 + bytes), at: ms, from: stack)
  }
}
