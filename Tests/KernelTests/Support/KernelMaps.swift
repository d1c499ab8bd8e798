// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// One mapping in the form that the kernel's list and a dump have in common.
struct MappedArea: Hashable, CustomStringConvertible {
  var start: UInt64
  var end: UInt64
  var protection: String
  var share: String
  var path: String?
  var offset: UInt64

  var description: String {
    let range = "\(String(start, radix: 16))-\(String(end, radix: 16))"
    return "\(range) \(protection) \(share) \(String(offset, radix: 16)) \(path ?? "-")"
  }
}

/// What /proc says is mapped: the measure of every table.
enum KernelMaps {
  /// Without vsyscall, which is of no address space, and without the main stack's growth; nil when
  /// there is no such process.
  static func areas(of pid: Int) -> [MappedArea]? {
    textOfFile("/proc/\(pid)/maps")?.split(separator: "\n").compactMap(area).merged
  }

  /// `start-end perms offset device inode   path`.
  private static func area(_ line: Substring) -> MappedArea? {
    let fields = line.split(separator: " ", maxSplits: 5)
    let addresses = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
    guard addresses.count == 2, let offset = UInt64(fields[2], radix: 16) else { return nil }
    let name = fields.count > 5 ? fields[5].drop { $0 == " " } : ""
    if name == "[vsyscall]" { return nil }
    var area = MappedArea(
      start: addresses[0], end: addresses[1], protection: String(fields[1].prefix(3)),
      share: fields[1].hasSuffix("s") ? "shared" : "private", path: pathOfFile(name),
      offset: offset)
    if name == "[stack]" { area.leaveOutGrowth() }
    return area
  }

  /// Memory of no file has no path, though the kernel has a name for what backs it.
  static func pathOfFile(_ name: some StringProtocol) -> String? {
    let isNone =
      !name.hasPrefix("/") || name.hasPrefix("/SYSV") || name.hasPrefix("/dev/zero (deleted)")
    return isNone ? nil : String(name)
  }
}

/// A file of /proc, all of it: Foundation stops at the size that such files do not have.
func textOfFile(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while case let got = fread(&chunk, 1, chunk.count, file), got > 0 { bytes += chunk[..<got] }
  return String(decoding: bytes, as: UTF8.self)
}

extension MappedArea {
  init?(_ line: TraceLine) {
    guard let start = line.address("addr"), let end = line.address("end"),
      let protection = line.text("prot"), let share = line.text("share"),
      let offset = line.number("offset")
    else { return nil }
    self.init(
      start: start, end: end, protection: protection, share: share,
      path: line.text("path").flatMap { KernelMaps.pathOfFile($0) }, offset: UInt64(offset))
    if line.text("kind") == "main-stack" { leaveOutGrowth() }
  }

  fileprivate mutating func leaveOutGrowth() {
    start = 0
    path = "[stack]"
  }

  fileprivate func continues(_ before: MappedArea) -> Bool {
    guard start == before.end, protection == before.protection, share == before.share,
      path == before.path
    else { return false }
    // Private anonymous memory has no offsets.
    return offset == before.offset &+ (before.end - before.start)
      || path == nil && offset == 0 && before.offset == 0
  }
}

extension [MappedArea] {
  /// With neighbors that differ in nothing taken as one: the kernel merges as it likes.
  var merged: [MappedArea] {
    var result: [MappedArea] = []
    for area in sorted(by: { $0.end < $1.end }) {
      if let last = result.last, area.continues(last) {
        result[result.count - 1].end = area.end
      } else {
        result.append(area)
      }
    }
    return result
  }
}

extension Trace.Dump {
  func ofKind(_ kind: String) -> [TraceLine] { mappings.filter { $0.text("kind") == kind } }

  /// The mappings of one space, or of the only one that there is.
  func areas(ofSpace space: Int? = nil) -> [MappedArea] {
    mappings.filter { space == nil || $0.space == space }.compactMap { MappedArea($0) }.merged
  }
}

/// Records an issue for each mapping that one of the two does not have.
func expectExact(
  _ dump: Trace.Dump, pid: Int, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let kernel = try #require(KernelMaps.areas(of: pid))
  let space = try #require(dump.mappings.first { $0.pid == pid }?.space)
  let shown = dump.areas(ofSpace: space)
  let missing = Set(kernel).subtracting(shown).sorted { $0.start < $1.start }
  let invented = Set(shown).subtracting(kernel).sorted { $0.start < $1.start }
  let lacks = "the dump lacks \(missing.count)"
  #expect(missing.prefix(8) == [], "\(lacks)", sourceLocation: sourceLocation)
  let invents = "the dump invents \(invented.count)"
  #expect(invented.prefix(8) == [], "\(invents)", sourceLocation: sourceLocation)
}
