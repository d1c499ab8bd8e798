// SPDX-License-Identifier: Apache-2.0

/// Where a thread was when it made a call: its frames, innermost first.
public struct CallPath: Hashable, Sendable {
  /// An inlined function is a frame of its own, before the one it was inlined into.
  public var frames: [StackFrame]
  /// Nil when the frames reach to the start of the thread; else why they stop short.
  public var incomplete: IncompleteReason?

  public init(frames: [StackFrame], incomplete: IncompleteReason? = nil) {
    self.frames = frames
    self.incomplete = incomplete
  }

  public var isComplete: Bool { incomplete == nil }

  /// Equal for stacks of one call path.
  ///
  /// What a just-in-time compiler wrote it writes again, better and elsewhere, when it is called often:
  /// the same Java method has three addresses in as many seconds. Such frames count by name, and where
  /// they have none the path is what was called from there, if that is more than the C library.
  ///
  /// How deep a function had called itself makes no other path.
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

/// `path` with what is there several times in a row, one step or up to three, there once: recursion of
/// any depth is the same.
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

/// Why an unwound stack stops short.
public enum IncompleteReason: String, Hashable, Sendable {
  /// It is deeper than what was copied of it.
  case copyTooShort = "the stack is deeper than what was copied of it"
  case noUnwindTables = "a frame's module has no unwind tables"
  /// Where that was, the stack was searched for the call; beyond it frames can be missing or made up.
  case callerSearched = "frames past code without unwind tables are guesses"
  case tooDeep = "the stack has more frames than are kept"
  case processGone = "the process was gone before its stack was unwound"
  case tooManyAtOnce = "more new stacks came at once than could be unwound"
  case framePointersOnly = "frame pointers end here; --stacks auto unwinds without them"
  case notInTime = "it was not unwound in time"
  case unreadable = "the stack could not be copied"
}

/// One frame of a call stack.
public struct StackFrame: Hashable, Sendable {
  /// The return address, or for the innermost frame the address of the call itself.
  public var address: UInt64
  /// Demangled; nil when unknown.
  public var function: String?
  /// The path of the file that the code is from, as the process sees it; `[vdso]`.
  public var module: String?
  /// Of the address in the module, as symbol tables and addr2line count.
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
