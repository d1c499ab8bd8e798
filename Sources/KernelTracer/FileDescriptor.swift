// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

/// An open file that closes itself.
public struct FileDescriptor: ~Copyable {
  public let raw: Int32

  public init(owning raw: Int32) { self.raw = raw }

  deinit { if raw >= 0 { close(raw) } }

  /// Opens for reading; nil with errno set on failure.
  public static func open(_ path: String) -> FileDescriptor? {
    let raw = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    return raw < 0 ? nil : FileDescriptor(owning: raw)
  }

  /// Readable when one of `signals`, a `sigset_t`, is pending, blocked as they are.
  public static func pending(_ signals: UnsafeRawPointer) -> FileDescriptor {
    FileDescriptor(owning: bpfleak_signal_descriptor(signals))
  }

  /// The numbers are those of linux/magic.h.
  var isInTracefs: Bool { bpfleak_file_system(raw) == 0x7472_6163 }
  public var isInCgroup2: Bool { bpfleak_file_system(raw) == 0x6367_7270 }

  /// Everything up to the end of the file, appended to `bytes`; false on an error, with what was
  /// read until then.
  public func readAll(into bytes: inout [UInt8], chunk: Int = 1 << 16) -> Bool {
    var used = bytes.count
    defer { bytes.removeLast(bytes.count - used) }
    while true {
      // The kernel hands out little at a time: room is made once for many reads.
      if bytes.count - used < chunk { bytes += [UInt8](repeating: 0, count: max(chunk, used)) }
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { read(raw, $0 + used, buffer.count - used) } ?? 0
      }
      if got == 0 { return true }
      if got > 0 { used += got } else if errno != EINTR, errno != EAGAIN { return false }
    }
  }

  /// A small file of /proc or /sys as text; nil when it cannot be read.
  public static func text(of path: String) -> String? {
    guard let file = open(path) else { return nil }
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes, chunk: 4096) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
