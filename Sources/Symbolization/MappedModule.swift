// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file whose code is mapped in a process, as /proc/PID/maps had it.
struct MappedModule: Hashable {
  /// As the process sees it; `[vdso]`.
  var path: String
  var inode: UInt64
  var start: UInt64
  var end: UInt64
  /// The end of its first mapping: with `start` the name of its link in map_files.
  var firstEnd: UInt64
  var hasCode: Bool

  static let vdso = "[vdso]"

  /// The modules in the text of a maps file. A module begins where its file is mapped from offset 0,
  /// and goes on while nothing but the same file and memory without one follows.
  static func list(_ text: String) -> [MappedModule] {
    var modules: [MappedModule] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard fields.count == 6 else { continue }
      let bounds = fields[0].split(separator: "-")
      guard bounds.count == 2, let start = UInt64(bounds[0], radix: 16),
        let end = UInt64(bounds[1], radix: 16), let inode = UInt64(fields[4])
      else { continue }
      var path = String(fields[5].drop { $0 == " " })
      guard path.hasPrefix("/") || path == vdso else { continue }
      if path.hasSuffix(" (deleted)") { path.removeLast(10) }
      let isCode = fields[1].dropFirst(2).first == "x"
      let offset = UInt64(fields[2], radix: 16) ?? 0
      if let last = modules.last, last.inode == inode, last.path == path, offset > 0 {
        modules[modules.count - 1].end = end
        if isCode { modules[modules.count - 1].hasCode = true }
      } else {
        modules.append(
          MappedModule(
            path: path, inode: inode, start: start, end: end, firstEnd: end, hasCode: isCode))
      }
    }
    return modules.filter(\.hasCode)
  }

  /// Opens the very file that is mapped, also when it was deleted or replaced, or is in another mount
  /// namespace; answers a descriptor, or why there is none.
  func open(in process: UInt32) throws(UnresolvedReason) -> Int32 {
    let link = "/proc/\(process)/map_files/" + "\(hexadecimal(start))-\(hexadecimal(firstEnd))"
    let mapped = Glibc.open(link, O_RDONLY | O_CLOEXEC)
    if mapped >= 0 { return mapped }
    var reason = UnresolvedReason.fileGone
    // By name when the process has gone meanwhile; its root goes with it.
    for name in [pathFromOutside(process), path] {
      let named = Glibc.open(name, O_RDONLY | O_CLOEXEC)
      guard named >= 0 else { continue }
      var status = stat()
      if fstat(named, &status) == 0, status.st_ino == inode { return named }
      close(named)
      reason = .fileReplaced
    }
    throw reason
  }

  /// Where its directory is from here: through the root that the process has, or as maps tells it of
  /// a process that changed its root.
  func pathFromOutside(_ process: UInt32) -> String {
    let inside = "/proc/\(process)/root\(path)"
    return access(inside, F_OK) == 0 ? inside : path
  }
}

private func hexadecimal(_ number: UInt64) -> String { String(number, radix: 16) }
