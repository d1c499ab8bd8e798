// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc
import MappingEvents

// What elfutils asks of a ProcessImage: its files, and the thread that is being unwound.

private func image(_ argument: UnsafeMutableRawPointer?) -> ProcessImage? {
  argument.map { Unmanaged<ProcessImage>.fromOpaque($0).takeUnretainedValue() }
}

func findFile(
  _ module: OpaquePointer?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ name: UnsafePointer<CChar>?, _ base: Dwarf_Addr,
  _ fileName: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ elf: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guard let image = image(slot?.pointee), let mapped = image.modules[base] else { return -1 }
  if mapped.path == MappedModule.vdso {
    return dwfl_linux_proc_find_elf(module, slot, name, base, fileName, elf)
  }
  do throws(UnresolvedReason) {
    let file = try mapped.open(in: image.process)
    // Debug files are looked for beside it, as the process would find them.
    fileName?.pointee = strdup(mapped.pathFromOutside(image.process))
    return file
  } catch {
    image.missing[base] = error
    return -1
  }
}

func findNoDebugInfo(
  _ module: OpaquePointer?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ name: UnsafePointer<CChar>?, _ base: Dwarf_Addr, _ file: UnsafePointer<CChar>?,
  _ link: UnsafePointer<CChar>?, _ checksum: GElf_Word,
  _ found: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 { -1 }

nonisolated(unsafe) var threadCallbacks = Dwfl_Thread_Callbacks(
  next_thread: { session, argument, threadArgument in
    guard threadArgument?.pointee == nil, let image = image(argument) else { return 0 }
    threadArgument?.pointee = argument
    return pid_t(image.process)
  },
  get_thread: { session, thread, argument, threadArgument in
    threadArgument?.pointee = argument
    return true
  },
  memory_read: { session, address, result, argument in
    guard let image = image(argument), let capture = image.capture else { return false }
    guard let word = image.capturedWord(at: address) else {
      // Far off is a wild pointer; nearby is where the stack goes on.
      if address &- capture.stack.stackPointer < 64 << 20 { image.capture?.ranPast = true }
      return false
    }
    result?.pointee = word
    return true
  },
  set_initial_registers: { thread, argument in
    guard let thread, let start = image(argument)?.capture?.start else { return false }
    let isSet = start.registers.withUnsafeBufferPointer { registers in
      registers.baseAddress.map {
        dwfl_thread_state_registers(thread, 0, UInt32(registers.count), $0)
      } ?? false
    }
    dwfl_thread_state_register_pc(thread, start.place)
    return isSet
  },
  detach: nil, thread_detach: nil)

extension ProcessImage {
  #if arch(x86_64)
    // DWARF's order: rax rdx rcx rbx rsi rdi rbp rsp r8...r15.
    private static let registerCount = 16
    static let framePointerRegister = 6
    static let stackPointerRegister = 7
  #else
    // x0...x30, sp.
    private static let registerCount = 32
    static let framePointerRegister = 29
    static let stackPointerRegister = 31
  #endif

  /// By DWARF's numbers; 0 where a call may change them.
  static func registers(of stack: CapturedStack) -> [UInt64] {
    let saved = stack.registers
    var registers = [UInt64](repeating: 0, count: registerCount)
    #if arch(x86_64)
      registers[3] = saved[0]
      registers[framePointerRegister] = saved[1]
      for index in 0..<4 { registers[12 + index] = saved[2 + index] }
    #else
      for index in 0..<12 { registers[19 + index] = saved[index] }
    #endif
    registers[stackPointerRegister] = stack.stackPointer
    return registers
  }

  /// Those of a frame, where it knows them.
  fileprivate static func registers(of frame: OpaquePointer) -> [UInt64] {
    (0..<registerCount).map { number in
      var value: Dwarf_Word = 0
      return dwfl_frame_reg(frame, UInt32(number), &value) == 0 ? value : 0
    }
  }
}

func tookFrame(_ state: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) -> Int32 {
  guard let image = image(argument), let state else { return Int32(DWARF_CB_ABORT) }
  var address: Dwarf_Addr = 0
  var isActivation = false
  guard dwfl_frame_pc(state, &address, &isActivation) else { return Int32(DWARF_CB_ABORT) }
  if image.capture?.isAnew == true {
    image.capture?.isAnew = false
  } else {
    image.capture?.steps.append(.init(address: address, isActivation: isActivation))
  }
  guard let capture = image.capture, capture.steps.count < ProcessImage.mostUnwound else {
    return Int32(DWARF_CB_ABORT)
  }
  let place = isActivation ? address : address &- 1
  guard capture.searchesLeft > 0, !image.hasTables(at: place) else { return Int32(DWARF_CB_OK) }
  let registers = ProcessImage.registers(of: state)
  image.capture?.gap = ProcessImage.Gap(
    place: place, stackPointer: registers[ProcessImage.stackPointerRegister], registers: registers)
  return Int32(DWARF_CB_ABORT)
}
