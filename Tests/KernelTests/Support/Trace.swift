// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A `bpfleak --ndjson` that runs.
struct Trace {
  let process: StartedProcess

  /// Every live mapping at one time.
  struct Dump {
    var mappings: [TraceLine]
    var snapshot: TraceLine

    var spaces: Set<Int> { Set(mappings.map(\.space)) }
    var pids: Set<Int> { Set(mappings.map(\.pid)) }
  }

  /// Starts it and waits until it traces.
  static func start(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Trace {
    let words = [try Programs.bpfleak(), "--ndjson"] + arguments
    let trace = Trace(process: try StartedProcess(words, environment: environment))
    try await trace.process.wait("the first line") { trace.process.output.count > 0 }
    return trace
  }

  static func start(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Trace {
    try await start(arguments, environment: environment)
  }

  static func start(
    pid: pid_t, environment: [String: String] = [:]
  ) async throws -> Trace {
    try await start(["--pid", "\(pid)"], environment: environment)
  }

  /// Traces a program of Tests/TestPrograms from its first mapping.
  static func start(
    command name: String, _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> Trace {
    try await start(["--", try Programs.test(name)] + arguments, environment: environment)
  }

  /// The lines until the command ended.
  static func whole(command name: String, _ arguments: String...) async throws -> [TraceLine] {
    try await start(["--", try Programs.test(name)] + arguments).linesAtEnd()
  }

  func lines() throws -> [TraceLine] { try TraceLine.all(process.output.bytes()) }

  /// The process that the command line named, or the first one that was started.
  func firstPID() async throws -> Int {
    try await wait(for: "exec")
    return try lines().ofType("exec").first?.pid ?? -1
  }

  func wait(for type: String) async throws {
    var place = 0
    try await process.wait("a line of type \(type)") {
      process.output.hasLine(of: type, from: &place)
    }
  }

  /// Waits until an audit that is still to come counts a drift that will do.
  func waitForAudit(_ isWanted: (Int) -> Bool) async throws {
    var place = process.output.endOfLines
    while true {
      try await process.wait("an audit") { process.output.hasLine(of: "audit", from: &place) }
      let end = process.output.endOfLines
      let audits = try TraceLine.all(process.output.bytes(from: place)).ofType("audit")
      if audits.compactMap({ $0.number("drift") }).contains(where: isWanted) { return }
      place = end
    }
  }

  /// All lines, once it ended by itself. The last one is out well before the process is gone.
  func linesAtEnd() async throws -> [TraceLine] {
    try await wait(for: "summary")
    return try lines()
  }

  /// Tells it to stop; all lines.
  func stop(_ signal: Int32 = SIGINT) async throws -> [TraceLine] {
    process.send(signal)
    return try await linesAtEnd()
  }

  /// Asks for every live mapping, and waits for them.
  func dump() async throws -> Dump {
    let start = process.output.endOfLines
    process.send(SIGUSR1)
    var place = start
    try await process.wait("a snapshot line") {
      process.output.hasLine(of: "snapshot", from: &place)
    }
    let lines = try TraceLine.all(process.output.bytes(from: start))
    let end = lines.firstIndex { $0.type == "snapshot" } ?? lines.startIndex
    return Dump(mappings: lines[..<end].filter { $0.type == "mapping" }, snapshot: lines[end])
  }
}

/// Runs `bpfleak` to its end.
func bpfleak(
  _ arguments: String..., within limit: Duration = StartedProcess.patience
) async throws -> StartedProcess.Finished {
  try await StartedProcess([try Programs.bpfleak()] + arguments).finish(within: limit)
}

/// Runs a line of shell, in which `$BPFLEAK` is the program under test, to its end.
func shell(
  _ script: String, within limit: Duration = StartedProcess.patience
) async throws -> StartedProcess.Finished {
  try await StartedProcess(
    ["bash", "-c", script], environment: ["BPFLEAK": try Programs.bpfleak()]
  ).finish(within: limit)
}
