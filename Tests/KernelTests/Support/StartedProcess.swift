// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A process that a test started, in a process group of its own: the only ones a test may end.
///
/// What it prints goes to unlinked files, so that it never waits for a reader.
final class StartedProcess: Sendable {
  enum Ending: Equatable {
    case exited(Int32)
    case killed(by: Int32)
  }

  struct Finished {
    var ending: Ending
    var output: String
    var errors: String

    var status: Int32? { if case .exited(let status) = ending { status } else { nil } }
    var errorLines: [Substring] { errors.split(separator: "\n") }
  }

  enum Failure: Error {
    case cannotStart(String, code: Int32)
    case cannotSay(String, code: Int32)
    case timedOut(waitingFor: String, of: String, kernel: String, output: String, errors: String)
    case endedEarly(waitingFor: String, of: String, Ending, output: String, errors: String)
  }

  let pid: pid_t
  let words: [String]
  let output: PrintedText
  let errors: PrintedText
  /// The writing end of its standard input: programs that hold stay until it closes.
  private let input: Mutex<Int32>
  private let ending = Mutex<Ending?>(nil)

  static let patience = Duration.seconds(50) * Slowness.factor

  init(_ words: [String], environment: [String: String] = [:]) throws {
    self.words = words
    output = try PrintedText()
    errors = try PrintedText()
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure.cannotStart(words[0], code: errno) }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    input = Mutex(ends[1])

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let surroundings = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var arguments = words.map { strdup($0) } + [nil]
    var variables = surroundings.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else {
      close(ends[1])
      throw Failure.cannotStart(words[0], code: code)
    }
    pid = child
    StartedProcesses.current?.add(self)
  }

  func send(_ signal: Int32) {
    ending.withLock { if $0 == nil { _ = kill(pid, signal) } }
  }

  /// Writes to its standard input.
  func say(_ words: String) throws {
    let written = input.withLock { end in words.withCString { write(end, $0, strlen($0)) } }
    guard written == words.utf8.count else { throw Failure.cannotSay(words, code: errno) }
  }

  /// Waits until it is stopped, by itself or by a signal, with all its threads.
  func waitUntilStopped() async throws {
    try await wait("its stop") {
      let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
      return names?.allSatisfy {
        textOfFile("/proc/\(pid)/task/\($0)/stat")?.contains(") T ") == true
      } == true
    }
  }

  /// Ends its standard input, which lets a program that holds leave.
  func closeInput() {
    input.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
  }

  /// How it ended, if it did. Its whole group goes with it.
  func endingNow() -> Ending? {
    ending.withLock { known in
      if known != nil { return known }
      // A zombie keeps its id, and with it that of the group, from being given to others.
      var information = siginfo_t()
      guard waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
        information.si_signo == SIGCHLD
      else { return nil }
      kill(-pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      known = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(by: status & 0x7f)
      return known
    }
  }

  /// Waits until `condition` holds for what it printed so far.
  func wait(
    _ what: String, within limit: Duration = patience, until condition: () -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + limit
    while !condition() {
      if let ending = endingNow(), !condition() {
        throw Failure.endedEarly(
          waitingFor: what, of: words.joined(separator: " "), ending,
          output: output.tail, errors: errors.tail)
      }
      if ContinuousClock.now > deadline { throw timeout(what) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Waits until it ends by itself.
  func finish(within limit: Duration = patience) async throws -> Finished {
    let deadline = ContinuousClock.now + limit
    while true {
      if let ending = endingNow() {
        return Finished(ending: ending, output: output.text, errors: errors.text)
      }
      if ContinuousClock.now > deadline { throw timeout("its end") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func timeout(_ what: String) -> Failure {
    .timedOut(
      waitingFor: what, of: words.joined(separator: " "),
      kernel: textOfFile("/proc/\(pid)/stack") ?? "", output: output.tail, errors: errors.tail)
  }

  /// Ends it, and what it started, if it still runs.
  func end() {
    closeInput()
    ending.withLock { if $0 == nil { kill(-pid, SIGKILL) } }
  }
}
