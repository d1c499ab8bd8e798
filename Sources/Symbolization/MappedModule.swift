// SPDX-License-Identifier: Apache-2.0

/// A file whose code is mapped in a process, as /proc/PID/maps shows it.
struct MappedModule: Hashable {
  /// As the process sees it, or `[vdso]`.
  var path: String
  var inode: UInt64
  var start: UInt64
  var end: UInt64
  /// The end of the first mapping. With `start` it is the name of the link in /proc/PID/map_files.
  var firstEnd: UInt64
  var hasCode: Bool

  static let vdso = "[vdso]"

  /// The modules in the text of a maps file.
  ///
  /// A module begins where its file is mapped from offset 0. It goes on while only the same file and
  /// memory without a file follow.
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
}
