// SPDX-License-Identifier: Apache-2.0
import Drivers
import Glibc
import KernelTracer
import LiveView
import MappingEvents
import Pipeline
import Procfs
import Sinks

/// One run of tracing. It makes the sinks, the pipeline and the driver that the settings ask for.
struct TraceRun {
  let settings: TraceSettings

  /// Runs until told to stop or until nothing is left to trace. Returns the exit status.
  func run() throws(Failure) -> Int32 {
    let probe = Probe()
    try checkPrivilegeAndTargets(probe)
    // From here on signals are taken, also while the tables are still being read.
    let reporting = StopSignals.stopping + [SIGUSR1, SIGUSR2]
    var signals = StopSignals(reporting)
    let outputs = try RunOutputs(settings)
    let liveView = liveView(on: outputs.main)
    if liveView != nil { signals = StopSignals(reporting + [SIGWINCH, SIGTSTP]) }
    var child: ChildCommand?
    var commandID: ProcessID?
    if !settings.command.isEmpty {
      // The command waits until it is traced.
      let started = try ChildCommand.start(
        RawArguments.afterTerminator, sharesOutput: settings.leavesOutputToCommand)
      commandID = started.process
      child = consume started
    }
    let scope = try TracerSpec.Scope(settings, command: commandID)
    let driver: LiveDriver
    let recording: RecordingSink?
    let found: Set<ProcessID>
    do throws(TracerError) {
      var tracer = try Tracer.load(TracerSpec(settings, scope), probe)
      try tracer.attach()
      let facts = StartFacts(tracer, settings)
      recording = outputs.recording.map { RecordingSink($0, facts) }
      let pipeline = Pipeline(
        facts, settings.pipelineOptions,
        machine: recording.map { RecordedMachine(keep: $0.noted) } ?? LiveMachine(),
        sinks: settings.sinks(
          outputs.main, facts, liveView: liveView, recording: recording, isReplay: false))
      driver = LiveDriver(
        pipeline, tracer, settings.schedule, liveView: liveView, signals: signals)
      var progress = SeedingProgress(liveView, isQuiet: settings.quiet)
      defer { progress.end() }
      found = try driver.seed { progress.reached($0, of: $1) }
    } catch {
      throw .tracer(error)
    }
    // A zombie still has a directory in /proc, but no memory.
    if let gone = settings.processes.first(where: { !found.contains($0) }) {
      throw .noMemory(gone)
    }
    var command: RunningCommand?
    if let child {
      try child.begin()
      command = RunningCommand(child.process)
    }
    driver.pipeline.open()
    outputs.announce(settings)
    // Only now: the command must keep its own priority.
    takePrecedence()
    driver.run(&command)
    return try end(driver, command, outputs, recording)
  }

  /// Says how the run ended and returns its status.
  private func end(
    _ driver: LiveDriver, _ command: RunningCommand?, _ outputs: RunOutputs,
    _ recording: RecordingSink?
  ) throws(Failure) -> Int32 {
    do throws(OutputError) { try recording?.close() } catch { throw Failure(error) }
    if let recording, !settings.quiet { Main.say(recording.summary) }
    if var command, !outputs.main.isClosed, !settings.quiet {
      if !command.hasEnded(), driver.pipeline.ledger.processes[command.process] == nil {
        command.awaitEnd()
      }
      if let complaint = command.complaint { Main.say(complaint) }
    }
    if settings.verbose {
      Main.say(
        "at most \(driver.mostWaiting) of \(driver.tracer.spec.ringBytes) bytes waited in the ring")
    }
    return try settings.status(of: driver.pipeline, outputs.main)
  }

  private func checkPrivilegeAndTargets(_ probe: Probe) throws(Failure) {
    if let obstacle = probe.obstacle { throw .tracer(obstacle) }
    for process in settings.processes {
      if process.raw == UInt32(getpid()) { throw .ownProcess(process) }
      if !ProcessFiles(process).exists { throw .noSuchProcess(process) }
      if let owner = ProcessFiles(process).owner, owner != process {
        throw .threadOf(owner, id: process)
      }
    }
    if let path = settings.scope.cgroup { _ = try controlGroupDirectory(path) }
  }

  /// The live view, if there is a terminal for it. Says in one line why a terminal cannot show it.
  private func liveView(on output: Output) -> LiveViewSink? {
    // The output of a command and the live view would overwrite each other.
    guard settings.form == .text, output.isTerminal, settings.command.isEmpty else { return nil }
    do throws(Terminal.Obstacle) {
      let liveView = try LiveViewSink(version: Version.current)
      liveView.show(progress: "loading the BPF programs")
      return liveView
    } catch {
      if let sentence = error.sentence, !settings.quiet { Main.say(sentence) }
      return nil
    }
  }

  /// Gives bpfleak priority. On a busy machine the ring would otherwise fill before anybody reads it, and
  /// reading takes a few percent of a processor.
  private func takePrecedence() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -10) }
}
