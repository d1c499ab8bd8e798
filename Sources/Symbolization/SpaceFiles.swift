// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Opens the files that unwinding and symbols read: all of an address space that lies outside of a
/// captured call path.
///
/// Nothing else in Symbolization opens a file by a name that a traced program chose. So the code behind
/// this protocol can run with privileges and the code in front of it, which parses the files, without.
protocol SpaceFiles {
  /// The modules that are mapped now; empty when the process is gone.
  func modules() -> [MappedModule]

  /// The file of the program that runs in the space; nil when it cannot be opened.
  func openProgram() -> OpenedFile?

  /// The very file that is mapped.
  func open(_ module: MappedModule) throws(UnresolvedReason) -> OpenedFile

  /// The first debug file by that name that `isRight` accepts.
  func openDebugFile(
    _ name: DebugFileName, where isRight: (borrowing OpenedFile) -> Bool
  ) -> OpenedFile?

  /// Whether elfutils may ask debuginfod servers for what was not found here.
  var asksDebugServers: Bool { get }

  /// The functions that a just-in-time compiler of the process wrote down; empty when there are none.
  func perfMap() -> PerfMap
}

/// An open file descriptor, closed with the value.
struct OpenedFile: ~Copyable {
  private(set) var descriptor: Int32
  /// A name of the file. Debug files are looked for beside it.
  let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Nil when there is no such file or it cannot be opened.
  init?(reading path: String) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.init(descriptor: descriptor, path: path)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The descriptor, which the caller closes from now on.
  consuming func release() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Equal for two names of one file; nil when the kernel does not tell.
  var identity: FileIdentity? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

struct FileIdentity: Hashable {
  var device: UInt64
  var inode: UInt64
}
