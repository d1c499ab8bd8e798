// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents
import Procfs

/// A command that waits to begin until it is traced.
///
/// bpfleak starts itself as a trampoline, so that the process id is known and in scope before the
/// command begins. A byte over one pipe tells the trampoline to exec the command. Another pipe, which
/// exec closes, brings the error back if exec fails.
struct ChildCommand: ~Copyable {
  static let trampoline = "__become"

  let process: ProcessID
  private let name: String
  private let go: Int32
  private let fault: Int32

  /// `sharesOutput` is false when NDJSON uses standard output.
  static func start(_ words: [[CChar]], sharesOutput: Bool) throws(Failure) -> ChildCommand {
    let name = RawArguments.text(words[0])
    let path = try find(words[0])
    let go = try pipe(for: name)
    let fault: (reading: Int32, writing: Int32)
    do throws(Failure) {
      fault = try pipe(for: name)
    } catch {
      for end in [go.reading, go.writing] { close(end) }
      throw error
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Copying a descriptor onto itself clears close-on-exec; the trampoline closes them.
    for end in [go.reading, fault.writing] {
      posix_spawn_file_actions_adddup2(&actions, end, end)
    }
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
    let role = ["bpfleak", trampoline, "\(go.reading)", "\(fault.writing)"]
    var pointers = (role.map(RawArguments.bytes) + [path] + words).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &pointers, environ)
    close(go.reading)
    close(fault.writing)
    guard code == 0 else {
      close(go.writing)
      close(fault.reading)
      throw .cannotStart(name, code: code)
    }
    return ChildCommand(
      process: ProcessID(UInt32(pid)), name: name, go: go.writing, fault: fault.reading)
  }

  /// Lets the command begin. Returns once it has; throws if it cannot.
  func begin() throws(Failure) {
    var word: UInt8 = 1
    _ = write(go, &word, 1)
    var code: Int32 = 0
    var got = read(fault, &code, 4)
    while got < 0, errno == EINTR { got = read(fault, &code, 4) }
    if got == 4 { throw .cannotStart(name, code: code) }
  }

  deinit {
    close(go)
    close(fault)
  }

  /// Runs in the child: waits for the byte, then becomes the command.
  ///
  /// If the pipe closes without a byte, tracing failed to start, and nothing is run. The arguments are the
  /// role, the two pipes, the path, and the words of the command.
  static func become() -> Never {
    let arguments = CommandLine.unsafeArgv
    guard CommandLine.argc >= 6, let go = descriptor(arguments[2]),
      let fault = descriptor(arguments[3]), let path = arguments[4]
    else { exit(64) }
    _ = fcntl(fault, F_SETFD, FD_CLOEXEC)
    var word: UInt8 = 0
    var got = read(go, &word, 1)
    while got < 0, errno == EINTR { got = read(go, &word, 1) }
    guard got == 1 else { exit(1) }
    close(go)
    execv(path, arguments + 5)
    var code = errno
    // Like execvp(3): a script without a #! line is run by the shell.
    if code == ENOEXEC, !isBinary(path) {
      var words = [strdup("/bin/sh"), path]
      for index in 6..<max(6, Int(CommandLine.argc)) { words.append(arguments[index]) }
      words.append(nil)
      execv("/bin/sh", &words)
      code = errno
    }
    _ = write(fault, &code, 4)
    exit(126)
  }

  private static func descriptor(_ word: UnsafeMutablePointer<CChar>?) -> Int32? {
    word.flatMap { Int32(String(cString: $0)) }
  }

  /// Whether the first line holds a zero byte. Text has none, and a shell cannot run it.
  private static func isBinary(_ path: UnsafePointer<CChar>) -> Bool {
    let file = FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC))
    var start = [UInt8](repeating: 0, count: 128)
    let count = max(0, read(file.raw, &start, start.count))
    return start.prefix(count).prefix { $0 != UInt8(ascii: "\n") }.contains(0)
  }

  private static func pipe(for name: String) throws(Failure) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw .cannotStart(name, code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Finds the program that the command names, as execvp(3) does.
  private static func find(_ command: [CChar]) throws(Failure) -> [CChar] {
    let name = RawArguments.text(command)
    guard !name.isEmpty else { throw .commandNotFound(name) }
    let slash = CChar(bitPattern: UInt8(ascii: "/"))
    if command.contains(slash) {
      switch obstacle(to: command) {
      case 0: return command
      case ENOENT: throw .commandNotFound(name)
      case let code: throw .cannotStart(name, code: code)
      }
    }
    let path = getenv("PATH").map { Array(UnsafeBufferPointer(start: $0, count: strlen($0))) }
    let directories = path ?? RawArguments.bytes("/bin:/usr/bin").dropLast()
    var isRefused = false
    let colon = CChar(bitPattern: UInt8(ascii: ":"))
    for directory in directories.split(separator: colon, omittingEmptySubsequences: false) {
      // An empty entry means the current directory.
      let here = directory.isEmpty ? RawArguments.bytes(".").dropLast() : directory
      let candidate = here + [slash] + command
      let code = obstacle(to: Array(candidate))
      if code == 0 { return Array(candidate) }
      if code == EACCES { isRefused = true }
    }
    throw isRefused ? .cannotStart(name, code: EACCES) : .commandNotFound(name)
  }

  /// The errno that running the file would give, as far as that shows without trying; 0 for none.
  private static func obstacle(to path: [CChar]) -> Int32 {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return access(path, X_OK) == 0 ? 0 : errno
    case S_IFDIR: return EISDIR
    default: return EACCES
    }
  }
}
