// SPDX-License-Identifier: Apache-2.0
import AddressSpace
package import MappingEvents
package import MappingLedger

@testable package import Reporting

extension TextTestReports {
  package static func mapping(
    _ start: UInt64, _ bytes: UInt64, _ protection: Protection, _ kind: MappingKind,
    path: String = "", age: UInt64? = nil, isShared: Bool = false,
    thread: (id: ThreadID, isAlive: Bool)? = nil
  ) -> MappingRow {
    let born = age.map { KernelInstant(nanoseconds: now.nanoseconds - $0 * 1_000_000_000) }
    return MappingRow(
      range: AddressRange(start: start, length: bytes), protection: protection, isShared: isShared,
      kind: kind, path: path, offset: nil, born: born, isSeeded: born == nil,
      origin: Origin(kind: kind), callPath: nil,
      thread: thread)
  }

  package static let stackAndGuard: [MappingRow] = (0..<3).flatMap { index -> [MappingRow] in
    let start = 0x7f3a_5c00_0000 + UInt64(index) * 0xa0_1000
    let owner = (id: ThreadID(UInt32(40_510 + index)), isAlive: index == 2)
    let age = UInt64(132 - 60 * index)
    return [
      mapping(start, 4096, [], .guard, age: age, thread: owner),
      mapping(
        start + 4096, 10_485_760, [.read, .write], .threadStack, age: age, thread: owner),
    ]
  }

  package static let someMappings =
    [
      mapping(0x5581_0000_0000, 1 << 20, [.read, .execute], .file, path: "/usr/sbin/server"),
      mapping(0x5581_2000_0000, 1_351_680, [.read, .write], .heap),
    ] + stackAndGuard + [
      mapping(
        0x7f3b_0000_0000, 2_097_152, [.read], .file,
        path: "/usr/lib/x86_64-linux-gnu/very/deep/folder/of/libraries/libsomething.so.6.0.30"),
      mapping(
        0x7f3b_4000_0000, 1 << 30, [.read, .write], .sharedMemory, path: "/dev/shm/queue",
        age: 3700, isShared: true),
      mapping(0x7ffc_0000_0000, 135_168, [.read, .write], .mainStack),
      mapping(0x7ffc_f000_0000, 8192, [.read, .execute], .special, path: "[vdso]"),
    ]

  package static func group(_ kind: MappingKind, _ unit: UInt64, _ counts: [Int]) -> MappingGroup {
    var ages = AgeHistogram()
    ages.counts = counts
    let count = counts.reduce(0, +)
    return MappingGroup(
      kind: kind, unitBytes: unit, count: count, bytes: unit * UInt64(count), ages: ages)
  }

  package static func focus(
    leaks: [LeakReport] = [serverLeak], mappings: [MappingRow] = someMappings, leftOut: Int = 0
  ) -> FocusReport {
    var header = header(scope: "pid 31108")
    (header.processes, header.mappings, header.virtualBytes) = (1, 1934, 306_341_492_326)
    return FocusReport(
      header: header, row: serverRow,
      processes: [(ProcessID(31_108), "server", 3), (ProcessID(31_200), "child", 1)],
      leaks: leaks,
      groups: [
        group(.threadStack, 10_485_760, [0, 1, 2, 0, 0, 409]),
        group(.sharedMemory, 1 << 30, [0, 0, 0, 0, 1, 0]),
        group(.guard, 4096, [0, 1, 2, 0, 0, 409]),
        group(.file, 2_097_152, [0, 0, 0, 0, 0, 1]),
      ], mappings: mappings, leftOut: leftOut)
  }
}
