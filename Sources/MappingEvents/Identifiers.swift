// SPDX-License-Identifier: Apache-2.0

/// A thread group id in the tracer's pid namespace.
public struct ProcessID: Hashable, Sendable, Comparable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
  @inlinable public static func < (a: ProcessID, b: ProcessID) -> Bool { a.raw < b.raw }
}

/// A thread id in the tracer's pid namespace.
public struct ThreadID: Hashable, Sendable, Comparable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
  @inlinable public static func < (a: ThreadID, b: ThreadID) -> Bool { a.raw < b.raw }
}

/// An address space, as the kernel names it: the address of its `mm_struct`.
///
/// The kernel reuses these addresses after a space has ended, so one key can name several spaces in a
/// run.
public struct SpaceKey: Hashable, Sendable {
  public let raw: UInt64
  @inlinable public init(_ raw: UInt64) { self.raw = raw }
}

extension SpaceKey {
  /// Whether this key is a process id, because the kernel's key is not known yet. The kernel's keys
  /// are addresses in the upper half.
  public var isProvisional: Bool { raw < 1 << 32 }
}

/// A call path of this run. Several ids can stand for one call path: see `CallPathAliases`.
public struct CallPathID: Hashable, Sendable, BitwiseCopyable {
  public let raw: Int32
  @inlinable public init(_ raw: Int32) { self.raw = raw }
}

/// A time of the kernel's monotonic clock: nanoseconds of CLOCK_MONOTONIC.
public struct KernelInstant: Hashable, Sendable, Comparable, BitwiseCopyable {
  public let nanoseconds: UInt64
  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// The boot of the machine.
  @inlinable public static var zero: KernelInstant { KernelInstant(nanoseconds: 0) }

  @inlinable public static func < (a: KernelInstant, b: KernelInstant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }

  /// The instant `nanoseconds` after this one; the last representable one if that overflows.
  @inlinable
  public func later(by nanoseconds: UInt64) -> KernelInstant {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return KernelInstant(nanoseconds: overflow ? .max : sum)
  }

  /// Nanoseconds from `earlier` to this instant; 0 if `earlier` is not earlier.
  @inlinable
  public func since(_ earlier: KernelInstant) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }
}

/// What the kernel tells files apart by. Two paths of one file have one identity.
public struct FileIdentity: Hashable, Sendable {
  /// The kernel's `dev_t`: major << 20 | minor.
  public var device: UInt32
  /// Tells apart files that used one inode number one after another; 0 when unknown.
  public var generation: UInt32
  public var inode: UInt64
  @inlinable
  public init(device: UInt32, inode: UInt64, generation: UInt32 = 0) {
    self.device = device
    self.inode = inode
    self.generation = generation
  }
}

/// The name of a thread: up to 15 bytes and a closing NUL, as the kernel keeps it.
///
/// Stored as two words, so that an event is copied without reference counting.
public struct ThreadName: Hashable, Sendable {
  public var low: UInt64
  public var high: UInt64

  @inlinable
  public init(low: UInt64 = 0, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  public init(_ text: String) {
    self.init()
    var bytes = [UInt8](text.utf8.prefix(15))
    while bytes.count < 16 { bytes.append(0) }
    bytes.withUnsafeBytes { raw in
      low = raw.loadUnaligned(as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }
  }

  /// Calls `body` with the bytes before the first NUL.
  @inlinable
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: (low, high)) { bytes in
      let length = bytes.firstIndex(of: 0) ?? bytes.count
      return body(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
    }
  }

  /// The name as text. Bytes that are not UTF-8 become U+FFFD.
  public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
