// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Pipeline
import TestKit
import Testing

@Suite struct IntroductionTests {
  private static let main = MappingEvent.main

  @Test("a process is introduced once, before its first event")
  func first() {
    let probe = SinkProbe([.events, .processes])
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(Self.main.mmap(0x20000, 0x1000).at(11))
    #expect(
      probe.told == ["began", "process 100 -", "mapped by 100", "mapped by 100"])
  }

  @Test("a forked child is introduced after the fork, as its parent was, without asking")
  func forked() {
    let (probe, machine) = (SinkProbe([.events, .processes]), TableMachine())
    machine.identities[ProcessID(100)] = ProcessIdentity(executable: "/bin/server")
    let pipeline = pipeline([probe], machine)
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(Self.main.fork(200, in: 0xb).at(11))
    #expect(probe.told.suffix(2) == ["taskCreated by 100", "process 200 /bin/server"])
    #expect(machine.asked == ["identity 100"])
  }

  @Test("an id that comes again after its process ended is introduced anew")
  func again() {
    let probe = SinkProbe([.events, .processes])
    let pipeline = pipeline([probe])
    pipeline.take(Self.main.mmap(0x10000, 0x1000).at(10))
    pipeline.take(Self.main.exit(last: true, withProcess: true).at(11))
    pipeline.take(ended(0xa).at(12))
    pipeline.take(Caller(100, in: 0xc).mmap(0x10000, 0x1000).at(13))
    #expect(probe.told.count { $0 == "process 100 -" } == 2)
  }

  @Test("a path that cannot be found is looked for once until the next judgement")
  func paths() {
    let (probe, machine) = (SinkProbe([.events]), TableMachine())
    probe.wantsPaths = true
    let pipeline = pipeline([probe], machine)
    let file = MappingEvent.MappedFile(
      identity: FileIdentity(device: 1, inode: 7), offset: 0, descriptor: 3, pageBytes: 0)
    func map(_ address: UInt64, at when: UInt64) {
      pipeline.take(Self.main.mmap(address, 0x1000, [.read], [.private], file: file).at(when))
    }
    map(0x10000, at: 10)
    map(0x20000, at: 11)
    #expect(machine.asked == ["path 7"])
    machine.paths[file.identity] = "/srv/plugin.so"
    pipeline.take(.judged(at: KernelInstant(nanoseconds: 12)))
    map(0x30000, at: 13)
    map(0x40000, at: 14)
    #expect(machine.asked == ["path 7", "path 7"])
    #expect(probe.told.last == "mapped by 100 of /srv/plugin.so")
  }
}
