// SPDX-License-Identifier: Apache-2.0
import AddressSpace
public import MappingEvents
public import MappingLedger

/// The text of /proc/PID/maps: the second way to the kernel's list, for kernels that refuse
/// iterators, and the measure that tests hold tables against.
public enum ProcText {
  /// The areas in `maps`, or nil when a line is none. vsyscall, which is of no address space, is
  /// left out.
  public static func areas(
    _ maps: [UInt8], texts: inout TextTable
  ) -> [SpaceSnapshot.Area]? {
    var areas: [SpaceSnapshot.Area] = []
    for line in maps.split(separator: UInt8(ascii: "\n")) {
      guard let area = area(line, texts: &texts) else { return nil }
      if area.range.start < 1 << 63 { areas.append(area) }
    }
    return areas
  }

  /// `start-end perms offset major:minor inode   path`.
  private static func area(
    _ line: ArraySlice<UInt8>, texts: inout TextTable
  ) -> SpaceSnapshot.Area? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard fields.count >= 5 else { return nil }
    let addresses = fields[0].split(separator: UInt8(ascii: "-"))
    let device = fields[3].split(separator: UInt8(ascii: ":"))
    let modes = Array(fields[1])
    guard addresses.count == 2, device.count == 2, modes.count == 4,
      let start = hex(addresses[0]), let end = hex(addresses[1]), let offset = hex(fields[2]),
      let major = hex(device[0]), let minor = hex(device[1]),
      let inode = UInt64(String(decoding: fields[4], as: UTF8.self))
    else { return nil }
    var protection = Protection()
    if modes[0] == UInt8(ascii: "r") { protection.insert(.read) }
    if modes[1] == UInt8(ascii: "w") { protection.insert(.write) }
    if modes[2] == UInt8(ascii: "x") { protection.insert(.execute) }
    let path = fields.count > 5 ? unescape(fields[5].drop { $0 == UInt8(ascii: " ") }) : []
    let isNamedByKernel = path.first == UInt8(ascii: "[")
    let isFile = inode != 0 || (!path.isEmpty && !isNamedByKernel)
    return path.withUnsafeBytes { raw in
      SpaceSnapshot.Area(
        range: AddressRange(start: start, end: end), protection: protection,
        isShared: modes[3] == UInt8(ascii: "s"),
        isSpecial: isNamedByKernel && (raw.starts(with: "[v".utf8) || raw.starts(with: "[up".utf8)),
        isSegment: raw.starts(with: "/SYSV".utf8),
        isAnonymousShared: modes[3] == UInt8(ascii: "s")
          && raw.elementsEqual("/dev/zero (deleted)".utf8),
        file: isFile
          ? SpaceSnapshot.Area.File(
            identity: FileIdentity(device: UInt32(major << 20 | minor), inode: inode),
            path: texts.intern(raw), offset: offset)
          : nil)
    }
  }

  /// The kernel writes a newline in a path as `\012`.
  private static func unescape(_ path: ArraySlice<UInt8>) -> [UInt8] {
    let newline = Array("\\012".utf8)
    guard path.contains(UInt8(ascii: "\\")) else { return Array(path) }
    var result: [UInt8] = []
    var rest = path
    while let byte = rest.first {
      if rest.starts(with: newline) {
        result.append(UInt8(ascii: "\n"))
        rest = rest.dropFirst(4)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// The list of one process, read now; nil when it is gone or hidden.
  public static func areas(
    of process: ProcessID, texts: inout TextTable
  ) -> [SpaceSnapshot.Area]? {
    guard let file = FileDescriptor.open("/proc/\(process.raw)/maps") else { return nil }
    var bytes: [UInt8] = []
    guard file.readAll(into: &bytes) else { return nil }
    return areas(bytes, texts: &texts)
  }
}
