// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What to trace, as asked for; `Tracer` is what the kernel gave.
public struct TracerSpec: Sendable {
  public enum Scope: Sendable, Equatable {
    case system
    /// The address spaces of these processes; with `follow`, of their children too.
    case processes([ProcessID], follow: Bool)
    /// Processes of that name, at most 15 bytes of it, from when they take it until they drop it.
    case name(String)
    /// Tasks in the control group (version 2) of that path and below.
    case cgroup(path: String)
  }

  public var scope: Scope
  /// Bytes; a power of two and a multiple of the page size.
  public var ringBytes: Int
  public var verbose: Bool
  /// Read the kernel's lists as text, as is done when it refuses iterators.
  public var listsText: Bool

  public var stacks: Stacks
  /// How much of a user stack is copied, in bytes; more for a space whose stacks are deeper.
  public var stackBytes: Int

  /// How the call path of a mapping is found.
  public enum Stacks: String, Sendable, CaseIterable {
    /// By unwinding a copy of the stack later: needs no frame pointers.
    case auto
    /// By frame pointers, in the kernel.
    case fp
    case none
  }

  public static let defaultStackBytes = 4096
  public static let mostStackBytes = 28672

  public init(
    scope: Scope = .system, ringBytes: Int = 8 << 20, verbose: Bool = false,
    listsText: Bool = false, stacks: Stacks = .auto, stackBytes: Int = defaultStackBytes
  ) {
    self.stacks = stacks
    self.stackBytes = stackBytes
    self.listsText = listsText
    self.scope = scope
    self.ringBytes = ringBytes
    self.verbose = verbose
  }
}
