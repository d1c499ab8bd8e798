// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import LeakDetection
public import MappingEvents
public import MappingLedger
public import Reporting
public import Symbolization

/// The process that a line is about, when no event of one of its threads caused it.
public struct LineSubject: Sendable {
  public var when: KernelInstant
  public var process: ProcessID
  public var name: String
  public var space: Int
  /// Nil for the first thread of the process.
  public var thread: ThreadID?

  public init(
    when: KernelInstant, process: ProcessID, name: String, space: Int, thread: ThreadID? = nil
  ) {
    self.when = when
    self.process = process
    self.thread = thread
    self.name = name
    self.space = space
  }
}

/// The first line of a stream.
public struct StreamStart: Sendable {
  public var when: KernelInstant
  public var version: String
  public var kernel: String
  public var architecture: String
  /// RFC 3339, at `when`.
  public var wall: String
  /// Nil for the whole system.
  public var processes: [ProcessID]?
  public var attached: [(name: String, kind: String)]

  public init(
    when: KernelInstant, version: String, kernel: String, architecture: String, wall: String,
    processes: [ProcessID]?, attached: [(name: String, kind: String)]
  ) {
    self.when = when
    self.version = version
    self.kernel = kernel
    self.architecture = architecture
    self.wall = wall
    self.processes = processes
    self.attached = attached
  }
}

extension JSONLines {
  private mutating func open(_ type: LineType, _ subject: LineSubject) {
    begin()
    field(type)
    field("ts_ns", subject.when.nanoseconds)
    field("pid", UInt64(subject.process.raw))
    field("tid", UInt64(subject.thread?.raw ?? subject.process.raw))
    field("comm", subject.name)
    field("space", subject.space)
  }

  /// Begins a line about the stream. It names bpfleak and address space 0, which is no space.
  private mutating func open(_ type: LineType, at when: KernelInstant) {
    open(type, LineSubject(when: when, process: ownProcess, name: "bpfleak", space: 0))
  }

  public mutating func write(_ start: StreamStart) {
    open(.start, at: start.when)
    field("schema", 1)
    field("version", start.version)
    field("kernel", start.kernel)
    field("arch", start.architecture)
    field("wall", start.wall)
    if let processes = start.processes {
      key("scope")
      literal("[")
      for (index, process) in processes.enumerated() {
        if index > 0 { literal(",") }
        append(UInt64(process.raw))
      }
      literal("]")
    } else {
      field("scope", word: "system")
    }
    objects("attached", start.attached) { line, hook in
      line.field("name", hook.name)
      line.field("kind", hook.kind)
    }
    end()
  }

  public mutating func write(
    _ process: Process, _ subject: LineSubject, exe: String?, cgroup: String?
  ) {
    open(.process, subject)
    field("origin", process.origin.rawValue)
    field("parent_pid", optional: process.parent.map { UInt64($0.raw) })
    field("exe", optional: exe)
    field("cgroup", optional: cgroup)
    end()
  }

  public mutating func write(_ row: MappingRow, _ subject: LineSubject) {
    open(.mapping, subject)
    field("addr", address: row.range.start)
    field("end", address: row.range.end)
    field("prot", word: row.protection.word)
    field("share", word: row.isShared ? "shared" : "private")
    field("kind", row.kind.rawValue)
    field("path", optional: row.path.isEmpty ? nil : row.path)
    field("offset", row.offset ?? 0)
    field("born_ns", optional: row.born?.nanoseconds)
    field("seeded", row.isSeeded)
    stack(row.callPath)
    if let thread = row.thread {
      object("thread") {
        $0.field("tid", UInt64(thread.id.raw))
        $0.field("alive", thread.isAlive)
      }
    } else {
      null("thread")
    }
    end()
  }

  public mutating func writeSnapshot(mappings: Int, spaces: Int, at when: KernelInstant) {
    open(.snapshot, at: when)
    field("mappings", mappings)
    field("spaces", spaces)
    end()
  }

  /// The account of growth started again.
  public mutating func writeMark(number: Int, at when: KernelInstant) {
    open(.mark, at: when)
    field("number", number)
    end()
  }

  public mutating func write(
    _ leak: LeakReport, isFinal: Bool, at when: KernelInstant
  ) {
    let verdict = leak.verdict
    open(
      .leak,
      LineSubject(
        when: when, process: verdict.process, name: verdict.processName,
        space: verdict.subject.space))
    field("verdict", verdict.standing.rawValue)
    field("kind", verdict.subject.kind.rawValue)
    field("rule", verdict.rule.raw)
    field("count", verdict.count)
    field("bytes", verdict.bytes)
    field("rate_bytes_per_min", UInt64(max(0, verdict.bytesPerMinute)))
    field("period_ns", optional: verdict.period)
    field("resident_bytes", optional: leak.residentBytes)
    field("first_ns", verdict.first.nanoseconds)
    field("last_ns", verdict.last.nanoseconds)
    let culprit = leak.callPath?.culprit
    field("function", optional: culprit?.function)
    field("file", optional: culprit?.file)
    field("line", optional: culprit?.line.map { UInt64($0) })
    field("module", optional: culprit?.module)
    stack(verdict.callPath)
    field("message", leak.message)
    array("evidence", leak.evidence)
    if let limit = leak.limit {
      object("limit") {
        $0.field("name", limit.name)
        $0.field("used", limit.used)
        $0.field("most", limit.most)
        $0.field("eta_s", optional: limit.secondsLeft)
      }
    } else {
      null("limit")
    }
    field("final", isFinal)
    end()
  }

  /// Growth that is explained and is no leak.
  public mutating func write(_ report: GrowthReport, at when: KernelInstant) {
    let growth = report.growth
    open(
      .growth,
      LineSubject(
        when: when, process: growth.process, name: growth.processName,
        space: growth.subject.space))
    field("kind", growth.subject.origin.kind.rawValue)
    field("bytes", growth.bytes)
    field("because", report.because)
    stack(growth.subject.origin.callPath)
    end()
  }

  /// The frames of a call path. Written once, before the first line with its id.
  public mutating func write(_ stack: CallPath, id: CallPathID, _ subject: LineSubject) {
    open(.stack, subject)
    field("id", Int64(id.raw))
    objects("frames", stack.frames) { line, frame in
      line.field("addr", address: frame.address)
      line.field("function", optional: frame.function)
      line.field("module", optional: frame.module)
      line.field("offset", optional: frame.offset)
      line.field("file", optional: frame.file)
      line.field("line", optional: frame.line.map { UInt64($0) })
      line.field("inlined", frame.isInlined)
    }
    field("complete", stack.isComplete)
    field("why", optional: stack.incomplete?.rawValue)
    end()
  }

  public mutating func writeLost(
    _ count: UInt64, reason: String, spaces: [Int], at when: KernelInstant
  ) {
    open(.lost, at: when)
    field("count", count)
    field("reason", reason)
    key("spaces")
    literal("[")
    for (index, space) in spaces.enumerated() {
      if index > 0 { literal(",") }
      append(UInt64(space))
    }
    literal("]")
    end()
  }

  public mutating func writeAudit(
    checked: Int, drift: [Drift], spaces: Int, at when: KernelInstant
  ) {
    open(.audit, at: when)
    field("checked", checked)
    field("spaces", spaces)
    field("drift", drift.count { $0.cause != .stackGrowth })
    field("mended", drift.count { $0.cause != .stackGrowth })
    object("causes") { line in
      line.field("missing", drift.count { $0.cause == .missing })
      line.field("stale", drift.count { $0.cause == .stale })
      line.field("changed", drift.count { $0.cause == .changed })
      line.field("stack_growth", drift.count { $0.cause == .stackGrowth })
    }
    end()
  }

  public mutating func writeSummary(
    _ coverage: Coverage, spaces: Int, leaks: Int, duration: UInt64, at when: KernelInstant
  ) {
    open(.summary, at: when)
    field("events", coverage.events)
    field("lost", coverage.lost)
    field("drift", coverage.drift)
    field("spaces", spaces)
    field("leaks", leaks)
    field("duration_ns", duration)
    end()
  }

  /// Takes back a `munmap` line that is out already: the call failed.
  public mutating func writeUnmapFailed(
    _ event: MappingEvent, space: Int, restored: UInt64, name: String
  ) {
    open(
      .munmapFailed,
      LineSubject(
        when: event.when, process: event.process, name: name, space: space, thread: event.thread))
    field("restored", restored)
    end()
  }
}
