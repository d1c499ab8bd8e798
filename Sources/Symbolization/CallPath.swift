// SPDX-License-Identifier: Apache-2.0

/// The functions that a thread was in when it made a system call, innermost first.
public struct CallPath: Hashable, Sendable {
  /// An inlined function is a frame of its own, before the one it was inlined into.
  public var frames: [StackFrame]
  /// Why the frames stop short; nil when they reach the start of the thread.
  public var incomplete: IncompleteReason?

  public init(frames: [StackFrame], incomplete: IncompleteReason? = nil) {
    self.frames = frames
    self.incomplete = incomplete
  }

  public var isComplete: Bool { incomplete == nil }

  /// Equal for two captures of one call path.
  ///
  /// A just-in-time compiler compiles a busy function again and puts it elsewhere: one Java method has
  /// three addresses in three seconds. So compiled frames count by name. The path ends at a compiled
  /// frame without a name, if more than plumbing was called from there.
  ///
  /// Recursion of any depth counts as one call.
  var pathHash: Int {
    var steps: [PathStep] = []
    var isTelling = false
    for frame in frames {
      if frame.module == nil {
        if frame.function == nil, isTelling { break }
        if let function = frame.function {
          steps.append(.function(function))
          continue
        }
      }
      isTelling = isTelling || !frame.isPlumbing
      steps.append(.address(frame.address))
    }
    return withoutRepeats(steps).hashValue
  }

  private enum PathStep: Hashable {
    case address(UInt64)
    case function(String)
  }
}

/// `path` without repeats of up to three steps in a row. Recursion of any depth gives the same path.
func withoutRepeats<Step: Equatable>(_ path: [Step]) -> [Step] {
  var once: [Step] = []
  for step in path {
    once.append(step)
    for length in 1...3 where once.count >= 2 * length {
      if once.suffix(length) == once.dropLast(length).suffix(length) {
        once.removeLast(length)
        break
      }
    }
  }
  return once
}

/// Why a call path stops short.
public enum IncompleteReason: String, Hashable, Sendable {
  /// The thread stack is deeper than the part that was copied.
  case copyTooShort = "the stack is deeper than what was copied of it"
  case noUnwindTables = "a frame's module has no unwind tables"
  /// Code without unwind tables was passed by searching the stack for its caller. Frames beyond it can be
  /// missing or wrong.
  case callerSearched = "frames past code without unwind tables are guesses"
  case tooDeep = "the stack has more frames than are kept"
  case processGone = "the process was gone before its stack was unwound"
  case tooManyAtOnce = "more new stacks came at once than could be unwound"
  case framePointersOnly = "frame pointers end here; --stacks auto unwinds without them"
  case notInTime = "it was not unwound in time"
  case unreadable = "the stack could not be copied"
}

/// One function of a call path.
public struct StackFrame: Hashable, Sendable {
  /// The return address. Of the innermost frame it is the address of the system call.
  public var address: UInt64
  /// Demangled; nil when unknown.
  public var function: String?
  /// The path of the file that the code is from, as the process sees it, or `[vdso]`.
  public var module: String?
  /// The address in the module, as symbol tables and addr2line count.
  public var offset: UInt64?
  public var file: String?
  public var line: Int?
  public var isInlined: Bool
  /// Why there is no function; nil when there is one.
  public var unresolved: UnresolvedReason?

  public init(
    address: UInt64, function: String? = nil, module: String? = nil, offset: UInt64? = nil,
    file: String? = nil, line: Int? = nil, isInlined: Bool = false,
    unresolved: UnresolvedReason? = nil
  ) {
    self.address = address
    self.function = function
    self.module = module
    self.offset = offset
    self.file = file
    self.line = line
    self.isInlined = isInlined
    self.unresolved = unresolved
  }
}

/// Why a frame has no function.
public enum UnresolvedReason: String, Error, Hashable, Sendable {
  case noModule = "no module there"
  case noSymbol = "no symbol there"
  case fileGone = "file gone"
  case fileReplaced = "file replaced since"
}
