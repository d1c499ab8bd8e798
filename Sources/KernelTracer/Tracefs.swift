import CLinux
// SPDX-License-Identifier: Apache-2.0
import Glibc
import Procfs

/// The ids of classic tracepoints, read from a tracefs of our own.
///
/// It is opened and never mounted: whether the host has one mounted or not, it finds no trace of us.
struct Tracefs: ~Copyable {
  private let root: FileDescriptor

  init() throws(TracerError) {
    let own = bpfleak_open_tracefs()
    if own >= 0 {
      root = FileDescriptor(owning: own)
      return
    }
    // Without CAP_SYS_ADMIN, one that is mounted and readable serves as well. Where none is mounted, the
    // place is an empty directory of sysfs.
    let mounted = FileDescriptor(owning: open(Self.usualPlace, O_RDONLY | O_CLOEXEC))
    let code = mounted.raw < 0 ? errno : -own
    guard mounted.raw >= 0, mounted.isInTracefs else {
      if code == EPERM || code == EACCES {
        throw .tracefsOutOfReach(code: code)
      }
      throw .system(operation: "opening tracefs", code: code)
    }
    root = mounted
  }

  static let usualPlace = "/sys/kernel/tracing"

  /// Why tracepoints cannot be found; nil when they can.
  static var obstacle: TracerError? {
    do throws(TracerError) {
      _ = try Tracefs().id(of: "syscalls/sys_exit_mmap")
      return nil
    } catch {
      return error
    }
  }

  /// Nil when the kernel has no tracepoint of that name (`syscalls/sys_exit_mmap`).
  func id(of tracepoint: String) throws(TracerError) -> UInt64? {
    let raw = openat(root.raw, "events/\(tracepoint)/id", O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else {
      // Its files are root's, also for who may open a tracefs of his own.
      if errno == EACCES || errno == EPERM {
        throw .tracefsOutOfReach(code: errno)
      }
      return nil
    }
    let file = FileDescriptor(owning: raw)
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes, chunk: 64) else { return nil }
    return UInt64(String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self))
  }
}
