// SPDX-License-Identifier: Apache-2.0
import Glibc
public import MappingEvents
public import MappingLedger
import Meminfo

/// The files of one process, or of one thread, below /proc.
///
/// A process can end at any time and then has no files. Each property is nil for a process that is
/// gone, and for a file that is hidden from this user or has another shape than documented.
public struct ProcessFiles: Sendable {
  public let process: ProcessID
  var directory: String { "/proc/\(process.raw)" }

  public init(_ process: ProcessID) { self.process = process }

  /// The file of that name as bytes, with the reason when there are none.
  public func contents(_ name: String) throws(ProcfsError) -> [UInt8] {
    try FileDescriptor.contents(of: "\(directory)/\(name)")
  }

  /// What `parse` makes of the file of that name.
  public func read<Value>(
    _ name: String, _ parse: (String) throws(UnexpectedText) -> Value
  ) throws(ProcfsError) -> Value {
    let text = String(decoding: try contents(name), as: UTF8.self)
    do { return try parse(text) } catch {
      throw .unexpected(path: "\(directory)/\(name)", error)
    }
  }

  public var exists: Bool { access(directory, F_OK) == 0 }

  /// The process that owns this thread. /proc answers for thread ids too; a process owns itself.
  public var owner: ProcessID? {
    try? read("status") { text throws(UnexpectedText) in try ProcText.process("Tgid", in: text) }
  }

  public var parent: ProcessID? {
    try? read("status") { text throws(UnexpectedText) in try ProcText.process("PPid", in: text) }
  }

  public var executable: String? { linkTarget("\(directory)/exe") }

  public var name: String? { try? read("comm", ProcText.name) }

  /// The words that the process was started with, or that it has put in their place, joined by
  /// spaces. No more than 4 KiB of them.
  public var commandLine: String? {
    guard let file = FileDescriptor.open("\(directory)/cmdline") else { return nil }
    let bytes = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      Array(buffer.prefix(max(0, Glibc.read(file.raw, buffer.baseAddress, buffer.count))))
    }
    return ProcText.commandLine(bytes)
  }

  /// The path in the cgroup hierarchy of version 2, or else in the first one of version 1.
  public var cgroup: String? {
    guard let lines = try? read("cgroup", ControlGroupLine.parse) else { return nil }
    return (lines.first { $0.isVersion2 } ?? lines.first)?.path
  }

  /// Bytes of physical memory in use.
  public var residentBytes: UInt64? {
    (try? read("statm", ProcText.residentPages)).map {
      byteCount(ofPages: $0, of: MachineFacts.pageBytes)
    }
  }

  /// RLIMIT_AS in bytes; nil also for unlimited.
  public var addressSpaceLimit: UInt64? {
    (try? read("limits", ProcText.addressSpaceLimit)) ?? nil
  }

  /// How many areas the kernel counts.
  public var areaCount: Int? {
    (try? contents("maps")).map { maps in maps.count { $0 == UInt8(ascii: "\n") } }
  }

  /// The list of areas, read now.
  public func areas(texts: inout TextTable) -> [SpaceSnapshot.Area]? {
    guard let maps = try? contents("maps"), let lines = try? ProcText.lines(maps: maps) else {
      return nil
    }
    return ProcText.areas(lines, texts: &texts)
  }

  /// Whether `thread` waits in something else than munmap, mremap or shmdt. False for one that runs,
  /// because what a running thread does cannot be known.
  ///
  /// True for a thread that is gone: its end may have been lost, and with that the word that its
  /// call was over.
  public static func isWaitingElsewhere(_ thread: ThreadID) -> Bool {
    do throws(ProcfsError) {
      let call = try ProcessFiles(ProcessID(thread.raw)).read("syscall") {
        text throws(UnexpectedText) in try WaitingCall(parsing: text)
      }
      return call.map { !removals.contains($0.number) } ?? false
    } catch {
      return access("/proc/\(thread.raw)", F_OK) != 0 && errno == ENOENT
    }
  }

  /// munmap, mremap and shmdt.
  #if arch(x86_64)
    private static let removals: Set = [11, 25, 67]
  #else
    private static let removals: Set = [215, 216, 197]
  #endif
}

/// Where a symbolic link leads; nil when it cannot be read.
func linkTarget(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
    guard let start = buffer.baseAddress else { return nil }
    let length = readlink(path, start, buffer.count)
    guard length > 0 else { return nil }
    return String(decoding: buffer[..<length], as: UTF8.self)
  }
}
