// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Why there is no text.
struct Refusal: Error {
  let errno: CInt
}

typealias MachineAnswer = Result<String, Refusal>

/// Something to ask the machine whose answer is a text, so that a recording can keep it.
enum MachineQuestion: Hashable {
  case contents(_ path: String)
  /// The names in a directory, a line each.
  case names(_ directory: String)
  /// Of a mounted file system, as a decimal number.
  case bytesInUse(_ mountPoint: String)
  case exists(_ path: String)

  /// What it goes by in a recording.
  var name: String {
    switch self {
    case .contents(let path): path
    case .names(let directory): "names in \(directory)"
    case .bytesInUse(let path): "bytes in use on \(path)"
    case .exists(let path): "existence of \(path)"
    }
  }

  func answer() -> MachineAnswer {
    switch self {
    case .contents(let path): contents(of: path)
    case .names(let path): names(in: path)
    case .bytesInUse(let path): bytesInUse(on: path)
    case .exists(let path):
      access(path, F_OK) == 0 ? .success("") : .failure(Refusal(errno: errno))
    }
  }

  private func names(in directory: String) -> MachineAnswer {
    guard let open = opendir(directory) else { return .failure(Refusal(errno: errno)) }
    defer { closedir(open) }
    var names: [String] = []
    while let entry = readdir(open) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { name in
          String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return .success(names.joined(separator: "\n"))
  }

  private func bytesInUse(on mountPoint: String) -> MachineAnswer {
    var usage = statvfs()
    guard statvfs(mountPoint, &usage) == 0 else { return .failure(Refusal(errno: errno)) }
    let blocks = usage.f_blocks >= usage.f_bfree ? usage.f_blocks - usage.f_bfree : 0
    return .success(String(UInt64(blocks) &* UInt64(usage.f_frsize)))
  }

  private func contents(of path: String) -> MachineAnswer {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return .failure(Refusal(errno: errno)) }
    defer { close(file) }
    var bytes: [UInt8] = []
    while true {
      // Large enough for /proc/meminfo in one read, which makes it one moment's.
      let count = withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 16) { buffer in
        let count = read(file, buffer.baseAddress, buffer.count)
        if count > 0 { bytes += buffer.prefix(count) }
        return count
      }
      if count == 0 { return .success(String(decoding: bytes, as: UTF8.self)) }
      if count < 0, errno != EINTR { return .failure(Refusal(errno: errno)) }
    }
  }
}
