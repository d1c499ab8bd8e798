// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("Modules in the text of a maps file")
struct MappedModuleTests {
  @Test("a file mapped in pieces is one module, with or without memory between the pieces")
  func joinsPieces() {
    let modules = MappedModule.list(
      """
      55d0c0a00000-55d0c0a01000 r--p 00000000 fe:00 100 /usr/bin/server
      55d0c0a01000-55d0c0a02000 r-xp 00001000 fe:00 100 /usr/bin/server
      55d0c0a02000-55d0c0a03000 rw-p 00002000 fe:00 100 /usr/bin/server
      55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0 [heap]
      7f0000000000-7f0000001000 r--p 00000000 fe:00 200 /usr/lib/libm.so
      7f0000001000-7f0000002000 r-xp 00001000 fe:00 200 /usr/lib/libm.so
      7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]
      """)
    #expect(modules.map(\.path) == ["/usr/bin/server", "/usr/lib/libm.so", "[vdso]"])
    #expect(modules[0].start == 0x55d0_c0a0_0000 && modules[0].end == 0x55d0_c0a0_3000)
    #expect(modules[0].firstEnd == 0x55d0_c0a0_1000)
  }

  @Test("a file without code is not a module, and a deleted file keeps its path")
  func leavesDataOut() {
    let modules = MappedModule.list(
      """
      7f0000000000-7f0000001000 r--p 00000000 fe:00 300 /usr/share/table.dat
      7f0000002000-7f0000003000 r-xp 00000000 fe:00 301 /opt/a plugin.so (deleted)
      """)
    #expect(modules.map(\.path) == ["/opt/a plugin.so"])
  }

  @Test("a file that is mapped twice as a whole is two modules")
  func mappedTwice() {
    let modules = MappedModule.list(
      """
      7f0000000000-7f0000001000 r-xp 00000000 fe:00 300 /opt/p.so
      7f0000001000-7f0000002000 r-xp 00000000 fe:00 300 /opt/p.so
      """)
    #expect(modules.map(\.start) == [0x7f00_0000_0000, 0x7f00_0000_1000])
  }
}
