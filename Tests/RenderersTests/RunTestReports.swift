// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Symbolization
import TestKit

@testable import Reporting

/// Literal reports of whole runs.
enum RunTestReports {
  static let measurement = Measurement(
    host: "build-7", kernel: "6.1.0-18-amd64", architecture: "x86_64",
    beganWall: "2026-11-23T15:04:05.123Z", beganUnixNanoseconds: 1_795_446_245_123_000_000,
    hooks: [
      ("sys_exit_mmap", "tracepoint"), ("sys_enter_munmap", "tracepoint"),
      ("task_newtask", "tp_btf"),
    ], stacks: "registers and up to 16 KiB of stack, unwound with elfutils",
    auditEvery: 10_000_000_000)

  static func history(_ virtual: UInt64, growing: Int64, resident: UInt64?) -> [SizeSample] {
    (0...20).map { step in
      let grown = Int64(clamping: virtual) + growing * Int64(step) / 20
      return SizeSample(
        when: ProfileTestReports.seconds(UInt64(150 - step * 15 / 2)),
        virtualBytes: UInt64(clamping: grown),
        residentBytes: resident.map { $0 + UInt64(step % 4) * 40_960 })
    }
  }

  /// Longer than a phone is wide, without a place to break.
  static let longFrame = StackFrame(
    address: 0x5581_0000_3000,
    function: "$s7Network17ConnectionManagerC15handleIncomingyyAA7RequestV_AA8ResponseV10completion"
      + "tYaKFTY0_std::__detail::_Hashtable<std::__cxx11::basic_string<char>>::_M_insert_unique_node",
    module: ProfileTestReports.program, offset: 0x3000, file: "/src/server/connection.swift",
    line: 1234)

  static var leaking: RunReport {
    var system = TextTestReports.mixed
    system.header.isFinal = true
    system.rows[0].history = history(306_310_022_758, growing: 31_469_568, resident: 4_294_967_296)
    system.rows[1].history = history(12_883_853_312, growing: 1_048_576, resident: 6_012_954_214)
    system.rows[3].history = history(180_135_168, growing: -135_168, resident: nil)
    for index in system.leaks.indices where index == 0 {
      system.leaks[index].callPath = ProfileTestReports.leakStack
    }
    system.leaks[1].callPath = CallPath(
      frames: [ProfileTestReports.mmap, longFrame, ProfileTestReports.unknown],
      incomplete: .copyTooShort)
    system.leaks[1].message += " Mapped by \(longFrame.function ?? "")."
    return RunReport(
      system: system, focuses: [TextTestReports.focus(leftOut: 7)],
      profile: ProfileTestReports.mixed, memory: try? MeminfoTestReports.leaking(),
      measurement: measurement)
  }

  static var calm: RunReport {
    RunReport(
      system: TextTestReports.calm, focuses: [], profile: ProfileTestReports.empty, memory: nil,
      measurement: measurement)
  }

  static var hostile: RunReport {
    var system = TextTestReports.hostile
    system.header.coverage = .init(events: 10, lost: 3, drift: 1, undecoded: 1)
    for index in system.leaks.indices {
      system.leaks[index].message = "</script><img src=x onerror=alert(1)>\u{202e}"
    }
    let rows = ["</table><script>alert(1)</script>", "\" onfocus=\"alert(1)", "\u{1b}[2J", "a&b"]
      .map { TextTestReports.mapping(0x1000, 4096, [.read], .file, path: "/tmp/\($0)", age: 5) }
    return RunReport(
      system: system, focuses: [TextTestReports.focus(leaks: [], mappings: rows)],
      profile: ProfileReport(
        header: system.header, samples: [ProfileTestReports.leaking] + ProfileTestReports.rest),
      memory: nil, measurement: measurement)
  }

  /// As large as a busy machine's: for what must stay quick and small.
  static var large: RunReport {
    var report = leaking
    let rows = (0..<5000).map { index in
      TextTestReports.mapping(
        0x7f00_0000_0000 + UInt64(index) << 16, 65_536, [.read, .write], .anonymous,
        age: UInt64(index % 150))
    }
    report.focuses = [TextTestReports.focus(mappings: rows)]
    report.system.leaks += (0..<40).map { index in
      TextTestReports.leak(
        5000 + UInt32(index), "worker-\(index)", .leaking,
        message: TextTestReports.serverLeak.message, evidence: TextTestReports.serverLeak.evidence)
    }
    return report
  }
}
