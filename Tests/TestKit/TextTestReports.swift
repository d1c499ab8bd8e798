// SPDX-License-Identifier: Apache-2.0
package import MappingEvents
package import MappingLedger

@testable package import LeakDetection
@testable package import Reporting

/// The literal reports that the goldens of the text renderers show.
package enum TextTestReports {
  package static let now = KernelInstant(nanoseconds: 7_200_000_000_000)

  package static func header(
    scope: String = "system", events: UInt64 = 1_234_567, lost: UInt64 = 0, drift: UInt64 = 0,
    undecoded: UInt64 = 0, isFinal: Bool = false
  ) -> ReportHeader {
    ReportHeader(
      version: "0.1.0", scope: scope, when: now, elapsed: 150_000_000_000, processes: 143,
      mappings: 52_310, virtualBytes: 1_319_413_953_331,
      coverage: Coverage(events: events, lost: lost, drift: drift, undecoded: undecoded),
      isFinal: isFinal)
  }

  package static func row(
    _ process: UInt32, _ name: String, virtual: UInt64, growth: Int64 = 0, perMinute: Int64 = 0,
    resident: UInt64? = 4 << 20, residentGrowth: Int64 = 0, mappings: Int = 120, maps: Double = 0,
    unmaps: Double = 0, grows: MappingKind? = nil, standing: Verdict.Standing? = nil,
    others: Int = 0, caveats: [SpaceRow.Caveat] = [], command: String = ""
  ) -> SpaceRow {
    SpaceRow(
      space: Int(process), process: ProcessID(process), name: name, commandLine: command,
      otherProcesses: others,
      virtualBytes: virtual, virtualGrowth: growth, virtualPerMinute: perMinute,
      residentBytes: resident, residentGrowth: residentGrowth, mappings: mappings,
      mapsPerSecond: maps, unmapsPerSecond: unmaps, growingKind: grows, standing: standing,
      caveats: caveats)
  }

  package static func leak(
    _ process: UInt32, _ name: String, _ standing: Verdict.Standing, message: String,
    evidence: [String]
  ) -> LeakReport {
    let verdict = Verdict(
      subject: .init(
        space: Int(process), origin: Origin(kind: .threadStack, unitBytes: 10_489_856)),
      standing: standing, rule: "steady-mappings", process: ProcessID(process), processName: name,
      count: 412,
      bytes: 4_321_820_672, bytesPerMinute: 10_489_856, period: 60_000_000_000, first: now,
      last: now, evidence: [], ranges: [])
    return LeakReport(
      verdict: verdict, residentBytes: 33_751_040, message: message, evidence: evidence)
  }

  package static let serverLeak = leak(
    31_108, "server", .leaking,
    message: "412 stacks of 10.0 MiB outlived their threads: nobody joined or detached the threads"
      + " or unmapped the stacks; growing by 10.0 MiB per minute, 10.0 MiB every 60 s.",
    evidence: [
      "412 thread stacks of 10.0 MiB (4 KiB of each is a guard page).",
      "409 of them existed before tracing began.",
      "Each belonged to a thread of this process. The latest: thread 40512, created by thread 31108"
        + " 12 s ago (0x7f3a5c000000-0x7f3a5ca01000).",
      "All 3 threads exited, typically after 1.2 ms; the last one 12 s ago.",
      "All 412 stacks are still mapped: no munmap followed the exit.",
      "32.2 MiB of the 4.0 GiB is resident (0.8%). Virtual size grows; resident size barely does.",
    ])

  package static let workerSuspect = leak(
    2240, "worker", .suspect,
    message:
      "3 stacks of 8.0 MiB have no thread any more and are not reused (not proven to be a leak"
      + " yet).",
    evidence: ["3 thread stacks of 8.0 MiB."])

  package static let serverRow = row(
    31_108, "server", virtual: 306_341_492_326, growth: 31_469_568, perMinute: 10_489_856,
    resident: 4_294_967_296, residentGrowth: 245_760, mappings: 1_934, maps: 0.02,
    grows: .threadStack, standing: .leaking,
    command: "/srv/server --port 80 --workers 4")

  package static let calmRows = [
    row(
      2240, "java", virtual: 12_884_901_888, growth: 1_048_576, perMinute: 419_430,
      resident: 6_012_954_214, residentGrowth: -5_242_880, mappings: 812, maps: 12.34, unmaps: 3.4,
      grows: .anonymous,
      command: "java -Xmx8g -jar /srv/orders/orders-2.4.1.jar --spring.profiles.active=production"),
    row(
      911, "prometheus", virtual: 4_294_967_296, mappings: 65_530,
      command: "/usr/bin/prometheus --config.file=/etc/prometheus.yml"),
    row(
      88, "postgres", virtual: 180_000_000, growth: -135_168, perMinute: -54_067, resident: nil,
      maps: 1250.5, unmaps: 1250.5),
    row(1, "systemd", virtual: 171_000_000, resident: 12_000_000),
  ]

  package static var leaking: SystemReport {
    SystemReport(header: header(), rows: [serverRow] + calmRows, leaks: [serverLeak])
  }

  package static var mixed: SystemReport {
    var worker = calmRows[0]
    worker.name = "worker"
    worker.standing = .suspect
    return SystemReport(
      header: header(), rows: [serverRow, worker] + calmRows.dropFirst(),
      leaks: [serverLeak, workerSuspect])
  }

  /// As after minutes on a busy machine: most that leaked has ended.
  package static var partlyEnded: SystemReport {
    var report = mixed
    report.rows[2].standing = .leaking
    let another = leak(
      911, "prometheus", .leaking,
      message: "14 mappings of 1.0 MiB were never unmapped.", evidence: [])
    let jobs: [(UInt32, Verdict.Standing, UInt64)] = [(5000, .leaking, 45), (5001, .suspect, 130)]
    let ended = jobs.map { process, standing, ago in
      var leak = leak(
        process, "job", standing, message: "30 stacks of 8.0 MiB outlived their threads.",
        evidence: ["30 thread stacks of 8.0 MiB."])
      leak.endedAgo = ago * 1_000_000_000
      return leak
    }
    report.leaks = [serverLeak, another, workerSuspect] + ended
    return report
  }

  package static var suspect: SystemReport {
    var worker = calmRows[0]
    worker.name = "worker"
    worker.standing = .suspect
    return SystemReport(
      header: header(), rows: [worker] + calmRows.dropFirst(), leaks: [workerSuspect])
  }

  package static var calm: SystemReport {
    SystemReport(header: header(isFinal: true), rows: calmRows, leaks: [])
  }

  package static var lossy: SystemReport {
    var rows = calmRows
    rows[0].caveats = [.lostEvents, .notYetListed]
    rows[0].otherProcesses = 2
    rows[3].caveats = [.compat]
    return SystemReport(
      header: header(lost: 12_345, drift: 1, undecoded: 2), rows: rows, leaks: [])
  }

  package static var empty: SystemReport {
    var header = header(scope: "command name 'nothing'", events: 0)
    (header.processes, header.mappings, header.virtualBytes) = (0, 0, 0)
    return SystemReport(header: header, rows: [], leaks: [])
  }

  /// Names as an attacker, or half the world, would choose them.
  package static let names = [
    "\u{1b}[2J\u{1b}]0;x\u{7}", "a\nLEAKING  x", "\u{202e}gnp.exe", "漏れ検出", "caf\u{e9}e\u{301}",
    "bad\u{fffd}utf8", "🦀 crab",
  ]

  package static var hostile: SystemReport {
    let rows = names.enumerated().map { index, name in
      row(
        UInt32(4000 + index), name, virtual: 10_485_760, growth: 4096, grows: .sharedMemory,
        command: "run \(name)")
    }
    let leaks = names.prefix(2).map { name in
      leak(4000, name, .leaking, message: "1 stack outlived its \(name).", evidence: [name])
    }
    return SystemReport(
      header: header(scope: "cgroup /a\u{1b}[1m"), rows: rows, leaks: Array(leaks))
  }
}
