// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// The files of a running process, by way of /proc/PID. The process is neither stopped nor traced.
struct LiveSpaceFiles: SpaceFiles {
  let process: UInt32

  func modules() -> [MappedModule] {
    MappedModule.list(readText("/proc/\(process)/maps") ?? "")
  }

  func openProgram() -> OpenedFile? { OpenedFile(reading: "/proc/\(process)/exe") }

  /// Works also when the file was deleted or replaced, or is in another mount namespace.
  func open(_ module: MappedModule) throws(UnresolvedReason) -> OpenedFile {
    if module.path == MappedModule.vdso { return try copyOfMemory(module) }
    let link =
      "/proc/\(process)/map_files/\(hexadecimal(module.start))-\(hexadecimal(module.firstEnd))"
    let outside = pathFromOutside(module.path)
    let mapped = Glibc.open(link, O_RDONLY | O_CLOEXEC)
    if mapped >= 0 { return OpenedFile(descriptor: mapped, path: outside) }
    // The process may have ended meanwhile. Its root went with it; the plain name may still be right.
    var reason = UnresolvedReason.fileGone
    for name in [outside, module.path] {
      guard let named = OpenedFile(reading: name) else { continue }
      if named.identity?.inode == module.inode {
        return OpenedFile(descriptor: named.release(), path: outside)
      }
      reason = .fileReplaced
    }
    throw reason
  }

  func openDebugFile(
    _ name: DebugFileName, where isRight: (borrowing OpenedFile) -> Bool
  ) -> OpenedFile? {
    let directories = ["/usr/lib/debug", "/proc/\(process)/root/usr/lib/debug"]
    for path in name.paths(in: directories) {
      if let file = OpenedFile(reading: path), isRight(file) { return file }
    }
    // The module may go by a symbolic link, and its debug file by the name of the target.
    guard let target = realpath(name.modulePath, nil) else { return nil }
    defer { free(target) }
    var canonical = name
    canonical.modulePath = String(cString: target)
    guard canonical.modulePath != name.modulePath else { return nil }
    for path in canonical.paths(in: directories) {
      if let file = OpenedFile(reading: path), isRight(file) { return file }
    }
    return nil
  }

  var asksDebugServers: Bool { getenv("DEBUGINFOD_URLS") != nil }

  func perfMap() -> PerfMap {
    // In its own namespace a process can have another id, and its map has that id in its name.
    let status = readText("/proc/\(process)/status") ?? ""
    let inner = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }?
      .split(whereSeparator: { $0 == "\t" || $0 == " " }).last.map(String.init)
    let path = "/proc/\(process)/root/tmp/perf-\(inner ?? String(process)).map"
    return PerfMap(readText(path, most: 64 << 20) ?? "")
  }

  /// The vDSO is no file. Its memory holds a whole ELF image, which a file in memory can hand on.
  private func copyOfMemory(_ module: MappedModule) throws(UnresolvedReason) -> OpenedFile {
    guard let memory = OpenedFile(reading: "/proc/\(process)/mem"),
      module.end - module.start <= 1 << 20
    else { throw .fileGone }
    var bytes = [UInt8](repeating: 0, count: Int(module.end - module.start))
    let count = pread(memory.descriptor, &bytes, bytes.count, off_t(module.start))
    let copy = bpfleak_memory_file(module.path)
    guard copy >= 0 else { throw .fileGone }
    let file = OpenedFile(descriptor: copy, path: module.path)
    guard count == bytes.count, write(copy, bytes, count) == count else { throw .fileGone }
    return file
  }

  /// Where a path of the process is for bpfleak: under the root that the process has. When a process
  /// changed its root, maps has the path as it is outside.
  private func pathFromOutside(_ path: String) -> String {
    let inside = "/proc/\(process)/root\(path)"
    return access(inside, F_OK) == 0 ? inside : path
  }
}

private func hexadecimal(_ number: UInt64) -> String { String(number, radix: 16) }

/// The text of a file, up to `most` bytes of it; nil when it cannot be read.
private func readText(_ path: String, most: Int = 16 << 20) -> String? {
  guard let file = OpenedFile(reading: path) else { return nil }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count < most {
    let got = chunk.withUnsafeMutableBytes { read(file.descriptor, $0.baseAddress, $0.count) }
    if got < 0, errno == EINTR { continue }
    guard got > 0 else { break }
    bytes += chunk[..<got]
  }
  return String(decoding: bytes, as: UTF8.self)
}
