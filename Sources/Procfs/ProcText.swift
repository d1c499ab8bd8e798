// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The parsers of what /proc says about one process: a text in, a value out. None reads a file.
///
/// The texts come from a kernel, but file names, process names and numbers in them are a stranger's
/// choice. No text traps.
public enum ProcText {
  /// The resident pages in /proc/PID/statm: `size resident shared text lib data dt`.
  public static func residentPages(statm: String) throws(UnexpectedText) -> UInt64 {
    let fields = statm.split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else {
      throw UnexpectedText(in: "statm", line: 1, expected: "the number of resident pages")
    }
    return pages
  }

  /// The first word of a field of /proc/PID/status, such as `Tgid`.
  public static func status(_ field: String, in status: String) throws(UnexpectedText) -> String {
    for line in status.split(separator: "\n") where line.hasPrefix("\(field):") {
      let words = line.dropFirst(field.utf8.count + 1).split(whereSeparator: \.isWhitespace)
      if let word = words.first { return String(word) }
    }
    throw UnexpectedText(in: "status", expected: "a field \(field)")
  }

  /// A field of /proc/PID/status that is a process id.
  public static func process(_ field: String, in status: String) throws(UnexpectedText) -> ProcessID
  {
    guard let number = UInt32(try self.status(field, in: status)) else {
      throw UnexpectedText(in: "status", expected: "a process id in \(field)")
    }
    return ProcessID(number)
  }

  /// RLIMIT_AS of /proc/PID/limits in bytes; nil for unlimited.
  public static func addressSpaceLimit(limits: String) throws(UnexpectedText) -> UInt64? {
    let name = "Max address space"
    for line in limits.split(separator: "\n") where line.hasPrefix(name) {
      let words = line.dropFirst(name.count).split(separator: " ")
      guard let soft = words.first else { break }
      if soft == "unlimited" { return nil }
      if let bytes = UInt64(soft) { return bytes }
    }
    throw UnexpectedText(in: "limits", expected: "\(name), in bytes or unlimited")
  }

  /// The words of /proc/PID/cmdline, which end with a NUL each, joined by spaces.
  public static func commandLine(_ bytes: [UInt8]) -> String {
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
    let text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  /// The name in /proc/PID/comm, which ends with a newline.
  public static func name(comm: String) -> String {
    String(comm.hasSuffix("\n") ? comm.dropLast() : comm[...])
  }

  /// The process ids of cgroup.procs, a line each. 0 stands for one of another pid namespace.
  public static func processes(cgroupProcs: String) -> [ProcessID] {
    cgroupProcs.split(separator: "\n").compactMap { UInt32($0) }.map { ProcessID($0) }
  }

  /// The one number in a file of /proc/sys.
  public static func number(_ text: String, in file: String) throws(UnexpectedText) -> UInt64 {
    guard let word = text.split(whereSeparator: \.isWhitespace).first, let number = UInt64(word)
    else { throw UnexpectedText(in: file, line: 1, expected: "a number") }
    return number
  }
}

/// The system call that a thread waits in, from /proc/TID/syscall.
public struct WaitingCall: Hashable, Sendable {
  /// -1 when the thread waits in the kernel outside a system call.
  public var number: Int
  public var stackPointer: UInt64

  /// `number arguments stack-pointer program-counter`, or without arguments when the number is -1.
  /// Nil for `running`: where a running thread is cannot be known.
  public init?(parsing syscall: String) throws(UnexpectedText) {
    let words = syscall.split(whereSeparator: \.isWhitespace)
    if words.first == "running" { return nil }
    guard words.count > 2, let number = Int(words[0]),
      let pointer = UInt64(words[words.count - 2].dropFirst(2), radix: 16)
    else {
      throw UnexpectedText(
        in: "syscall", line: 1, expected: "running, or a number and the stack pointer")
    }
    self.number = number
    stackPointer = pointer
  }
}
