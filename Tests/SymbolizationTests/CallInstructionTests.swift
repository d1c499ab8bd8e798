// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Symbolization

@Suite("The call before a return address")
struct CallInstructionTests {
  @Test(
    "every form of indirect call on x86_64 is known",
    arguments: [
      [0xFF, 0xD0], [0x41, 0xFF, 0xD4], [0xFF, 0x50, 0x18], [0xFF, 0x54, 0x24, 0x08],
      [0xFF, 0x14, 0xC8], [0xFF, 0x14, 0xC5, 0, 0x10, 0, 0], [0xFF, 0x15, 1, 2, 3, 4],
      [0xFF, 0x90, 1, 2, 3, 4], [0xFF, 0x94, 0x24, 1, 2, 3, 4],
    ] as [[UInt8]])
  func indirect(code: [UInt8]) {
    #expect(CallInstruction(x86_64: [0x90, 0x90] + code) == .indirect)
  }

  @Test("a direct call on x86_64 tells what it calls, forward and back")
  func direct() {
    #expect(CallInstruction(x86_64: [0x90, 0xE8, 0x10, 0, 0, 0]) == .direct(16))
    #expect(CallInstruction(x86_64: [0xE8, 0xF0, 0xFF, 0xFF, 0xFF]) == .direct(-16))
  }

  @Test(
    "jumps, pushes and other code are not calls",
    arguments: [
      [], [0xFF], [0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90], [0xFF, 0xE0], [0xFF, 0x60, 0x18],
      [0xFF, 0x75, 0x18], [0xE9, 0x10, 0, 0, 0], [0xFF, 0x50, 0x18, 0x90],
    ] as [[UInt8]])
  func none(code: [UInt8]) {
    #expect(CallInstruction(x86_64: code) == nil)
  }

  @Test("calls on arm64 are bl and blr, with the distance from the return address")
  func arm64() {
    #expect(CallInstruction(arm64: [0x04, 0, 0, 0x94]) == .direct(12))
    #expect(CallInstruction(arm64: [0xFF, 0xFF, 0xFF, 0x97]) == .direct(-8))
    #expect(CallInstruction(arm64: [0x60, 0x02, 0x3F, 0xD6]) == .indirect)
    #expect(CallInstruction(arm64: [0x60, 0x0A, 0x3F, 0xD6]) == .indirect)
    // b, br, ret
    #expect(CallInstruction(arm64: [0x04, 0, 0, 0x14]) == nil)
    #expect(CallInstruction(arm64: [0x60, 0x02, 0x1F, 0xD6]) == nil)
    #expect(CallInstruction(arm64: [0xC0, 0x03, 0x5F, 0xD6]) == nil)
  }
}
