// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents
import Pipeline
import Procfs

extension StartFacts {
  /// The facts of a run that begins now.
  init(_ tracer: borrowing Tracer, _ settings: TraceSettings) {
    let wall = Clock.wallTime
    var names = utsname()
    uname(&names)
    let host = withUnsafeBytes(of: names.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    self.init(
      wireVersion: RecordDecoder.wireVersion, version: Version.current, began: Clock.now,
      wall: wall.text, wallNanoseconds: wall.unixNanoseconds, host: host,
      kernel: tracer.probe.release, architecture: tracer.probe.architecture,
      ownProcess: ProcessID(UInt32(getpid())), scope: Scope(tracer.spec.scope, settings.command),
      hooks: tracer.hooks.map { Hook(name: $0.name, kind: $0.kind.rawValue) },
      pageBytes: MachineFacts.pageBytes, hugePageBytes: MachineFacts.defaultHugePageBytes,
      reportsSpaceEnd: tracer.reportsSpaceEnd,
      sharedMemoryDevices: MachineFacts.sharedMemoryDevices, stacks: settings.stacks.rawValue,
      stackBytes: UInt64(settings.stackBytes), auditEvery: settings.auditEvery)
  }
}

extension StartFacts.Scope {
  init(_ scope: TracerSpec.Scope, _ command: [String]) {
    switch scope {
    case .system: self = .system
    case .processes(let processes, follow: true):
      self = .command(command, processes.first ?? ProcessID(0))
    case .processes(let processes, follow: false): self = .processes(processes)
    case .name(let name): self = .name(name)
    case .cgroup(let path): self = .cgroup(path: path)
    }
  }

  var spec: TracerSpec.Scope {
    switch self {
    case .system: .system
    case .processes(let processes): .processes(processes, follow: false)
    case .command(_, let process): .processes([process], follow: true)
    case .name(let name): .name(name)
    case .cgroup(let path): .cgroup(path: path)
    }
  }
}
