// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite struct MeminfoJudgementTests {
  private func reasons(
    _ item: MeminfoItem, before: MeminfoSample? = nil, now: MeminfoSample
  ) -> [MeminfoReason] {
    MeminfoReport(first: before, current: now).row(item)?.reasons ?? []
  }

  @Test("nothing stands out on an idle machine")
  func idle() throws {
    #expect(MeminfoReport(current: try sample(capture("meminfo-6.18-idle"))).findings.isEmpty)
  }

  @Test("a kernel that leaks slab objects is anomalous by share and by the time that is left")
  func slabLeak() throws {
    let report = MeminfoReport(
      first: try sample(capture("meminfo-5.15-leak-before"), atSeconds: 0),
      current: try sample(capture("meminfo-5.15-leak-after"), atSeconds: 600))
    let row = try #require(report.findings.first)
    #expect(row.item == .slabUnreclaimable)
    #expect(row.delta == 307_200_000)
    #expect(row.perMinute == 30_720_000)
    // 8,900,000 KiB available at 30,000 KiB a minute.
    #expect(
      row.reasons == [
        MeminfoReason(.anomalous, .above(share: 0.10)),
        MeminfoReason(.anomalous, .exhausted(inNs: 17_800_000_000_000)),
      ])
  }

  @Test(
    "unreclaimable slab is notable from 5% and anomalous from 10% of memory",
    arguments: [(838_860, .normal), (838_861, .notable), (1_677_722, .anomalous)]
      as [(UInt64, MeminfoSeverity)])
  func shares(kibibytes: UInt64, severity: MeminfoSeverity) throws {
    let report = MeminfoReport(current: try machine(["SUnreclaim": kibibytes]))
    #expect(report.row(.slabUnreclaimable)?.severity == severity)
  }

  @Test("a large share of a tiny machine is an ordinary kernel")
  func tinyMachine() throws {
    let tiny = "MemTotal: 262144 kB\nMemFree: 100000 kB\nSUnreclaim: 40000 kB\n"
    #expect(reasons(.slabUnreclaimable, now: try sample(tiny)).isEmpty)
  }

  @Test("growth is not judged in the first seconds and not called anomalous in the first minute")
  func shortWatch() throws {
    let before = try machine(["SUnreclaim": 100_000])
    func severity(after seconds: UInt64) throws -> MeminfoSeverity? {
      let now = try machine(["SUnreclaim": 400_000], atSeconds: seconds)
      return MeminfoReport(first: before, current: now).row(.slabUnreclaimable)?.severity
    }
    #expect(try [9, 10, 59, 60].map(severity) == [.normal, .notable, .notable, .anomalous])
  }

  @Test("growing programs are notable while half the memory is left, and anomalous below")
  func programsGrowing() throws {
    func severity(available: UInt64) throws -> MeminfoSeverity? {
      let before = try machine(["AnonPages": 1_000_000])
      let now = try machine(["AnonPages": 1_500_000, "MemAvailable": available], atSeconds: 60)
      return MeminfoReport(first: before, current: now).row(.anonymous)?.severity
    }
    #expect(try severity(available: 12_000_000) == .notable)
    #expect(try severity(available: 6_000_000) == .anomalous)
  }

  @Test("a growing or a shrinking page cache is never a finding")
  func pageCache() throws {
    let before = try machine(["Cached": 1_000_000])
    let now = try machine(["Cached": 8_000_000, "MemFree": 8_777_216], atSeconds: 600)
    #expect(MeminfoReport(first: before, current: now).findings.isEmpty)
  }

  @Test("address space that is promised and not used is told after a minute, with its size")
  func addressSpaceLeak() throws {
    let before = try machine(["Committed_AS": 1_000_000, "AnonPages": 500_000])
    let leaking = try machine(["Committed_AS": 1_100_000, "AnonPages": 500_800], atSeconds: 60)
    #expect(
      reasons(.committed, before: before, now: leaking) == [
        MeminfoReason(.notable, .reservedUnused(bytes: 100_000 * 1024))
      ])
    let using = try machine(["Committed_AS": 1_100_000, "AnonPages": 580_000], atSeconds: 60)
    #expect(reasons(.committed, before: before, now: using).isEmpty)
    var early = leaking
    early.takenNs = 30_000_000_000
    #expect(reasons(.committed, before: before, now: early).isEmpty)
  }

  @Test("promises count against CommitLimit if the kernel enforces it, else against RAM and swap")
  func overcommit() throws {
    var strict = try machine(["CommitLimit": 8_000_000, "Committed_AS": 7_700_000])
    strict.limits.overcommitMode = 2
    #expect(reasons(.committed, now: strict) == [MeminfoReason(.anomalous, .above(share: 0.95))])
    var loose = strict
    loose.limits.overcommitMode = 0
    #expect(reasons(.committed, now: loose).isEmpty)
    #expect(MeminfoReport(current: loose).row(.committed)?.limit?.most == 16 * gibibyte)
  }

  @Test("little available memory comes first, but a twentieth of a large machine is plenty")
  func available() throws {
    let small = try machine(["MemAvailable": 800_000, "SUnreclaim": 8_000_000])
    #expect(MeminfoReport(current: small).findings.first?.item == .available)
    let large = "MemTotal: 1073741824 kB\nMemFree: 1000 kB\nMemAvailable: 40000000 kB\n"
    #expect(reasons(.available, now: try sample(large)).isEmpty)
  }

  @Test("a kill while watching is anomalous, one since boot is notable, none is normal")
  func kills() throws {
    func killed(_ count: UInt64) throws -> MeminfoSample {
      var sample = try machine(atSeconds: count)
      sample.vmstat.outOfMemoryKills = count
      return sample
    }
    #expect(try reasons(.outOfMemoryKills, now: killed(0)).isEmpty)
    #expect(try reasons(.outOfMemoryKills, now: killed(2)).map(\.severity) == [.notable])
    let seen = try reasons(.outOfMemoryKills, before: killed(2), now: killed(3))
    #expect(seen == [MeminfoReason(.anomalous, .happenedWhileWatching)])
  }

  @Test("one page of failing hardware is anomalous")
  func corrupted() throws {
    let now = try machine(["HardwareCorrupted": 4])
    #expect(reasons(.corrupted, now: now) == [MeminfoReason(.anomalous, .present)])
  }

  @Test("a file-max without bound is no limit")
  func unboundedFiles() throws {
    var now = try machine()
    now.limits = KernelLimits(
      overcommitMemory: "0\n", loadavg: "0.08 0.02 0.01 1/85 3273\n", threadsMax: "192730\n",
      pidMax: "32768\n", fileNr: "414\t0\t9223372036854775807\n")
    let report = MeminfoReport(current: now)
    #expect(report.row(.openFiles)?.limit == nil)
    #expect(report.row(.threads)?.size == 85)
    #expect(report.row(.threads)?.limit?.most == 32_768)
  }
}
