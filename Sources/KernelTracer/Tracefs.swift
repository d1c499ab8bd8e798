// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

/// The ids of classic tracepoints, read from a tracefs of our own.
///
/// It is opened and never mounted: whether the host has one mounted or not, it finds no trace of us.
struct Tracefs: ~Copyable {
  private let root: FileDescriptor

  init() throws(TracerError) {
    let own = bpfleak_open_tracefs()
    // Without CAP_SYS_ADMIN, one that is mounted and readable serves as well.
    let raw = own >= 0 ? own : open("/sys/kernel/tracing", O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else {
      if -own == EPERM { throw .notPermitted(operation: "opening tracefs", code: -own) }
      throw .system(operation: "opening tracefs", code: -own)
    }
    root = FileDescriptor(owning: raw)
  }

  /// Nil when the kernel has no tracepoint of that name (`syscalls/sys_exit_mmap`).
  func id(of tracepoint: String) -> UInt64? {
    let raw = openat(root.raw, "events/\(tracepoint)/id", O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    let file = FileDescriptor(owning: raw)
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes, chunk: 64) else { return nil }
    return UInt64(String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self))
  }
}
