// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

// What elfutils asks an Unwinder for: the thread, its registers and its memory.

/// elfutils wants the id of a process and of its thread. Any number does: it asks the kernel nothing.
let onlyThread: pid_t = 1

private func unwinder(_ argument: UnsafeMutableRawPointer?) -> Unwinder? {
  argument.map { Unmanaged<Unwinder>.fromOpaque($0).takeUnretainedValue() }
}

/// A word this near above the stack pointer is part of the stack. One farther off is a wild pointer.
private let mostStackBytes: UInt64 = 64 << 20

nonisolated(unsafe) var threadCallbacks = Dwfl_Thread_Callbacks(
  next_thread: { session, argument, threadArgument in
    guard threadArgument?.pointee == nil else { return 0 }
    threadArgument?.pointee = argument
    return onlyThread
  },
  get_thread: { session, thread, argument, threadArgument in
    threadArgument?.pointee = argument
    return true
  },
  memory_read: { session, address, result, argument in
    guard let unwinder = unwinder(argument), let capture = unwinder.capture else { return false }
    guard let word = capture.word(at: address) else {
      if address &- capture.stackPointer < mostStackBytes { unwinder.capture?.ranPast = true }
      return false
    }
    result?.pointee = word
    return true
  },
  set_initial_registers: { thread, argument in
    guard let thread, let start = unwinder(argument)?.capture?.start else { return false }
    let isSet = start.registers.withUnsafeBufferPointer { registers in
      registers.baseAddress.map {
        dwfl_thread_state_registers(thread, 0, UInt32(registers.count), $0)
      } ?? false
    }
    dwfl_thread_state_register_pc(thread, start.place)
    return isSet
  },
  detach: nil, thread_detach: nil)

/// Takes down one frame. Ends the round where the frame's code has no tables.
func tookFrame(_ state: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) -> Int32 {
  guard let unwinder = unwinder(argument), let state, let machine = unwinder.session.machine else {
    return Int32(DWARF_CB_ABORT)
  }
  var address: Dwarf_Addr = 0
  var isActivation = false
  guard dwfl_frame_pc(state, &address, &isActivation) else { return Int32(DWARF_CB_ABORT) }
  if unwinder.capture?.hasStart == true {
    unwinder.capture?.hasStart = false
  } else {
    unwinder.capture?.steps.append(.init(address: address, isActivation: isActivation))
  }
  guard let capture = unwinder.capture, capture.steps.count < Unwinder.mostFrames else {
    return Int32(DWARF_CB_ABORT)
  }
  let place = isActivation ? address : address &- 1
  guard capture.searchesLeft > 0, !unwinder.hasTables(at: place) else {
    return Int32(DWARF_CB_OK)
  }
  let registers = machine.registers(of: state)
  unwinder.capture?.gap = Unwinder.Position(
    place: place, stackPointer: registers[machine.stackPointerRegister], registers: registers)
  return Int32(DWARF_CB_ABORT)
}
