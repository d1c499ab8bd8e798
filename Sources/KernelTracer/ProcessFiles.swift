// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
import CLibbpf
import Glibc
public import MappingEvents

/// What /proc says about one process. Everything can be gone at any time: nil then.
public struct ProcessFiles: Sendable {
  public let process: ProcessID
  private var directory: String { "/proc/\(process.raw)" }

  public init(_ process: ProcessID) { self.process = process }

  public var exists: Bool { access(directory, F_OK) == 0 }

  /// The process that it is a thread of: itself, unless the id is that of a further thread, for which
  /// /proc answers too.
  public var owner: ProcessID? { ProcText.owner(of: ThreadID(process.raw)) }

  public var executable: String? { readLink("\(directory)/exe") }

  public var name: String? {
    FileDescriptor.text(of: "\(directory)/comm").map { String($0.dropLast()) }
  }

  /// The words that it was started with, or says it was, apart by spaces; at most some 4 KiB of them.
  public var commandLine: String? {
    guard let file = FileDescriptor.open("\(directory)/cmdline") else { return nil }
    let bytes = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      Array(buffer.prefix(max(0, read(file.raw, buffer.baseAddress, buffer.count))))
    }
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
    let text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  /// The path in the cgroup hierarchy of version 2, or the first there is of version 1.
  public var cgroup: String? {
    guard let text = FileDescriptor.text(of: "\(directory)/cgroup") else { return nil }
    let lines = text.split(separator: "\n")
    let line = lines.first { $0.hasPrefix("0::") } ?? lines.first
    return line?.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last
      .map(String.init)
  }

  /// Whether `thread` waits for something else than a call of its own that takes mappings away; false
  /// where that cannot be told, as of one that runs (/proc/PID/syscall, proc(5)). One that is gone waits
  /// for nothing more: its end may have been lost, and with it the word that its call was over.
  public static func isWaitingElsewhere(_ thread: ThreadID) -> Bool {
    guard let text = FileDescriptor.text(of: "/proc/\(thread.raw)/syscall"),
      let number = text.split(separator: " ").first.flatMap({ Int($0) })
    else { return access("/proc/\(thread.raw)", F_OK) != 0 && errno == ENOENT }
    return !takingAway.contains(number)
  }

  /// munmap, mremap and shmdt.
  #if arch(x86_64)
    private static let takingAway: Set = [11, 25, 67]
  #else
    private static let takingAway: Set = [215, 216, 197]
  #endif

  /// Bytes of physical memory in use.
  public var residentBytes: UInt64? {
    guard let text = FileDescriptor.text(of: "\(directory)/statm") else { return nil }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// The path of the file mapped exactly at `range`, or open as `descriptor`, or mapped elsewhere in
  /// the process: by the time anyone asks the loader has cut the first mapping up and closed the file.
  public func path(
    mappedAt range: AddressRange, descriptor: Int32, identity: FileIdentity
  ) -> String? {
    let start = String(range.start, radix: 16)
    let end = String(range.end, radix: 16)
    var links = ["\(directory)/map_files/\(start)-\(end)"]
    if descriptor >= 0 { links.append("\(directory)/fd/\(descriptor)") }
    // Another file may be mapped there or open as that by now, or be so between a look at the file and one
    // at its name: a loader opens its files as one number after another.
    func leads(_ link: String) -> Bool {
      var status = stat()
      return stat(link, &status) == 0 && status.st_ino == identity.inode
    }
    for link in links where leads(link) {
      if let path = readLink(link), leads(link) { return path }
    }
    var texts = TextTable()
    let areas = ProcText.areas(of: process, texts: &texts) ?? []
    // The text tells no generations.
    return areas.first {
      $0.file?.identity.device == identity.device && $0.file?.identity.inode == identity.inode
    }?.file.map { texts[$0.path] }
  }

  /// Bytes of `ranges` that are in physical memory or swapped in, by the page table's own word.
  ///
  /// Looks at no more than `mostPages`; what is beyond is taken to be like the rest.
  public func residentBytes(of ranges: [AddressRange], mostPages: Int = 1 << 18) -> UInt64? {
    guard let file = FileDescriptor.open("\(directory)/pagemap") else { return nil }
    let pageBytes = UInt64(sysconf(Int32(_SC_PAGESIZE)))
    let present: UInt64 = 1 << 63
    var looked: UInt64 = 0
    var found: UInt64 = 0
    var entries = [UInt64](repeating: 0, count: 4096)
    for range in ranges where looked < UInt64(mostPages) {
      var page = range.start / pageBytes
      let end = range.end / pageBytes
      while page < end {
        let wanted = min(Int(end - page), entries.count)
        let got = entries.withUnsafeMutableBytes {
          $0.baseAddress.map { pread(file.raw, $0, wanted * 8, Int(page) * 8) } ?? -1
        }
        guard got > 0 else { return nil }
        found += UInt64(entries[..<(got / 8)].count { $0 & present != 0 })
        looked += UInt64(got / 8)
        page += UInt64(got / 8)
      }
    }
    let total = ranges.reduce(0) { $0 + $1.length }
    guard looked > 0 else { return 0 }
    let share = Double(found) / Double(looked)
    return looked * pageBytes >= total ? found * pageBytes : UInt64(Double(total) * share)
  }

  private func readLink(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let length = readlink(path, start, buffer.count)
      guard length > 0 else { return nil }
      return String(decoding: buffer[..<length], as: UTF8.self)
    }
  }
}

/// The processes directly or indirectly in the control group of that path.
public func processes(inCgroup path: String) -> [ProcessID] {
  var found: [ProcessID] = []
  if let text = FileDescriptor.text(of: "\(path)/cgroup.procs") {
    found = text.split(separator: "\n").compactMap { UInt32($0) }.map { ProcessID($0) }
  }
  guard let directory = opendir(path) else { return found }
  defer { closedir(directory) }
  while let entry = readdir(directory) {
    guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { found += processes(inCgroup: "\(path)/\(name)") }
  }
  return found
}
