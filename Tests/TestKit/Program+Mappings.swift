// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

/// What a program maps besides thread stacks. Each mapping has a number, which is its place.
extension Program {
  package func place(_ number: Int) -> UInt64 { 0x1000_0000_0000 + UInt64(number) << 21 }

  package mutating func mapBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, at ms: UInt64, from stack: Int32? = 1,
    flags: MapFlags = [.private, .anonymous], protection: Protection = [.read, .write],
    file: UInt64? = nil
  ) {
    let mapped = file.map {
      MappingEvent.MappedFile(identity: FileIdentity(device: 8, inode: $0), offset: 0)
    }
    add(
      caller().mmap(place(number), bytes, protection, flags, file: mapped), at: ms, from: stack)
  }

  package mutating func freeBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, after skipped: UInt64 = 0, at ms: UInt64
  ) {
    add(caller().munmap(place(number) + skipped, bytes), at: ms)
  }

  /// A block that lives for a while.
  package mutating func useBlock(
    _ number: Int, _ bytes: UInt64 = 64 << 10, at ms: UInt64, lives: UInt64,
    from stack: Int32? = 1
  ) {
    mapBlock(number, bytes, at: ms, from: stack)
    freeBlock(number, bytes, at: ms + lives)
  }

  /// realloc of a large block, in place.
  package mutating func growBlock(
    _ number: Int, from old: UInt64, to new: UInt64, at ms: UInt64, by stack: Int32? = 2
  ) {
    add(caller().mremapEntered(place(number), old), at: ms)
    add(caller().mremap(place(number), old, to: place(number), new), at: ms, from: stack)
  }

  /// Moves the end of the heap to `bytes` after its start.
  package mutating func setBreak(_ bytes: UInt64, at ms: UInt64, from stack: Int32? = 3) {
    add(caller().brk(0x5000_0000 + bytes, start: 0x5000_0000), at: ms, from: stack)
  }
}
