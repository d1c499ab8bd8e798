// SPDX-License-Identifier: Apache-2.0
import CLibdw
import MappingEvents

/// Follows a copied thread stack from the system call outward, one address for each caller.
///
/// Not thread-safe.
final class Unwinder {
  let session: ModuleSession
  private var isAttached = false
  /// The stack that is being unwound.
  var capture: Capture?
  /// Whether unwinding has tables for a place, of the places asked for so far.
  private var tables: [UInt64: Bool] = [:]
  /// Where functions start, by start address of their module; of modules that have code without unwind
  /// tables.
  private var functions: [UInt64: FunctionStarts] = [:]

  /// Frames that are followed at most. Recursion is part of them, of which one round is kept.
  static let mostFrames = 1024
  /// How often per stack the caller may be a guess. Each guess can be wrong, and so is all beyond it.
  private static let mostSearches = 8
  private static let mostKnownPlaces = 20_000
  /// Each takes 16 bytes. A module that has more is kept alone.
  private static let mostFunctions = 500_000

  init(_ session: ModuleSession) { self.session = session }

  /// One frame. `isActivation`: the address is where the frame was interrupted; otherwise a call
  /// returns there.
  struct Step: Equatable {
    var address: UInt64
    var isActivation: Bool
  }

  /// Where unwinding begins or stopped: a place in code, and the registers there by DWARF's numbers.
  struct Position {
    /// A return address minus one, so that it is in the call.
    var place: UInt64
    var stackPointer: UInt64
    var registers: [UInt64]
  }

  /// One stack and how far its unwinding has come.
  struct Capture {
    let stackPointer: UInt64
    let memory: [UInt8]
    var steps: [Step] = []
    /// Whether memory beyond the copy was asked for.
    var ranPast = false
    /// Where this round of unwinding begins: at the system call, or beyond code without tables.
    var start: Position
    /// Whether the frame at `start` is among `steps` already.
    var hasStart = false
    /// Where unwinding stopped for want of tables.
    var gap: Position?
    var searchesLeft = Unwinder.mostSearches
    /// Whether a caller was taken that may be the wrong one.
    var isGuessed = false
    /// Whether elfutils came to an end that it takes for the outermost frame.
    var isFinished = false

    /// A word of the stack; nil beyond the copy.
    func word(at address: UInt64) -> UInt64? {
      let place = address &- stackPointer
      guard place < UInt64(memory.count), place &+ 8 <= UInt64(memory.count) else { return nil }
      return memory.withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: Int(place), as: UInt64.self)
      }
    }
  }

  /// The walk through `stack`, of which `memory` is the copy; nil when programs of this machine cannot
  /// be unwound.
  func walk(_ stack: CapturedStack, _ memory: [UInt8]) -> Capture? {
    guard let program = session.program, let machine = session.machine else { return nil }
    if !isAttached {
      let own = Unmanaged.passUnretained(self).toOpaque()
      guard dwfl_attach_state(session.dwfl, program, onlyThread, &threadCallbacks, own) else {
        return nil
      }
      isAttached = true
    }
    capture = Capture(
      stackPointer: stack.stackPointer, memory: memory,
      start: Position(
        place: stack.instruction, stackPointer: stack.stackPointer,
        registers: machine.registers(of: stack)))
    defer { capture = nil }
    unwindOnce()
    while let gap = capture?.gap {
      goOn(from: gap, machine)
      unwindOnce()
    }
    return capture
  }

  /// One round, up to the end or to code without tables.
  private func unwindOnce() {
    let own = Unmanaged.passUnretained(self).toOpaque()
    // The callbacks change `capture` meanwhile.
    let status = dwfl_getthread_frames(session.dwfl, onlyThread, tookFrame, own)
    capture?.isFinished = status == 0
  }

  /// Has the next round begin at the caller of the frame at `gap`. Where none is found it begins at that
  /// frame, and elfutils goes on as it does without tables: by the frame pointer.
  private func goOn(from gap: Position, _ machine: Machine) {
    let caller = capture.flatMap { capture in
      CallerSearch(
        session: session, machine: machine, capture: capture, function: functionStart(of: gap.place)
      ).caller(of: gap)
    }
    capture?.gap = nil
    capture?.hasStart = true
    capture?.start = caller?.position ?? gap
    guard let caller else {
      capture?.searchesLeft = 0
      capture?.isGuessed = true
      return
    }
    if !caller.isSure {
      capture?.searchesLeft -= 1
      capture?.isGuessed = true
    }
    capture?.steps.append(Step(address: caller.returns, isActivation: false))
  }

  // MARK: What is known of modules

  func hasTables(at place: UInt64) -> Bool {
    if let known = tables[place] { return known }
    let found = session.canUnwind(at: place)
    if tables.count >= Self.mostKnownPlaces { tables.removeAll() }
    tables[place] = found
    return found
  }

  /// Where the function begins that has code at `place`; nil when no symbol tells.
  private func functionStart(of place: UInt64) -> UInt64? {
    guard let module = session.module(at: place) else { return nil }
    if let known = functions[module.start] { return known.start(of: place) }
    let found = FunctionStarts(of: module.handle)
    let count = functions.values.reduce(found.count) { $0 + $1.count }
    if count > Self.mostFunctions { functions.removeAll() }
    functions[module.start] = found
    return found.start(of: place)
  }

  /// Forgets what other modules than before can have made wrong. Programs map code all the time, and
  /// what was mapped mostly stays where it is.
  func modulesChanged(from before: [UInt64: MappedModule]) {
    tables.removeAll()
    functions = functions.filter { before[$0.key] == session.modules[$0.key] }
  }
}
