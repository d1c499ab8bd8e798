// SPDX-License-Identifier: Apache-2.0
import Glibc
package import KernelTracer
import MappingEvents
import MappingLedger
package import Pipeline
import Procfs
package import Sinks

/// Feeds a pipeline with what the kernel gives: drains the ring, asks for lists where the events left
/// doubt, and says when to judge, to report and to stop.
///
/// Whoever drains never waits: nothing in here sleeps while records could pile up, but for the poll that
/// they end.
package final class LiveDriver {
  package let pipeline: Pipeline
  package var tracer: Tracer
  private let schedule: Schedule
  let liveView: LiveViewSink?
  private let signals: StopSignals
  private var isStopping = false
  private var lostBefore: UInt64 = 0
  /// Records were lost: who is alive has to be asked.
  private var needsRelisting = false
  private var mendAt: UInt64 = 0
  /// Looks in a row that found nothing to do.
  private var idleLooks = 0
  /// The most bytes that were seen to wait in the ring.
  package private(set) var mostWaiting: UInt64 = 0
  /// The number of the audit in which each space, by id, had its turn.
  var lastChecked: [Int: Int] = [:]
  var auditCount = 0

  /// When to do what, in nanoseconds.
  package struct Schedule: Sendable {
    /// Nil for until the run is told to stop.
    var duration: UInt64?
    var reportEvery: UInt64
    /// Nil for never.
    var auditEvery: UInt64?

    package init(duration: UInt64?, reportEvery: UInt64, auditEvery: UInt64?) {
      self.duration = duration
      self.reportEvery = reportEvery
      self.auditEvery = auditEvery
    }
  }

  /// How long the ring may fill unlooked at, in milliseconds: far less than it takes to fill.
  private static let pollMilliseconds: Int32 = 50
  /// How long nobody looks when nothing happens: the next record, key or signal ends it.
  private static let restMilliseconds: Int32 = 500
  /// After so many looks at an empty ring.
  private static let restAfter = 4
  private static let mendEvery: UInt64 = 20_000_000
  private static let judgeEvery: UInt64 = 500_000_000
  /// How long the end waits for call paths, twice: whoever said stop wants it to.
  private static let lastWait: UInt64 = 1_000_000_000

  package init(
    _ pipeline: Pipeline, _ tracer: consuming Tracer, _ schedule: Schedule,
    liveView: LiveViewSink?, signals: StopSignals
  ) {
    self.pipeline = pipeline
    self.tracer = tracer
    self.schedule = schedule
    self.liveView = liveView
    self.signals = signals
  }

  // MARK: The loop

  /// Runs until it is told or has reason to stop. `command` has begun, where there is one.
  package func run(_ command: inout RunningCommand?) {
    let isBound = pipeline.facts.scope.isBoundToProcesses
    let signalled = signals.makeDescriptor()
    var isWaitingForFirst = command != nil
    let reports = pipeline.needs(.reports)
    let start = Clock.now
    let end = start.later(by: schedule.duration ?? .max)
    pipeline.take(.judged(at: start))
    var reportAt = liveView == nil ? start.later(by: schedule.reportEvery) : start
    var auditAt = start.later(by: schedule.auditEvery ?? .max)
    var judgeAt = start.later(by: Self.judgeEvery)
    while !isStopping {
      wait(until: reports ? min(end, reportAt) : end, signalled.raw)
      while let signal = signals.take() { serve(signal) }
      pump()
      let now = Clock.now
      if now >= judgeAt {
        judge(at: now)
        judgeAt = now.later(by: Self.judgeEvery)
      }
      if now >= auditAt {
        audit()
        auditAt = Clock.now.later(by: schedule.auditEvery ?? .max)
      }
      if now >= end { isStopping = true }
      let isDeserted = pipeline.ledger.processes.isEmpty
      if isBound, isDeserted, !isWaitingForFirst { isStopping = true }
      if !isDeserted { isWaitingForFirst = false }
      if isWaitingForFirst, command?.hasEnded() == true { isStopping = true }
      if reports, now >= reportAt, !isStopping {
        pipeline.take(.reported(at: now))
        reportAt = max(reportAt.later(by: schedule.reportEvery), now)
      }
      serveLiveView(at: now)
      pipeline.flush(at: now)
      if pipeline.isClosed { break }
    }
    // A sink that still has its reader gets the end of the run, although another has lost its own.
    if !pipeline.isAbandoned { finish() }
  }

  private func finish() {
    liveView?.close()
    // Detaching takes the kernel most of a second; the end of this process does it as well.
    pump(mendsNow: true)
    // First all call paths, then the symbols that verdicts need.
    awaitCallPaths()
    judge(at: Clock.now)
    pipeline.wantSymbolsOfVerdicts()
    awaitCallPaths()
    pipeline.take(.finished(at: Clock.now))
  }

  private func judge(at now: KernelInstant) {
    pipeline.take(.judged(at: now))
    tracer.forgetStacks(pipeline.takeForgotten())
  }

  /// Waits until every stack copy is resolved, not longer than `lastWait`. Being told to stop, once more
  /// if that is why it waits, ends it. The ring is not drained meanwhile: tracing is over.
  private func awaitCallPaths() {
    guard let resolver = pipeline.callPaths.resolver else { return }
    let end = Clock.now.later(by: Self.lastWait)
    while !resolver.isIdle, Clock.now < end, !StopSignals.isToldToStop {
      Clock.sleep(nanoseconds: 2_000_000)
    }
    takeCallPaths()
  }

  private func wait(until next: KernelInstant, _ signalled: Int32) {
    let left = next.since(Clock.now) / 1_000_000
    let before = tracer.position
    let isBusy =
      tracer.drainedPosition != before || !pipeline.ledger.wanted.isEmpty || needsRelisting
      || pipeline.isWaitingForCallPaths
    let rests = !isBusy && idleLooks >= Self.restAfter && tracer.wakeAtNextRecord()
    // A descriptor below 0 is passed over.
    var sources = [
      pollfd(fd: tracer.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: liveView?.input ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signalled, events: Int16(POLLIN), revents: 0),
    ]
    let most = rests ? Self.restMilliseconds : Self.pollMilliseconds
    _ = poll(&sources, 3, min(most, Int32(clamping: left)))
    if rests { tracer.wakeWhenMuchWaits() }
    idleLooks = isBusy || tracer.position != before ? 0 : idleLooks + 1
    // The window was closed.
    if sources[1].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { isStopping = true }
  }

  // MARK: Signals and keys

  private func serve(_ signal: Int32) {
    switch signal {
    case SIGUSR1: dump()
    case SIGUSR2: mark()
    case SIGWINCH: liveView?.resize()
    case SIGTSTP: liveView?.stopProcess()
    default: isStopping = true
    }
  }

  private func dump() {
    if let liveView {
      return liveView.say(
        "SIGUSR1 prints mappings in a text report; here Enter opens a process", at: Clock.now)
    }
    guard pipeline.needs(.dumps) else { return }
    pump(mendsNow: true)
    listUntoldSpaces()
    pipeline.take(.dumped(at: Clock.now))
  }

  private func mark() {
    pump()
    let now = Clock.now
    pipeline.take(.marked(at: now))
    pipeline.flush(at: now)
  }

  private func serveLiveView(at now: KernelInstant) {
    guard let liveView else { return }
    for request in liveView.serve(at: now, pipeline) {
      switch request {
      case .quit: isStopping = true
      case .mark: mark()
      }
    }
  }

  // MARK: The ring

  /// Takes in what the ring holds, then asks the kernel about what that left unknown.
  ///
  /// Asking is limited to a tenth of the time, or a program that keeps making ranges unknown would keep
  /// bpfleak listing. With `mendsNow` all records until now are waited for: a writer that lost its processor in
  /// the middle of a record holds up the records after it.
  func pump(mendsNow: Bool = false) {
    let end = tracer.position
    mostWaiting = max(mostWaiting, end - tracer.drainedPosition)
    drain(upTo: end)
    while mendsNow, tracer.drainedPosition < end {
      usleep(100)
      drain(upTo: end)
    }
    takeCallPaths()
    noteLosses()
    let now = Clock.now.nanoseconds
    if mendsNow || now >= mendAt {
      if needsRelisting {
        needsRelisting = false
        relistTasks()
      }
      takeWantedSnapshots()
      // A tenth of the time at most.
      mendAt = Clock.now.nanoseconds + max(Self.mendEvery, 10 * (Clock.now.nanoseconds - now))
    }
  }

  /// Applies the records up to a position. In a narrow scope a space is listed right after its exec, before
  /// later records. On a whole machine most processes are gone before anybody could ask.
  func drain(upTo position: UInt64) {
    let pipeline = pipeline
    let listsExecs = tracer.spec.scope != .system
    repeat {
      tracer.drain(upTo: position) { record in
        pipeline.take(record)
        return !listsExecs || pipeline.execed == nil
      }
    } while listsExecs && listExeced()
  }

  private func takeCallPaths() {
    for space in pipeline.takeCallPaths(at: Clock.now) { tracer.copyMoreStack(of: space) }
    pipeline.noteUnsent(tracer.stacksUnsent)
  }

  private func noteLosses() {
    let lost = tracer.lost
    guard lost > lostBefore else { return }
    let (keys, isComplete) = tracer.takeLostSpaces()
    pipeline.take(
      .lost(
        LossNote(
          at: Clock.now, total: lost, count: lost - lostBefore, spaces: keys,
          isComplete: isComplete)))
    lostBefore = lost
    needsRelisting = true
  }

  /// Asks which threads are alive, after records about them were lost.
  private func relistTasks() {
    drain(upTo: tracer.position)
    let now = Clock.now
    guard let tasks = try? scopedTasks() else { return }
    pipeline.take(.relisted(tasks, at: now))
  }
}
