// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// Where memory of one address space comes from: the key of accounts, verdicts, growth, groups and
/// profiles.
///
/// Two mappings have one origin when the same call path made them, in the same manner, and both are of
/// the same kind. Where the call path is unknown, their size must be the same too.
public struct Origin: Hashable, Sendable {
  /// How the memory came to be mapped.
  public enum Manner: UInt8, Hashable, Sendable {
    /// By mmap or shmat, or before tracing began.
    case mapped
    /// Grown by mremap.
    case grown
    /// Mapped without access, 1 MiB or more: reserved address space, not memory yet.
    case reserved
    /// Mapped over an existing mapping. It adds no address space.
    case placed
    /// By moving the program break.
    case `break`
    /// Mapped over address space that a runtime had reserved for its heap. It makes the heap larger, as
    /// the program break does.
    case filled
    /// The sum of all origins that make up the heap. No mapping has this manner.
    case heapTotal
    /// The parts of reservations that were made accessible. No mapping has this manner.
    case committed
  }

  public var kind: MappingKind
  public var manner: Manner
  private var packedCallPath: PackedCallPath
  /// The size of each mapping in bytes, where the call path is unknown and only the size tells origins
  /// apart; else 0.
  public var unitBytes: UInt64

  public init(
    kind: MappingKind, manner: Manner = .mapped, callPath: CallPathID? = nil,
    unitBytes: UInt64 = 0
  ) {
    self.kind = kind
    self.manner = manner
    self.packedCallPath = PackedCallPath(callPath)
    self.unitBytes = unitBytes
  }

  /// Nil where it is unknown, or where the origin covers all call paths.
  public var callPath: CallPathID? {
    get { packedCallPath.id }
    set { packedCallPath = PackedCallPath(newValue) }
  }
}

extension Origin {
  static var heapTotal: Origin { Origin(kind: .heap, manner: .heapTotal) }

  static func committed(by callPath: CallPathID? = nil) -> Origin {
    Origin(kind: .heap, manner: .committed, callPath: callPath)
  }

  /// Whether its memory is a part of the heap, so that `heapTotal` counts it too.
  var isOfHeap: Bool { manner == .break || manner == .filled }

  /// Whether an unknown call path leaves the size as the only way to tell such mappings apart.
  ///
  /// A mapping that grows has no one size.
  var isToldBySize: Bool {
    callPath == nil && manner != .grown && manner != .break && manner != .filled
  }

  /// A cheap hash for the table of accounts, which is asked with every event.
  var slotHash: Int {
    var bits = packedCallPath.bits &* 0x9e37_79b9_7f4a_7c15
    bits ^= (unitBytes >> 12 &+ unitBytes << 7) &* 0xd6e8_feb8_6659_fd93
    bits ^= UInt64(kind.ordinal) << 40 ^ UInt64(manner.rawValue) << 44
    bits = (bits ^ bits >> 29) &* 0xbf58_476d_1ce4_e5b9
    return Int(truncatingIfNeeded: bits >> 24)
  }
}

extension MappingKind {
  fileprivate var ordinal: Int {
    switch self {
    case .anonymous: 0
    case .file: 1
    case .heap: 2
    case .mainStack: 3
    case .threadStack: 4
    case .guard: 5
    case .sharedMemory: 6
    case .special: 7
    }
  }
}
