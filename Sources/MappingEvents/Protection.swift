// SPDX-License-Identifier: Apache-2.0

/// Access to a page: PROT_READ, PROT_WRITE, PROT_EXEC. The low bits of the kernel's VM_* flags are
/// the same.
public struct Protection: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let read = Protection(rawValue: 1)
  public static let write = Protection(rawValue: 2)
  public static let execute = Protection(rawValue: 4)
}

/// The flags that a program passes to mmap: MAP_* of <asm-generic/mman.h>.
public struct MapFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let shared = MapFlags(rawValue: 0x01)
  public static let `private` = MapFlags(rawValue: 0x02)
  public static let fixed = MapFlags(rawValue: 0x10)
  public static let anonymous = MapFlags(rawValue: 0x20)
  public static let growsDown = MapFlags(rawValue: 0x0100)
  public static let locked = MapFlags(rawValue: 0x2000)
  public static let noReserve = MapFlags(rawValue: 0x4000)
  public static let populate = MapFlags(rawValue: 0x8000)
  public static let stack = MapFlags(rawValue: 0x20000)
  public static let hugeTLB = MapFlags(rawValue: 0x40000)
  public static let fixedNoReplace = MapFlags(rawValue: 0x100000)

  /// True for MAP_SHARED (1) and MAP_SHARED_VALIDATE (3), false for MAP_PRIVATE (2).
  @inlinable public var isShared: Bool { rawValue & 0x01 != 0 }

  /// The base-2 logarithm of the huge page size that the call asked for; nil for the default size.
  @inlinable public var hugePageShift: UInt32? {
    let shift = (rawValue >> 26) & 0x3f
    return shift == 0 ? nil : shift
  }
}

/// The flags of mremap: MREMAP_*.
public struct RemapFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let mayMove = RemapFlags(rawValue: 1)
  public static let fixed = RemapFlags(rawValue: 2)
  public static let doNotUnmap = RemapFlags(rawValue: 4)
}

/// The flags of clone: CLONE_*.
public struct CloneFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static let vm = CloneFlags(rawValue: 0x100)
  public static let fs = CloneFlags(rawValue: 0x200)
  public static let files = CloneFlags(rawValue: 0x400)
  public static let sighand = CloneFlags(rawValue: 0x800)
  public static let vfork = CloneFlags(rawValue: 0x4000)
  public static let thread = CloneFlags(rawValue: 0x10000)
}
