// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Symbolization

@Suite("The files of a running process")
struct LiveSpaceFilesTests {
  private let files = LiveSpaceFiles(process: UInt32(getpid()))

  @Test("each module of this process opens as an ELF file, the vDSO included")
  func opens() throws {
    let modules = files.modules()
    #expect(modules.contains { $0.path == MappedModule.vdso } && modules.count > 3)
    for module in modules {
      let file = try files.open(module)
      var magic = [UInt8](repeating: 0, count: 4)
      #expect(pread(file.descriptor, &magic, 4, 0) == 4)
      #expect(magic == [0x7F, 0x45, 0x4C, 0x46], "\(module.path)")
      if module.path != MappedModule.vdso { #expect(file.identity?.inode == module.inode) }
    }
  }

  @Test("a file that is not there any more is told as gone, another one in its place as replaced")
  func missing() throws {
    var module = try #require(files.modules().first { $0.path != MappedModule.vdso })
    // No mapping has these bounds, so the name alone leads to the file.
    module.firstEnd = 1
    module.inode += 1
    #expect(throws: UnresolvedReason.fileReplaced) { _ = try files.open(module) }
    module.path = "/nonexistent/file"
    #expect(throws: UnresolvedReason.fileGone) { _ = try files.open(module) }
  }

  @Test("a process that is gone has no modules and no program")
  func gone() {
    // Above what the kernel gives out.
    let gone = LiveSpaceFiles(process: 1 << 30)
    #expect(gone.modules().isEmpty)
    if gone.openProgram() != nil { Issue.record("a process has the id 2^30") }
    #expect(ProcessImage(gone, readsDebugInfo: false) == nil)
  }
}
