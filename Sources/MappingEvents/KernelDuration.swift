// SPDX-License-Identifier: Apache-2.0

/// A length of time on the kernel's clock.
///
/// Arithmetic stops at the ends instead of trapping: a recording decides how large the numbers are.
public struct KernelDuration: Hashable, Sendable, Comparable {
  public let nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  public static let zero = KernelDuration(nanoseconds: 0)
  public static let max = KernelDuration(nanoseconds: .max)

  @inlinable public static func seconds(_ count: Double) -> KernelDuration {
    KernelDuration(nanoseconds: UInt64(count * 1e9))
  }

  @inlinable public static func < (a: KernelDuration, b: KernelDuration) -> Bool {
    a.nanoseconds < b.nanoseconds
  }

  @inlinable public static func + (a: KernelDuration, b: KernelDuration) -> KernelDuration {
    let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
    return KernelDuration(nanoseconds: overflow ? .max : sum)
  }

  @inlinable public static func * (a: KernelDuration, factor: UInt64) -> KernelDuration {
    let (product, overflow) = a.nanoseconds.multipliedReportingOverflow(by: factor)
    return KernelDuration(nanoseconds: overflow ? .max : product)
  }

  @inlinable public static func / (a: KernelDuration, divisor: UInt64) -> KernelDuration {
    KernelDuration(nanoseconds: a.nanoseconds / divisor)
  }
}

extension KernelInstant {
  /// From `earlier` to here; zero when it is not earlier.
  @inlinable
  public func duration(since earlier: KernelInstant) -> KernelDuration {
    KernelDuration(nanoseconds: since(earlier))
  }
}
