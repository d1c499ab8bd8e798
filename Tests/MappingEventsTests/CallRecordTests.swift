// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import MappingEvents
import Testing

@Suite struct CallRecordTests {
  @Test("an anonymous mmap carries its address, length, protection and flags, and no file")
  func anonymousMap() throws {
    let event = try decode(
      record(BPFLEAK_MAPPED, bpfleak_mapped.self) {
        $0.address = 0x7f00_0000_0000
        $0.bytes = 10_489_856
        $0.prot = 3
        $0.flags = 0x20022
      })
    guard case .mapped(let call) = event.fact else { throw OtherFact() }
    #expect(call.address == 0x7f00_0000_0000)
    #expect(call.bytes == 10_489_856)
    #expect(call.protection == [.read, .write])
    #expect(call.flags == [.private, .anonymous, .stack])
    #expect(call.file == nil)
  }

  @Test("an mmap of a file carries the identity of the file, and its huge page size if it has one")
  func fileMap() throws {
    let event = try decode(
      record(BPFLEAK_MAPPED_FILE, bpfleak_mapped_file.self) {
        $0.mapped.address = 0x5000
        $0.mapped.bytes = 0x1000
        $0.mapped.prot = 5
        $0.mapped.flags = 1
        $0.offset = 0x2000
        $0.inode = 1 << 40
        $0.device = 8 << 20 | 1
        $0.fd = 3
        $0.page_bytes = 2 << 20
      })
    guard case .mapped(let call) = event.fact, let file = call.file else {
      throw OtherFact()
    }
    #expect(call.protection == [.read, .execute])
    #expect(call.flags.isShared)
    #expect(file.identity == FileIdentity(device: 8 << 20 | 1, inode: 1 << 40))
    #expect(file.offset == 0x2000)
    #expect(file.descriptor == 3)
    #expect(file.pageBytes == 2 << 20)
  }

  @Test("unknown bits of a protection are ignored")
  func wideProtection() throws {
    let event = try decode(
      record(BPFLEAK_MAPPED, bpfleak_mapped.self) { $0.prot = 0xffff_fff9 })
    guard case .mapped(let call) = event.fact else { throw OtherFact() }
    #expect(call.protection == .read)
  }

  @Test("munmap carries the length that was passed")
  func unmapping() throws {
    let event = try decode(
      record(BPFLEAK_UNMAPPING, bpfleak_unmapping.self) {
        $0.address = 0x10000
        $0.bytes = 1
      })
    guard case .unmapping(let address, let bytes) = event.fact else {
      throw OtherFact()
    }
    #expect(address == 0x10000 && bytes == 1)
  }

  @Test("a failed munmap carries nothing else")
  func unmapFailed() throws {
    let event = try decode(
      record(BPFLEAK_UNMAP_FAILED, bpfleak_unmap_failed.self) { $0.result = -12 })
    guard case .unmapFailed = event.fact else { throw OtherFact() }
  }

  @Test("an entered mremap carries the range that it is about to move")
  func remapping() throws {
    let event = try decode(
      record(BPFLEAK_REMAPPING, bpfleak_remapping.self) {
        $0.address = 0x10000
        $0.bytes = 0x2000
      })
    guard case .remapping(let address, let bytes) = event.fact else {
      throw OtherFact()
    }
    #expect(address == 0x10000 && bytes == 0x2000)
  }

  @Test(
    "a returned mremap carries the new address, or nothing if it failed",
    arguments: [
      (0x7f00_0000_0000, 0x7f00_0000_0000), (-12, nil), (-1, nil), (-4095, nil),
      (-4096, 0xffff_ffff_ffff_f000),
    ] as [(Int64, UInt64?)])
  func remapped(result: Int64, address: UInt64?) throws {
    let event = try decode(
      record(BPFLEAK_REMAPPED, bpfleak_remapped.self) {
        $0.old_address = 0x10000
        $0.old_bytes = 0x1000
        $0.new_bytes = 0x3000
        $0.new_address = 0x80000
        $0.flags = 3
        $0.result = result
      })
    guard case .remapped(let call) = event.fact else { throw OtherFact() }
    #expect(call.oldAddress == 0x10000 && call.oldBytes == 0x1000 && call.newBytes == 0x3000)
    #expect(call.requestedAddress == 0x80000)
    #expect(call.flags == [.mayMove, .fixed])
    #expect(call.result == address)
  }

  @Test(
    "mprotect carries its error as a positive number",
    arguments: [(0, 0), (-12, 12), (-13, 13)] as [(Int64, Int32)])
  func protected(result: Int64, error: Int32) throws {
    let event = try decode(
      record(BPFLEAK_PROTECTED, bpfleak_protected.self) {
        $0.address = 0x10000
        $0.bytes = 0x1000
        $0.prot = 0x100_0001
        $0.result = result
      })
    guard case .protected(let address, let bytes, let prot, let told) = event.fact else {
      throw OtherFact()
    }
    #expect(address == 0x10000 && bytes == 0x1000 && prot == 0x100_0001 && told == error)
  }

  @Test("a result outside of the kernel's range of errors is still an error")
  func absurdResult() throws {
    let event = try decode(
      record(BPFLEAK_PROTECTED, bpfleak_protected.self) { $0.result = .min })
    guard case .protected(_, _, _, let error) = event.fact else { throw OtherFact() }
    #expect(error != 0)
  }

  @Test("brk carries where the heap starts and where it now ends")
  func breakSet() throws {
    let event = try decode(
      record(BPFLEAK_BREAK_SET, bpfleak_break_set.self) {
        $0.start_brk = 0x5000
        $0.brk = 0x6010
      })
    guard case .breakSet(let start, let brk) = event.fact else { throw OtherFact() }
    #expect(start == 0x5000 && brk == 0x6010)
  }

  @Test("shmat carries the segment and what the kernel mapped for it")
  func attached() throws {
    let event = try decode(
      record(BPFLEAK_ATTACHED, bpfleak_attached.self) {
        $0.address = 0x10000
        $0.bytes = 0x4000
        $0.shmid = 7
        $0.prot = 3
        $0.inode = 7
        $0.device = 5
      })
    guard case .attached(let call) = event.fact else { throw OtherFact() }
    #expect(call.address == 0x10000 && call.bytes == 0x4000 && call.segment == 7)
    #expect(call.protection == [.read, .write])
    #expect(call.identity == FileIdentity(device: 5, inode: 7))
  }

  @Test("shmdt carries only its address")
  func detaching() throws {
    let event = try decode(
      record(BPFLEAK_DETACHING, bpfleak_detaching.self) { $0.address = 0x10000 })
    guard case .detaching(0x10000) = event.fact else { throw OtherFact() }
  }

  @Test("a call whose effect only the kernel knows carries the range that it may have changed")
  func unsure() throws {
    let event = try decode(
      record(BPFLEAK_UNSURE, bpfleak_unsure.self) {
        $0.address = 0x10000
        $0.bytes = 0x1000
        $0.syscall = 9
      })
    guard case .unsure(let address, let bytes, let syscall) = event.fact else {
      throw OtherFact()
    }
    #expect(address == 0x10000 && bytes == 0x1000 && syscall == 9)
  }
}
