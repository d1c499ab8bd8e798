// SPDX-License-Identifier: Apache-2.0

/// A place in the kernel that a program of ours runs at, as the program declares it in the BPF object.
///
/// BPF/shared/hook.h has the words of a declaration. No list of hooks is kept in Swift.
public struct Hook: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    /// A classic tracepoint, found by its id in tracefs.
    case tracepoint
    /// A tracepoint found by its type in the kernel's BTF. Its arguments are the kernel's own pointers.
    case typed = "tp_btf"
    /// Runs when the loader reads it, once for each thing that the kernel lists.
    case iterator = "iter"
  }

  /// What a run asks for as a whole. Programs of a part that it does not ask for are not loaded.
  public enum Part: String, Sendable, CaseIterable {
    /// Changes of address spaces. Every run asks for them; declarations do not name them.
    case changes
    /// Where something was called from, beyond what the records of changes carry.
    case callPaths = "call paths"
    /// The kernel's lists in binary form.
    case lists
  }

  public var program: String
  public var kind: Kind
  /// `syscalls/sys_exit_mmap`, `task_newtask`.
  public var name: String
  public var part: Part
  /// What the hook tells, in a few words.
  public var purpose: String
  /// How its facts are found where the hook is absent. Nil: bpfleak cannot trace without this hook.
  public var withoutIt: String?
  /// The first kernel that has it, where that is after `KernelVersion.minimum`.
  public var since: KernelVersion?
  /// The option that a kernel must be built with to have it.
  public var builtWith: String?

  public var isOptional: Bool { withoutIt != nil }

  /// Reads a declaration: the section of a program and the tags beside it. Nil for a program that runs
  /// at no place of its own.
  init?(program: String, section: String, tags: [String]) throws(TracerError) {
    let place = section.split(separator: "/", maxSplits: 1)
    guard place.count == 2 else {
      guard tags.isEmpty else { throw .badObject("\(program) is tagged and has no place") }
      return nil
    }
    guard let kind = Kind(rawValue: String(place[0])) else {
      throw .badObject("\(program) is of the unknown kind \(place[0])")
    }
    self.program = program
    self.kind = kind
    name = String(place[1])
    part = .changes
    purpose = ""
    for tag in tags { try take(tag) }
    if purpose.isEmpty { throw .badObject("\(program) does not say what it is for") }
  }

  private mutating func take(_ tag: String) throws(TracerError) {
    let words = tag.split(separator: "=", maxSplits: 1).map(String.init)
    guard words.count == 2 else { throw .badObject("\(program) has the tag \(tag)") }
    switch words[0] {
    case "bpfleak.purpose": purpose = words[1]
    case "bpfleak.without": withoutIt = words[1]
    case "bpfleak.built-with": builtWith = words[1]
    case "bpfleak.since":
      guard let version = KernelVersion(release: words[1]) else {
        throw .badObject("\(program) is there since \(words[1])")
      }
      since = version
    case "bpfleak.part":
      guard let known = Part(rawValue: words[1]) else {
        throw .badObject("\(program) belongs to the unknown part \(words[1])")
      }
      part = known
    default: throw .badObject("\(program) has the tag \(tag)")
    }
  }
}
