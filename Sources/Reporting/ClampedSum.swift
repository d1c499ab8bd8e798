// SPDX-License-Identifier: Apache-2.0

extension UInt64 {
  /// Sums of what a traced process chose must not trap.
  package func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
