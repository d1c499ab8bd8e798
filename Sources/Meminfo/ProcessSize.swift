// SPDX-License-Identifier: Apache-2.0

/// The size of a process, from /proc/PID/stat and statm, which any user may read.
public struct ProcessSize: Equatable, Sendable {
  public let pid: Int32
  public let name: String
  /// Clock ticks since boot. Together with the pid, it identifies the process.
  public let startTicks: UInt64
  public let threads: UInt64
  /// Bytes of address space.
  public let virtual: UInt64
  /// Bytes of resident private memory: neither files nor shared memory.
  public let anonymous: UInt64

  public init(
    pid: Int32, name: String, startTicks: UInt64, threads: UInt64, virtual: UInt64,
    anonymous: UInt64
  ) {
    self.pid = pid
    self.name = name
    self.startTicks = startTicks
    self.threads = threads
    self.virtual = virtual
    self.anonymous = anonymous
  }

  /// `nil` for a kernel thread, a zombie, or text of another form.
  public init?(stat: String, statm: String, pageSize: UInt64) {
    // The name may contain spaces and parentheses. It ends at the last parenthesis.
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close,
      let pid = Int32(stat[..<open].split(separator: " ").first ?? "")
    else { return nil }
    let fields = stat[stat.index(after: close)...].split(whereSeparator: \.isWhitespace)
    let pages = statm.split(whereSeparator: \.isWhitespace).map { UInt64($0) ?? 0 }
    // proc(5) counts from 1, and the third field is the first one after the name.
    guard fields.count > 20, pages.count > 2, let threads = UInt64(fields[17]),
      let start = UInt64(fields[19]), let virtual = UInt64(fields[20]), virtual > 0
    else { return nil }
    self.init(
      pid: pid, name: String(stat[stat.index(after: open)..<close]), startTicks: start,
      threads: threads, virtual: virtual,
      anonymous: byteCount(ofPages: pages[1] >= pages[2] ? pages[1] - pages[2] : 0, of: pageSize))
  }

  struct Identity: Hashable {
    let pid: Int32
    let startTicks: UInt64
  }

  var identity: Identity { Identity(pid: pid, startTicks: startTicks) }
}
