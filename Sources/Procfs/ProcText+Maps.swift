// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// The text of /proc/PID/maps. It is the second way to the kernel's list, for kernels that refuse
/// iterators, and the measure that tests hold tables against.
extension ProcText {
  public static func lines(maps: [UInt8]) throws(UnexpectedText) -> [MapsLine] {
    var lines: [MapsLine] = []
    for text in maps.split(separator: UInt8(ascii: "\n")) {
      guard let line = MapsLine(text) else {
        throw UnexpectedText(
          in: "maps", line: lines.count + 1, expected: "start-end perms offset major:minor inode")
      }
      lines.append(line)
    }
    return lines
  }

  /// The areas of an address space. vsyscall is left out, because it belongs to no address space.
  public static func areas(
    _ lines: [MapsLine], texts: inout TextTable
  ) -> [SpaceSnapshot.Area] {
    lines.compactMap { $0.range.start < 1 << 63 ? SpaceSnapshot.Area($0, texts: &texts) : nil }
  }

  /// The totals that the kernel would report, as far as the list tells.
  public static func totals(_ lines: [MapsLine], pageBytes: UInt64) -> SpaceTotals {
    var totals = SpaceTotals()
    var bytes: UInt64 = 0
    var count = 0
    for line in lines where line.range.start < 1 << 63 {
      count += 1
      // Areas of a real list do not overlap and cannot add up to more than 64 bits hold.
      let (sum, overflow) = bytes.addingReportingOverflow(line.range.length)
      bytes = overflow ? .max : sum
      if line.isNamed("[heap]") {
        if totals.startBreak == 0 { totals.startBreak = line.range.start }
        totals.currentBreak = line.range.end
      } else if line.isNamed("[stack]") {
        totals.startStack = line.range.end > 8 ? line.range.end - 8 : 0
      } else if line.isNamed("[vdso]") {
        totals.vdso = line.range.start
      }
    }
    totals.totalPages = bytes / max(1, pageBytes)
    totals.mapCount = UInt32(clamping: count)
    return totals
  }
}

extension SpaceSnapshot.Area {
  init(_ line: MapsLine, texts: inout TextTable) {
    let isFile = line.inode != 0 || (!line.path.isEmpty && !line.isNamedByKernel)
    let path = line.path
    self.init(
      range: line.range, protection: line.protection, isShared: line.isShared,
      isSpecial: line.isNamedByKernel
        && (path.starts(with: "[v".utf8) || path.starts(with: "[up".utf8)),
      isSegment: path.starts(with: "/SYSV".utf8),
      isAnonymousShared: line.isShared && line.isNamed("/dev/zero (deleted)"),
      file: isFile
        ? File(
          identity: FileIdentity(device: line.device, inode: line.inode),
          path: path.withUnsafeBytes { texts.intern($0) }, offset: line.offset)
        : nil)
  }
}
