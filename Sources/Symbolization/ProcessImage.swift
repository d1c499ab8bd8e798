// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Runtimes

/// Turns captured stacks of one address space into call paths.
///
/// Not thread-safe.
final class ProcessImage {
  private let session: ModuleSession
  private let unwinder: Unwinder
  private let symbolizer: Symbolizer

  private static let mostFrames = 128

  /// Nil when the process is gone. Without `readsDebugInfo` functions come from symbol tables alone.
  init?(_ files: any SpaceFiles, readsDebugInfo: Bool) {
    guard let session = ModuleSession(files, readsDebugInfo: readsDebugInfo) else { return nil }
    self.session = session
    unwinder = Unwinder(session)
    symbolizer = Symbolizer(session)
  }

  /// Reads anew what is mapped.
  func refresh() {
    let before = session.modules
    _ = session.refresh()
    guard session.modules != before else { return }
    unwinder.modulesChanged(from: before)
    symbolizer.modulesChanged()
  }

  /// The build ids of the modules that were met since the last call, by path.
  func takeBuildIDs() -> [String: [UInt8]] { symbolizer.takeBuildIDs() }

  /// The frames of `stack`, or why they stop short.
  func callPath(of stack: CapturedStack, symbolizes: Bool) -> CallPath {
    switch stack.content {
    case .unreadable: return CallPath(frames: [], incomplete: .unreadable)
    case .addresses(let addresses): return symbolized(addresses)
    case .copy(let memory, let isCut):
      guard let walk = unwinder.walk(stack, memory) else {
        return CallPath(
          frames: symbolizer.frames(at: stack.instruction, isCall: false),
          incomplete: .noUnwindTables)
      }
      return callPath(of: walk, from: stack.instruction, isCut: isCut, symbolizes: symbolizes)
    }
  }

  /// `stack`, which was unwound before, with its symbols.
  func symbolized(_ stack: CallPath) -> CallPath {
    CallPath(
      frames: frames(at: stack.frames.map(\.address)), incomplete: stack.incomplete)
  }

  private func symbolized(_ addresses: [UInt64]) -> CallPath {
    let frames = frames(at: addresses)
    return CallPath(
      frames: frames, incomplete: Self.reachStart(frames) ? nil : .framePointersOnly)
  }

  private func frames(at addresses: [UInt64]) -> [StackFrame] {
    addresses.enumerated().flatMap { symbolizer.frames(at: $1, isCall: $0 > 0) }
  }

  private func callPath(
    of walk: Unwinder.Capture, from instruction: UInt64, isCut: Bool, symbolizes: Bool
  ) -> CallPath {
    var steps = walk.steps
    // Deep recursion is shown once, so that what called it is shown too.
    if steps.count > Self.mostFrames { steps = withoutRepeats(steps) }
    var frames: [StackFrame] = []
    for step in steps.prefix(Self.mostFrames) {
      frames +=
        symbolizes
        ? symbolizer.frames(at: step.address, isCall: !step.isActivation)
        : [symbolizer.place(of: step.address)]
    }
    if frames.isEmpty { frames = symbolizer.frames(at: instruction, isCall: false) }
    var incomplete: IncompleteReason?
    // elfutils takes a frame whose caller it cannot read for the outermost one.
    if !walk.isFinished || walk.ranPast, !symbolizes || !Self.reachStart(frames) {
      incomplete = walk.ranPast && isCut ? .copyTooShort : .noUnwindTables
    }
    if walk.isGuessed, incomplete != .copyTooShort { incomplete = .callerSearched }
    if steps.count > Self.mostFrames || walk.steps.count >= Unwinder.mostFrames {
      incomplete = .tooDeep
    }
    return CallPath(frames: frames, incomplete: incomplete)
  }

  /// Whether the outermost frame is a function that threads start in.
  private static func reachStart(_ frames: [StackFrame]) -> Bool {
    RuntimeProfile.allThreadStarts.contains(frames.last?.function ?? "")
  }
}
