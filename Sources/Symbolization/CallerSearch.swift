// SPDX-License-Identifier: Apache-2.0

/// Finds the caller of code that has no unwind tables, as musl's libc has none.
///
/// elfutils would follow the frame pointer there. Such code mostly keeps none, so elfutils would leave
/// out the very caller that is the culprit. Instead the stack is searched, upward, for the address that
/// the call returns to.
struct CallerSearch {
  let session: ModuleSession
  let machine: Machine
  let capture: Unwinder.Capture
  /// Where the function begins whose caller is looked for; nil when no symbol tells.
  let function: UInt64?

  /// The words of a frame that are searched: what lies farther up may belong to any caller.
  private static let mostWords: UInt64 = 64

  /// The return address, whether it is certain, and where unwinding goes on from; nil when none is
  /// found.
  func caller(
    of gap: Unwinder.Position
  ) -> (returns: UInt64, isSure: Bool, position: Unwinder.Position)? {
    var first: UInt64?
    var sure: UInt64?
    for index in 0..<Self.mostWords {
      let slot = gap.stackPointer &+ index &* 8
      guard let word = capture.word(at: slot) else { break }
      guard let call = call(before: word) else { continue }
      if first == nil { first = slot }
      // Earlier calls left return addresses behind. The call of this very function is the right one.
      if case .direct(let distance) = call, let function,
        word &+ UInt64(bitPattern: distance) == function
      {
        sure = slot
        break
      }
    }
    guard let slot = sure ?? first, let returns = capture.word(at: slot) else { return nil }
    var position = gap
    position.place = returns &- 1
    position.stackPointer = slot &+ 8
    position.registers[machine.stackPointerRegister] = position.stackPointer
    // The caller's stack pointer is right above the return address on x86_64. On arm64 the return address
    // lies anywhere in the frame, so what is above it is not known.
    var isSure = sure != nil && machine == .amd64
    // The code keeps a frame pointer after all: then the caller's is known too.
    let framePointer = gap.registers[machine.framePointerRegister]
    if framePointer &+ 8 == slot, let outer = capture.word(at: framePointer) {
      position.registers[machine.framePointerRegister] = outer
      isSure = true
    }
    return (returns, isSure, position)
  }

  /// The call that ends at an address of code; nil when no call can return there.
  private func call(before address: UInt64) -> CallInstruction? {
    guard address > 4096, let code = session.code(before: address),
      let found = CallInstruction(before: code, on: machine)
    else { return nil }
    // Bytes that look like a call by chance mostly lead to where no code is.
    if case .direct(let distance) = found,
      session.code(before: address &+ UInt64(bitPattern: distance) &+ 1) == nil
    {
      return nil
    }
    return found
  }
}
