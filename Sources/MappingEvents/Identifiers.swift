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

/// What the kernel calls an address space: the address of its `mm_struct`.
///
/// The kernel reuses these once a space has ended, so one key can name several spaces of a run.
public struct SpaceKey: Hashable, Sendable {
  public let raw: UInt64
  @inlinable public init(_ raw: UInt64) { self.raw = raw }
}

extension SpaceKey {
  /// Whether it is made of a process id, because the kernel's was not known: those are addresses in
  /// the upper half.
  public var isProvisional: Bool { raw < 1 << 32 }
}

/// A distinct user stack of this run.
public struct CallPathID: Hashable, Sendable {
  public let raw: Int32
  @inlinable public init(_ raw: Int32) { self.raw = raw }
}

/// Nanoseconds of CLOCK_MONOTONIC.
public struct KernelInstant: Hashable, Sendable, Comparable {
  public let nanoseconds: UInt64
  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }
  @inlinable public static func < (a: KernelInstant, b: KernelInstant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }

  /// That many nanoseconds from here; the end of time when it is further off.
  @inlinable
  public func later(by nanoseconds: UInt64) -> KernelInstant {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return KernelInstant(nanoseconds: overflow ? .max : sum)
  }

  /// Nanoseconds from `earlier` to here; 0 when it is not earlier.
  @inlinable
  public func since(_ earlier: KernelInstant) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }
}

/// A file as the kernel tells files apart; two paths of one file have one identity.
public struct FileIdentity: Hashable, Sendable {
  /// The kernel's `dev_t`: major << 20 | minor.
  public var device: UInt32
  /// Tells files apart that had the inode one after the other; 0 when unknown.
  public var generation: UInt32
  public var inode: UInt64
  @inlinable
  public init(device: UInt32, inode: UInt64, generation: UInt32 = 0) {
    self.device = device
    self.inode = inode
    self.generation = generation
  }
}

/// Up to 15 bytes of name and a closing NUL, as the kernel keeps it for each thread.
///
/// Kept as two words: every event is a plain value that is copied without reference counting.
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

  /// As text; what is no UTF-8 becomes U+FFFD.
  public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
