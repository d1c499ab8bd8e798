// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents

/// A line of /proc/PID/maps: `start-end perms offset major:minor inode   path`.
public struct MapsLine: Hashable, Sendable {
  public var range: AddressRange
  public var protection: Protection
  public var isShared: Bool
  public var offset: UInt64
  /// As the kernel counts it: the major number above 20 bits of minor number.
  public var device: UInt32
  public var inode: UInt64
  /// Empty without one. The bytes of a file name are any, with newlines as they are.
  public var path: [UInt8]

  /// Nil when the text is no such line.
  init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard fields.count >= 5 else { return nil }
    let addresses = fields[0].split(separator: UInt8(ascii: "-"))
    let numbers = fields[3].split(separator: UInt8(ascii: ":"))
    let modes = Array(fields[1])
    guard addresses.count == 2, numbers.count == 2, modes.count == 4,
      let start = hexadecimal(addresses[0]), let end = hexadecimal(addresses[1]), start <= end,
      let offset = hexadecimal(fields[2]),
      let major = hexadecimal(numbers[0]), let minor = hexadecimal(numbers[1]),
      major < 1 << 12, minor < 1 << 20,
      let inode = UInt64(String(decoding: fields[4], as: UTF8.self))
    else { return nil }
    range = AddressRange(start: start, end: end)
    protection = Protection()
    if modes[0] == UInt8(ascii: "r") { protection.insert(.read) }
    if modes[1] == UInt8(ascii: "w") { protection.insert(.write) }
    if modes[2] == UInt8(ascii: "x") { protection.insert(.execute) }
    isShared = modes[3] == UInt8(ascii: "s")
    self.offset = offset
    device = UInt32(major << 20 | minor)
    self.inode = inode
    path = fields.count > 5 ? unescaped(fields[5].drop { $0 == UInt8(ascii: " ") }) : []
  }

  /// The kernel itself names it: `[heap]`, `[stack]`, `[vdso]`.
  var isNamedByKernel: Bool { path.first == UInt8(ascii: "[") }

  func isNamed(_ name: String) -> Bool { path.elementsEqual(name.utf8) }
}

private func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
  UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
}

/// The kernel writes a newline in a path as `\012`.
private func unescaped(_ path: ArraySlice<UInt8>) -> [UInt8] {
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
