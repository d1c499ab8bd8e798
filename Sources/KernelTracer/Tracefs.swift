import CLinux
// SPDX-License-Identifier: Apache-2.0
import Glibc
import Procfs

/// The ids of classic tracepoints, read from a tracefs of our own.
///
/// It is opened and never mounted, so the host finds no trace of us.
struct Tracefs: ~Copyable {
  private let root: FileDescriptor

  init() throws(TracerError) {
    let own = bpfleak_open_tracefs()
    if own >= 0 {
      root = FileDescriptor(owning: own)
      return
    }
    // Without CAP_SYS_ADMIN, a mounted tracefs that this user can read serves as well. Where none is
    // mounted, its usual place is an empty directory of sysfs.
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

  /// Why the ids of tracepoints cannot be read; nil when they can.
  static var obstacle: TracerError? {
    do throws(TracerError) {
      _ = try Tracefs().id(of: "syscalls/sys_exit_mmap")
      return nil
    } catch {
      return error
    }
  }

  /// The id of `syscalls/sys_exit_mmap` and the like, or why there is none.
  ///
  /// Throws where no id at all can be read: the files belong to root, also for a user who may open a tracefs.
  func id(of tracepoint: String) throws(TracerError) -> Result<UInt64, HookAbsence.Reason> {
    let raw = openat(root.raw, "events/\(tracepoint)/id", O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else {
      switch errno {
      case EACCES, EPERM: throw .tracefsOutOfReach(code: errno)
      case ENOENT: return .failure(.notInThisKernel)
      case let code: return .failure(.couldNotTest(code: code))
      }
    }
    let file = FileDescriptor(owning: raw)
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes, chunk: 64) else { return .failure(.couldNotTest(code: errno)) }
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return UInt64(text).map { .success($0) } ?? .failure(.couldNotTest(code: EBADMSG))
  }
}
