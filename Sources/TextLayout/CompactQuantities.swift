// SPDX-License-Identifier: Apache-2.0

/// A size for a table: `285.3G`, `10.0M`, `64K`, `512B`.
package func compactBytes(_ bytes: UInt64) -> String {
  let parts = formatBytes(bytes).split(separator: " ")
  return String(parts[0] + parts[1].prefix(1))
}

/// A change of size for a table: `+10.0M`, `-64K`. No change is `-`, so that changes stand out.
package func compactChange(_ bytes: Int64) -> String {
  bytes == 0 ? "-" : (bytes < 0 ? "-" : "+") + compactBytes(bytes.magnitude)
}

/// Events per second for a table: `-`, `<0.1`, `3.4`, `120`, `1,250,000`.
package func compactRate(_ perSecond: Double) -> String {
  guard perSecond.isFinite, perSecond > 0, perSecond < 1e15 else { return "-" }
  if perSecond < 0.05 { return "<0.1" }
  if perSecond >= 9.95 { return formatCount(UInt64(perSecond.rounded())) }
  let tenths = Int((perSecond * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}

/// `1 process`, `1,234 processes`.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(formatCount(UInt64(max(0, count)))) \(count == 1 ? one : many ?? one + "s")"
}
