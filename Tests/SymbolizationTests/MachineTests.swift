// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@testable import Symbolization

@Suite("Registers by DWARF's numbers")
struct MachineTests {
  private func stack(_ registers: [UInt64]) -> CapturedStack {
    CapturedStack(
      id: CallPathID(1), when: KernelInstant(nanoseconds: 1), process: ProcessID(1),
      thread: ThreadID(1), space: SpaceKey(1), instruction: 99, stackPointer: 77,
      registers: registers, content: .unreadable)
  }

  @Test("x86_64 saves rbx, rbp and r12 to r15")
  func amd64() {
    #expect(
      Machine.amd64.registers(of: stack([1, 2, 3, 4, 5, 6]))
        == [0, 0, 0, 1, 0, 0, 2, 77, 0, 0, 0, 0, 3, 4, 5, 6])
  }

  @Test("arm64 saves x19 to x30")
  func arm64() {
    #expect(
      Machine.arm64.registers(of: stack(Array(1...12)))
        == [UInt64](repeating: 0, count: 19) + Array(1...12) + [77])
  }

  @Test("a capture of another machine leaves registers unknown, and does not crash")
  func otherCount() {
    #expect(Machine.arm64.registers(of: stack([1, 2]))[19...22] == [1, 2, 0, 0])
    #expect(Machine.amd64.registers(of: stack(Array(1...12)))[12...15] == [3, 4, 5, 6])
  }
}
