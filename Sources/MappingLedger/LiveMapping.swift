// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// A mapped range of an address space, as one call made it or as later calls left it.
///
/// The kernel joins and splits its areas as it likes. The ledger keeps what one mmap made apart from
/// what the next one made beside it. The value does not depend on its address, so both parts of a split
/// have the same value.
public struct LiveMapping: Hashable, Sendable, BitwiseCopyable {
  /// The ordinal of the event that made the memory. All pieces of one mapping have it in common, also
  /// after a move.
  public var origin: UInt64
  /// The ordinal of the event that put it where it is.
  public var placed: UInt64
  /// When it was mapped; zero if before tracing began.
  public var bornAt: KernelInstant
  /// Add this to an address to get its offset in the file. 0 for private anonymous memory.
  public var offsetBias: UInt64
  public var file: FileID
  private var packedCallPath: PackedCallPath
  /// The thread that mapped it; 0 if that was before tracing began.
  public var thread: UInt32
  public var traits: Traits
  /// The index of its account in its space.
  public var account: UInt32 = 0

  init(
    origin: UInt64, placed: UInt64, bornAt: KernelInstant, offsetBias: UInt64 = 0,
    file: FileID = .none, callPath: CallPathID?, thread: UInt32, traits: Traits
  ) {
    self.origin = origin
    self.placed = placed
    self.bornAt = bornAt
    self.offsetBias = offsetBias
    self.file = file
    self.packedCallPath = PackedCallPath(callPath)
    self.thread = thread
    self.traits = traits
  }

  public struct Traits: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let read = Traits(rawValue: 1)
    public static let write = Traits(rawValue: 2)
    public static let execute = Traits(rawValue: 4)
    public static let shared = Traits(rawValue: 8)
    /// Backed by a file, also by one that only the kernel sees.
    public static let file = Traits(rawValue: 0x10)
    public static let heap = Traits(rawValue: 0x20)
    public static let mainStack = Traits(rawValue: 0x40)
    public static let threadStack = Traits(rawValue: 0x80)
    /// System V shared memory.
    public static let segment = Traits(rawValue: 0x100)
    /// The kernel's own: vdso, vvar.
    public static let special = Traits(rawValue: 0x200)
    /// Mapped before tracing began: known from a list of the kernel, not from a call.
    public static let seeded = Traits(rawValue: 0x400)
    public static let growsDown = Traits(rawValue: 0x800)
    public static let noReserve = Traits(rawValue: 0x1000)
    /// Mapped with MAP_STACK.
    public static let stackFlag = Traits(rawValue: 0x2000)
    /// Mapped without access, to be made accessible piece by piece.
    public static let reserved = Traits(rawValue: 0x4000)
    public static let protection = Traits(rawValue: 7)
  }

  /// The base-2 logarithm of the huge page size, 0 for ordinary pages: bits 24...31 of the traits.
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

  /// The call path that mapped it, or made it grow last; nil when that is unknown. It can have been
  /// unified with another one since: see `Ledger.canonical(_:)`.
  public var callPath: CallPathID? {
    get { packedCallPath.id }
    set { packedCallPath = PackedCallPath(newValue) }
  }

  /// When it was mapped; nil if before tracing began.
  public var born: KernelInstant? { isSeeded || bornAt == .zero ? nil : bornAt }

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

extension LiveMapping {
  /// The mapping that the call of `event` makes, with no traits but its protection.
  init(_ event: MappingEvent, ordinal: UInt64, protection: Protection) {
    self.init(
      origin: ordinal, placed: ordinal, bornAt: event.when, callPath: event.callPath,
      thread: event.thread.raw, traits: Traits(rawValue: UInt32(protection.rawValue)))
  }

  /// Makes it new memory of `event`. It keeps its traits.
  mutating func adoptOrigin(of event: MappingEvent, ordinal: UInt64) {
    origin = ordinal
    placed = ordinal
    bornAt = event.when
    thread = event.thread.raw
    callPath = event.callPath ?? callPath
    traits.remove(.seeded)
  }
}

/// What a mapping is used for. The raw values are part of the NDJSON contract.
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

/// The number of a file in a `FileTable`; 0 is none.
public struct FileID: Hashable, Sendable, BitwiseCopyable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
  public static let none = FileID(0)
}

/// A piece of a mapping that a call removed, and where it was.
public struct RemovedSpan: Sendable {
  public var range: AddressRange
  public var mapping: LiveMapping
}
