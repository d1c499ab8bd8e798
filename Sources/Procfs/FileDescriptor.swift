// SPDX-License-Identifier: Apache-2.0
import CLinux
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

  /// Readable when one of `signals`, a `sigset_t`, is pending. Signals must be blocked for that.
  public static func pending(_ signals: UnsafeRawPointer) -> FileDescriptor {
    FileDescriptor(owning: bpfleak_signal_descriptor(signals))
  }

  /// The numbers are those of linux/magic.h.
  public var isInTracefs: Bool { bpfleak_file_system(raw) == 0x7472_6163 }
  public var isInCgroup2: Bool { bpfleak_file_system(raw) == 0x6367_7270 }

  /// Appends everything up to the end of the file to `bytes`. On an error returns false with errno
  /// set, and `bytes` has what was read until then.
  public func readAll(into bytes: inout [UInt8], chunk: Int = 1 << 16) -> Bool {
    var used = bytes.count
    defer { bytes.removeLast(bytes.count - used) }
    while true {
      // The kernel returns little with each read, so room is made once for many reads.
      if bytes.count - used < chunk { bytes += [UInt8](repeating: 0, count: max(chunk, used)) }
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { read(raw, $0 + used, buffer.count - used) } ?? 0
      }
      if got == 0 { return true }
      if got > 0 { used += got } else if errno != EINTR, errno != EAGAIN { return false }
    }
  }
}

extension FileDescriptor {
  /// The whole of a file of /proc or /sys.
  ///
  /// A first read of 16 KiB takes /proc/meminfo and its like in one piece, so that all their numbers
  /// are of one moment.
  public static func contents(of path: String) throws(ProcfsError) -> [UInt8] {
    guard let file = open(path) else { throw .unreadable(path: path, errno: errno) }
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes, chunk: 1 << 14) else {
      throw .unreadable(path: path, errno: errno)
    }
    return bytes
  }

  /// The same as text; nil when it cannot be read.
  public static func text(of path: String) -> String? {
    (try? contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The names in a directory but for `.` and `..`, in the directory's own order; of all entries, or of
/// those of one type of readdir(3).
func entryNames(in directory: String, type: Int? = nil) throws(ProcfsError) -> [String] {
  guard let open = opendir(directory) else { throw .unreadable(path: directory, errno: errno) }
  defer { closedir(open) }
  var names: [String] = []
  while let entry = readdir(open) {
    if let type, Int(entry.pointee.d_type) != type { continue }
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}
