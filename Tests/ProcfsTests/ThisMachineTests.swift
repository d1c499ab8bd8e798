// SPDX-License-Identifier: Apache-2.0
import Glibc
import Meminfo
import Procfs
import Testing

@Suite struct ThisMachineTests {
  @Test("this machine's memory is read without a privilege, and adds up")
  func reads() throws {
    let report = MeminfoReport(current: try MeminfoReader().sample())
    #expect(report.groups.reduce(0) { $0 + $1.size } == report.total)
    #expect(report.row(.anonymous)?.details.isEmpty == false)
    #expect(report.row(.threads)?.size ?? 0 > 0)
  }

  @Test("its facts are plausible, and shared anonymous memory is on a device")
  func facts() {
    #expect(MachineFacts.pageBytes.nonzeroBitCount == 1 && MachineFacts.pageBytes >= 4096)
    #expect(MachineFacts.defaultHugePageBytes > MachineFacts.pageBytes)
    #expect(!MachineFacts.sharedMemoryDevices.isEmpty)
  }

  @Test("a question that has no answer says why")
  func refusals() throws {
    func errno(_ question: MachineQuestion) -> Int32? {
      guard case .failure(let refusal) = question.answer() else { return nil }
      return refusal.errno
    }
    #expect(errno(.contents("/proc/none")) == ENOENT)
    #expect(errno(.names("/proc/none")) == ENOENT)
    #expect(errno(.exists("/proc/none")) == ENOENT)
    #expect(errno(.bytesInUse("/proc/none")) == ENOENT)
    #expect(errno(.contents("/proc")) == EISDIR)
    #expect(try MachineQuestion.exists("/proc/self").answer().get() == "")
    let names = try MachineQuestion.names("/proc/self").answer().get().split(separator: "\n")
    #expect(names.contains("maps") && !names.contains(".."))
  }

  @Test("a control group that is none is refused by the name that was given")
  func controlGroup() {
    #expect(throws: ControlGroup.Obstacle.noSuchGroup(path: "/no/such", errno: ENOENT)) {
      try ControlGroup.directory(named: "/no/such")
    }
    #expect(processes(inCgroup: "/no/such") == [])
  }

  @Test("the clock does not go back, and a wall time is RFC 3339 in UTC")
  func clock() {
    let before = Clock.now
    Clock.sleep(nanoseconds: 1_000_000)
    #expect(Clock.now.since(before) >= 1_000_000)
    #expect(Clock.processorTime > 0)
    let wall = Clock.wallTime
    #expect(wall.text.count == 24 && wall.text.hasSuffix("Z") && wall.text.hasPrefix("20"))
    #expect(wall.unixNanoseconds > 1_700_000_000_000_000_000)
  }
}
