// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The type of an NDJSON line. The raw values are the names in the contract, in `--events` and in the
/// lines themselves.
public enum LineType: String, CaseIterable, Sendable {
  case start
  case process
  case mmap
  case munmap
  case munmapFailed = "munmap_failed"
  case mremap
  case mprotect
  case brk
  case shmat
  case shmdt
  case clone
  case exec
  case exit
  case stack
  case mapping
  case snapshot
  case mark
  case leak
  case growth
  case lost
  case audit
  case summary

  /// The type that `--events` selects this one with. A failed munmap takes back an earlier `munmap`
  /// line, so both are selected together.
  public var selector: LineType { self == .munmapFailed ? .munmap : self }

  /// The types that `--events` takes.
  public static let selectable = allCases.filter { $0.selector == $0 }

  /// The type of the line of an event; nil for a fact that has no line.
  public init?(of fact: MappingEvent.Fact) {
    switch fact {
    case .mapped: self = .mmap
    case .unmapping: self = .munmap
    case .unmapFailed: self = .munmapFailed
    case .remapping, .remapped: self = .mremap
    case .protected: self = .mprotect
    case .breakSet: self = .brk
    case .attached: self = .shmat
    case .detaching: self = .shmdt
    case .taskCreated: self = .clone
    case .execed: self = .exec
    case .taskExited: self = .exit
    case .spaceEnded, .renamed, .unsure: return nil
    }
  }
}
