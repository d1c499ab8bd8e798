// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Testing

@Suite struct FileTableTests {
  private func identity(_ inode: UInt64, _ generation: UInt32) -> FileIdentity {
    FileIdentity(device: 1, inode: inode, generation: generation)
  }

  @Test("a file that reuses the inode number of a deleted file is a different file")
  func reusedNumber() {
    var files = FileTable()
    let first = files.id(of: identity(7, 1))
    files[first].path = TextID(3)
    let second = files.id(of: identity(7, 2))
    #expect(second != first)
    #expect(files[second].path == TextTable.empty)
    #expect(files[first].path == TextID(3))
    #expect(files.id(of: identity(7, 2)) == second)
  }

  @Test("a file of unknown generation is the latest file with its inode number")
  func unknownGeneration() {
    var files = FileTable()
    _ = files.id(of: identity(7, 1))
    let second = files.id(of: identity(7, 2))
    #expect(files.id(of: identity(7, 0)) == second)
    let listed = files.id(of: identity(8, 0))
    #expect(files.id(of: identity(8, 5)) == listed)
    #expect(files.id(of: identity(8, 6)) != listed)
  }
}
