// SPDX-License-Identifier: Apache-2.0

extension UInt64 {
  /// The sum, or the largest number. Traced processes choose sizes, so a sum must not trap.
  package func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
