// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents

/// A command that waits to begin until it is traced.
///
/// This program starts itself, in the role of a trampoline: its process id is known and in scope
/// before it turns, on a word over a pipe, into the command.
struct ChildCommand: ~Copyable {
  static let trampoline = "__become"

  let process: ProcessID
  private let go: Int32

  /// `sharesOutput` is false when standard output is taken by NDJSON.
  static func start(_ command: [String], sharesOutput: Bool) throws(Failure) -> ChildCommand {
    guard let path = find(command[0]) else { throw .commandNotFound(command[0]) }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .cannotStart(command[0], code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The copy, unlike the pipe, is not closed by exec; the trampoline closes it.
    let childEnd = Int32(200)
    posix_spawn_file_actions_adddup2(&actions, ends[0], childEnd)
    if !sharesOutput { posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let words = ["bpfleak", trampoline, "\(childEnd)", path] + command
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &pointers, environ)
    close(ends[0])
    guard code == 0 else {
      close(ends[1])
      throw .cannotStart(command[0], code: code)
    }
    return ChildCommand(process: ProcessID(UInt32(pid)), go: ends[1])
  }

  /// Lets it begin.
  func begin() {
    var word: UInt8 = 1
    _ = write(go, &word, 1)
  }

  deinit { close(go) }

  /// In the child: waits for the word, and becomes the command. A pipe that closes without one means
  /// that the tracer did not come to be: then nothing is started.
  static func become(_ arguments: [String]) -> Never {
    guard arguments.count >= 4, let descriptor = Int32(arguments[1]) else { exit(64) }
    var word: UInt8 = 0
    var got = read(descriptor, &word, 1)
    while got < 0, errno == EINTR { got = read(descriptor, &word, 1) }
    guard got == 1 else { exit(1) }
    close(descriptor)
    var pointers = arguments.dropFirst(3).map { strdup($0) } + [nil]
    execv(arguments[2], &pointers)
    perror("bpfleak: cannot start \(arguments[3])")
    exit(126)
  }

  private static func find(_ command: String) -> String? {
    if command.contains("/") { return access(command, X_OK) == 0 ? command : nil }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(command)" }.first { access($0, X_OK) == 0 }
  }
}
