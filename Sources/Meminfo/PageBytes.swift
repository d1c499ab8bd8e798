// SPDX-License-Identifier: Apache-2.0

/// The size of so many pages; the largest number where it exceeds 64 bits.
public func byteCount(ofPages pages: UInt64, of pageBytes: UInt64) -> UInt64 {
  let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageBytes)
  return overflow ? .max : bytes
}
