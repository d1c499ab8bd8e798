// SPDX-License-Identifier: Apache-2.0

/// A size for people: `512 B`, `64 KiB`, `1.5 KiB`, `10.0 MiB`, `285.3 GiB`. Powers of 1024.
///
/// From MiB on there is always one decimal, so that sizes in a column line up. Whole KiB have none, because
/// page-sized values read better without.
public func formatBytes(_ bytes: UInt64) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  if bytes < 1024 { return "\(bytes) B" }
  if bytes < 1 << 20, bytes.isMultiple(of: 1024) { return "\(bytes >> 10) KiB" }
  for (index, unit) in units.enumerated() {
    let shift = UInt64(10 * (index + 1))
    let scale: UInt64 = 1 << shift
    var whole = bytes >> shift
    var tenths = ((bytes & (scale - 1)) * 10 + scale / 2) >> shift
    if tenths == 10 { (whole, tenths) = (whole + 1, 0) }
    if whole < 1024 || index == units.count - 1 { return "\(whole).\(tenths) \(unit)" }
  }
  return "\(bytes) B"
}

/// A change of size for people: `+10.0 MiB`, `-64 KiB`, and `0 B` without a sign.
public func formatSignedBytes(_ bytes: Int64) -> String {
  if bytes == 0 { return "0 B" }
  return (bytes < 0 ? "-" : "+") + formatBytes(bytes.magnitude)
}

/// A count with thousands separators: `1,048,576`.
public func formatCount(_ count: UInt64) -> String {
  var text = ""
  for (index, digit) in String(count).reversed().enumerated() {
    if index > 0, index.isMultiple(of: 3) { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

/// A share for people: `0.05` is `5.0%`. A small share that would round to 0 is `<0.1%`.
public func formatShare(_ fraction: Double) -> String {
  guard fraction.isFinite else { return "-" }
  let permille = (fraction.magnitude * 1000).rounded()
  if permille == 0, fraction != 0 { return "<0.1%" }
  guard permille < 1e15 else { return "-" }
  let tenths = UInt64(permille)
  return (fraction < 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)%"
}

/// A time for people: `250 ms`, `2.5 s`, `60 s`, `5m`, `2m30s`, `1h30m`, `3d4h`.
///
/// Below two minutes it is in seconds: a period reads "every 60 s", not "every 1m".
public func formatDuration(nanoseconds: UInt64) -> String {
  func rounded(_ unit: UInt64) -> UInt64 {
    nanoseconds / unit + (nanoseconds % unit >= (unit + 1) / 2 ? 1 : 0)
  }
  if nanoseconds < 1000 { return "\(nanoseconds) ns" }
  if rounded(1000) < 1000 { return "\(rounded(1000)) µs" }
  if rounded(1_000_000) < 1000 { return "\(rounded(1_000_000)) ms" }
  let tenths = rounded(100_000_000)
  if tenths < 100 {
    return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
  func pair(_ count: UInt64, of small: String, per size: UInt64, in large: String) -> String {
    let rest = count % size
    return "\(count / size)\(large)" + (rest == 0 ? "" : "\(rest)\(small)")
  }
  let seconds = rounded(1_000_000_000)
  if seconds < 120 { return "\(seconds) s" }
  if seconds < 3600 { return pair(seconds, of: "s", per: 60, in: "m") }
  let minutes = (seconds + 30) / 60
  if minutes < 48 * 60 { return pair(minutes, of: "m", per: 60, in: "h") }
  return pair((minutes + 30) / 60, of: "h", per: 24, in: "d")
}
