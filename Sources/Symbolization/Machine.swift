// SPDX-License-Identifier: Apache-2.0
import CLibdw
import MappingEvents

/// A kind of processor that bpfleak can unwind programs of.
enum Machine: Sendable {
  /// x86_64, by a name that Swift style allows.
  case amd64
  case arm64

  /// Nil for other machines and for 32-bit programs.
  init?(of program: OpaquePointer) {
    var header = GElf_Ehdr()
    guard gelf_getehdr(program, &header) != nil, Int(header.e_ident.4) == Int(ELFCLASS64) else {
      return nil
    }
    switch Int32(header.e_machine) {
    case EM_X86_64: self = .amd64
    case EM_AARCH64: self = .arm64
    default: return nil
    }
  }

  /// How many registers unwinding starts with, by DWARF's numbers. x86_64: rax rdx rcx rbx rsi rdi rbp
  /// rsp r8...r15; arm64: x0...x30, sp.
  var registerCount: Int {
    switch self {
    case .amd64: 16
    case .arm64: 32
    }
  }

  var framePointerRegister: Int {
    switch self {
    case .amd64: 6
    case .arm64: 29
    }
  }

  var stackPointerRegister: Int {
    switch self {
    case .amd64: 7
    case .arm64: 31
    }
  }

  /// DWARF's numbers of the registers that a callee saves, in the order of `CapturedStack.registers`.
  private var savedRegisters: [Int] {
    switch self {
    case .amd64: [3, 6, 12, 13, 14, 15]
    case .arm64: Array(19...30)
    }
  }

  /// The registers of a thread in a system call, by DWARF's numbers. A register that calls may change
  /// is 0: the capture does not have it.
  func registers(of stack: CapturedStack) -> [UInt64] {
    var registers = [UInt64](repeating: 0, count: registerCount)
    for (number, value) in zip(savedRegisters, stack.registers) { registers[number] = value }
    registers[stackPointerRegister] = stack.stackPointer
    return registers
  }

  /// The registers of a frame; 0 where elfutils does not know one.
  func registers(of frame: OpaquePointer) -> [UInt64] {
    (0..<registerCount).map { number in
      var value: Dwarf_Word = 0
      return dwfl_frame_reg(frame, UInt32(number), &value) == 0 ? value : 0
    }
  }
}
