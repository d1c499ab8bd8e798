// SPDX-License-Identifier: Apache-2.0

/// What a module says about the separate file that its debug information is in.
struct DebugFileName {
  /// The name of the module's own file.
  var modulePath: String
  var buildID: [UInt8]
  /// The name in .gnu_debuglink, or in .gnu_debugaltlink; nil when the module has none.
  var link: String?
  /// Whether it is the file that dwz moved the common parts of several debug files to.
  var isAlternate: Bool

  /// Where the file can be, the most likely place first. `directories` are trees of debug files.
  ///
  /// These are the places and the order of elfutils (find_debuginfo_in_path in libdwfl).
  func paths(in directories: [String]) -> [String] {
    var paths: [String] = []
    if buildID.count > 2 {
      let digits = buildID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      let name = ".build-id/\(digits[0])/\(digits[1...].joined()).debug"
      paths += directories.map { "\($0)/\(name)" }
    }
    // The vDSO has no directory.
    guard let slash = modulePath.lastIndex(of: "/"), modulePath.hasPrefix("/") else { return paths }
    let folder = String(modulePath[..<slash])
    return paths
      + (isAlternate
        ? alternatePaths(beside: folder, in: directories)
        : linkedPaths(beside: folder, in: directories))
  }

  private func linkedPaths(beside folder: String, in directories: [String]) -> [String] {
    let module = modulePath.split(separator: "/").last.map(String.init) ?? modulePath
    let file = link ?? "\(module).debug"
    // In a directory of debug files the file may have the module's own name.
    let names = link == nil ? [file, module] : [file]
    var paths = ["\(folder)/\(file)"] + names.map { "\(folder)/.debug/\($0)" }
    // As deep in the tree as the module is in the file system, or less deep.
    let parts = folder.split(separator: "/").map(String.init)
    for directory in directories {
      for dropped in 0...parts.count {
        let place = ([directory] + parts.dropFirst(dropped)).joined(separator: "/")
        paths += names.map { "\(place)/\($0)" }
      }
    }
    return paths
  }

  private func alternatePaths(beside folder: String, in directories: [String]) -> [String] {
    guard let link else { return [] }
    let name = link.split(separator: "/").last.map(String.init) ?? link
    let paths = [link.hasPrefix("/") ? link : "\(folder)/\(link)", "\(folder)/.dwz/\(name)"]
    return paths + directories.flatMap { ["\($0)/\(name)", "\($0)/.dwz/\(name)"] }
  }
}
