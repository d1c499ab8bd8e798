// SPDX-License-Identifier: Apache-2.0
import Glibc
public import MappingEvents

/// The one place where time is read. All other code gets time as an argument.
public enum Clock {
  public static var now: KernelInstant { KernelInstant(nanoseconds: nanoseconds(CLOCK_MONOTONIC)) }

  /// Nanoseconds of processor time that this process has used.
  public static var processorTime: UInt64 { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

  public static func sleep(nanoseconds: UInt64) {
    var time = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    nanosleep(&time, nil)
  }

  /// One moment as people and as profiles count time.
  public struct Wall: Sendable {
    /// RFC 3339 in UTC, to the millisecond.
    public var text: String
    /// Since 1970.
    public var unixNanoseconds: Int64

    public init(text: String, unixNanoseconds: Int64) {
      self.text = text
      self.unixNanoseconds = unixNanoseconds
    }
  }

  public static var wallTime: Wall {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Wall(
      text: text(of: time),
      unixNanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  static func text(of time: timespec) -> String {
    var time = time
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func pad(_ value: Int32, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(pad(parts.tm_year + 1900, 4))-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))T"
      + "\(pad(parts.tm_hour, 2)):\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2))"
      + ".\(pad(Int32(time.tv_nsec / 1_000_000), 3))Z"
  }
}
