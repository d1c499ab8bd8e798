// SPDX-License-Identifier: Apache-2.0
import AddressSpace
package import MappingEvents
package import MappingLedger

extension SpaceSnapshot.Area {
  package static func anonymous(
    _ start: UInt64, _ end: UInt64, _ protection: Protection = [.read, .write]
  ) -> SpaceSnapshot.Area {
    SpaceSnapshot.Area(range: AddressRange(start: start, end: end), protection: protection)
  }

  package static func stack(_ start: UInt64, _ end: UInt64) -> SpaceSnapshot.Area {
    SpaceSnapshot.Area(
      range: AddressRange(start: start, end: end), protection: [.read, .write], growsDown: true)
  }

  package static func file(
    _ start: UInt64, _ end: UInt64, _ protection: Protection = .read, offset: UInt64 = 0,
    inode: UInt64 = 2, path: TextID = TextTable.empty, isShared: Bool = false
  ) -> SpaceSnapshot.Area {
    SpaceSnapshot.Area(
      range: AddressRange(start: start, end: end), protection: protection, isShared: isShared,
      file: File(
        identity: FileIdentity(device: 1, inode: inode), path: path, offset: offset))
  }
}
