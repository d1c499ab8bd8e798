// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// What to trace, as asked for. `Tracer` is what the kernel gave.
public struct TracerSpec: Sendable {
  public enum Scope: Sendable, Equatable {
    case system
    /// The address spaces of these processes and, with `follow`, of their children.
    case processes([ProcessID], follow: Bool)
    /// Processes while they have that name, of which the kernel keeps 15 bytes.
    case name(String)
    /// Tasks in the control group (version 2) of that path and below.
    case cgroup(path: String)
  }

  public var scope: Scope
  /// Bytes; a power of two and a multiple of the page size.
  public var ringBytes: Int
  public var verbose: Bool
  /// Read the kernel's lists as text, as bpfleak does where the kernel refuses iterators.
  public var listsText: Bool

  public var stacks: Stacks
  /// How many bytes of a user stack are copied. A space whose stacks are deeper gets more.
  public var stackBytes: Int

  /// How the call path of a mapping is found.
  public enum Stacks: String, Sendable, CaseIterable {
    /// By unwinding a copy of the user stack later, which needs no frame pointers.
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

  /// The parts of the BPF object that this run loads.
  var parts: Set<Hook.Part> {
    Set(
      Hook.Part.allCases.filter { part in
        switch part {
        case .changes: true
        case .callPaths: stacks != .none
        case .lists: !listsText
        }
      })
  }
}
