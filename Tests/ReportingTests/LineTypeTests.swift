// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Reporting

@Suite struct LineTypeTests {
  @Test("--events takes every type but the one that takes back a munmap")
  func selectable() {
    #expect(Set(LineType.allCases).subtracting(LineType.selectable) == [.munmapFailed])
    #expect(LineType.munmapFailed.selector == .munmap)
    #expect(
      LineType.selectable.map(\.rawValue) == [
        "start", "process", "mmap", "munmap", "mremap", "mprotect", "brk", "shmat", "shmdt",
        "clone", "exec", "exit", "stack", "mapping", "snapshot", "mark", "leak", "growth", "lost",
        "audit", "summary",
      ])
  }

  @Test("facts without a line have no type")
  func facts() {
    #expect(LineType(of: .unmapping(address: 0, bytes: 4096)) == .munmap)
    #expect(LineType(of: .unmapFailed) == .munmapFailed)
    #expect(LineType(of: .detaching(address: 0)) == .shmdt)
    #expect(LineType(of: .spaceEnded) == nil)
    #expect(LineType(of: .renamed(ThreadName("x"))) == nil)
    #expect(LineType(of: .unsure(address: 0, bytes: 0, syscall: 1)) == nil)
  }
}
