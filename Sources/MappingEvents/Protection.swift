// SPDX-License-Identifier: Apache-2.0

/// What may be done with a page: PROT_READ, PROT_WRITE, PROT_EXEC, which are also the low bits of
/// the kernel's VM_* flags.
public struct Protection: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let read = Protection(rawValue: 1)
  public static let write = Protection(rawValue: 2)
  public static let execute = Protection(rawValue: 4)
}

/// MAP_* flags of <asm-generic/mman.h>, as passed to mmap.
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

  /// MAP_SHARED and MAP_SHARED_VALIDATE (3) share; MAP_PRIVATE alone does not.
  @inlinable public var isShared: Bool { rawValue & 0x01 != 0 }

  /// The base-2 logarithm of the huge page size asked for; nil asks for the default size.
  @inlinable public var hugePageShift: UInt32? {
    let shift = (rawValue >> 26) & 0x3f
    return shift == 0 ? nil : shift
  }
}

/// MREMAP_* flags.
public struct RemapFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let mayMove = RemapFlags(rawValue: 1)
  public static let fixed = RemapFlags(rawValue: 2)
  public static let doNotUnmap = RemapFlags(rawValue: 4)
}

/// CLONE_* flags.
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
