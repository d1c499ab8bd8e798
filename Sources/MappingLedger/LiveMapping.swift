// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// One mapped range of an address space, as one call made it or as what later calls left of it.
///
/// The kernel merges and splits its own areas as it likes; these keep what one mmap made apart from
/// what the next one made beside it. Independent of its address, so that a split keeps it unchanged.
public struct LiveMapping: Hashable, Sendable, BitwiseCopyable {
  /// The ordinal of the event that made the memory: what splits and moves of it have in common.
  public var origin: UInt64
  /// The ordinal of the event that put it where it is.
  public var placed: UInt64
  /// CLOCK_MONOTONIC nanoseconds; 0 when it was there before the tracer.
  public var bornNanoseconds: UInt64
  /// The offset in the file of address `a` is `a &+ offsetBias`. 0 for private anonymous memory.
  public var offsetBias: UInt64
  public var file: FileID
  public var callPath: Int32
  /// Who mapped it; 0 when it was there before the tracer.
  public var thread: UInt32
  public var traits: Traits
  /// The index of its account in the space it is in.
  public var account: UInt32 = 0

  public struct Traits: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let read = Traits(rawValue: 1)
    public static let write = Traits(rawValue: 2)
    public static let execute = Traits(rawValue: 4)
    public static let shared = Traits(rawValue: 8)
    /// Backed by a file, or by what the kernel keeps as one.
    public static let file = Traits(rawValue: 0x10)
    public static let heap = Traits(rawValue: 0x20)
    public static let mainStack = Traits(rawValue: 0x40)
    public static let threadStack = Traits(rawValue: 0x80)
    /// System V shared memory.
    public static let segment = Traits(rawValue: 0x100)
    /// The kernel's own: vdso, vvar.
    public static let special = Traits(rawValue: 0x200)
    public static let seeded = Traits(rawValue: 0x400)
    public static let growsDown = Traits(rawValue: 0x800)
    public static let noReserve = Traits(rawValue: 0x1000)
    /// Mapped with MAP_STACK.
    public static let stackFlag = Traits(rawValue: 0x2000)
    /// Mapped without access, to be made accessible by parts.
    public static let reserved = Traits(rawValue: 0x4000)
    public static let protection = Traits(rawValue: 7)
  }

  /// Bits 24...31 of the traits: the base-2 logarithm of a huge page size, 0 for ordinary pages.
  var hugePageShift: UInt32 {
    get { traits.rawValue >> 24 }
    set { traits.rawValue = traits.rawValue & 0xff_ffff | newValue << 24 }
  }

  /// Nil for ordinary pages.
  var hugePageBytes: UInt64? { hugePageShift == 0 ? nil : 1 << UInt64(hugePageShift) }

  public var protection: Protection {
    get { Protection(rawValue: UInt8(traits.rawValue & 7)) }
    set {
      traits.rawValue = traits.rawValue & ~7 | UInt32(newValue.rawValue & 7)
    }
  }

  public var isSeeded: Bool { traits.contains(.seeded) }
  public var isShared: Bool { traits.contains(.shared) }
  public var callPathID: CallPathID? { callPath < 0 ? nil : CallPathID(callPath) }
  public var born: KernelInstant? {
    isSeeded || bornNanoseconds == 0 ? nil : KernelInstant(nanoseconds: bornNanoseconds)
  }

  public var kind: MappingKind {
    if traits.contains(.special) { return .special }
    if traits.contains(.mainStack) { return .mainStack }
    if traits.contains(.threadStack) {
      return traits.isDisjoint(with: .protection) ? .guard : .threadStack
    }
    if traits.contains(.heap) { return .heap }
    if traits.contains(.segment) { return .sharedMemory }
    if traits.contains(.file) { return .file }
    return traits.contains(.shared) ? .sharedMemory : .anonymous
  }
}

/// What a mapping is for; the raw values are those of the NDJSON contract.
public enum MappingKind: String, Hashable, Sendable, CaseIterable {
  case anonymous
  case file
  case heap
  case mainStack = "main-stack"
  case threadStack = "thread-stack"
  case `guard`
  case sharedMemory = "shared-memory"
  case special
}

/// Stands for a file in a `FileTable`; 0 is none.
public struct FileID: Hashable, Sendable, BitwiseCopyable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
  public static let none = FileID(0)
}

/// What a removal took away: a portion of a mapping, where it was.
public struct RemovedSpan: Sendable {
  public var range: AddressRange
  public var mapping: LiveMapping
}
