// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A shell in a terminal of tmux, on a server of its own: what a person would see, and press.
final class Screen: Sendable {
  private let server = "bpfleak-\(UUID().uuidString.prefix(8))"
  static var isInstalled: Bool { Programs.installed("tmux") != nil }

  init(columns: Int = 80, rows: Int = 24) async throws {
    _ = try await tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
      "env PS1='$ ' LANG=C.UTF-8 NO_COLOR= bash --norc --noprofile")
    try await wait("the prompt") { $0.contains("$") }
  }

  deinit {
    // Ends the shell and what runs in it; nothing else is on this server.
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tmux", "-L", server, "kill-server"]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
  }

  @discardableResult
  func tmux(_ words: String...) async throws -> String {
    let run = try await StartedProcess(["tmux", "-L", server] + words).finish()
    return run.output
  }

  /// Presses keys by their names in tmux: `Enter`, `F1`, `C-z`, or characters.
  func press(_ keys: String...) async throws {
    for key in keys { try await tmux("send-keys", key) }
  }

  /// Types a line.
  func type(_ text: String) async throws {
    try await tmux("send-keys", "-l", text)
    try await press("Enter")
  }

  /// What stands on the screen, line by line.
  func lines() async throws -> [String] {
    try await tmux("capture-pane", "-p").components(separatedBy: "\n")
  }

  /// Waits until the screen shows that.
  @discardableResult
  func wait(
    _ what: String, within limit: Duration = .seconds(60), until condition: (String) -> Bool
  ) async throws -> String {
    let deadline = ContinuousClock.now + limit
    while true {
      let text = try await lines().joined(separator: "\n")
      if condition(text) { return text }
      if ContinuousClock.now > deadline { throw NeverSeen(what: what, screen: text) }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Waits until the shell asks again; what stands on the screen then.
  @discardableResult
  func waitForShell() async throws -> String {
    try await wait("the prompt") { text in
      let last = text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }
      return last?.filter { $0 != " " } == "$"
    }
  }

  /// Whether a table has one process before the other.
  func isAbove(_ first: pid_t, _ second: pid_t) async throws -> Bool {
    let lines = try await lines()
    func row(_ process: pid_t) -> Int? {
      lines.firstIndex { $0.hasPrefix(" ") && $0.contains(" \(process) ") }
    }
    guard let above = row(first), let below = row(second) else { return false }
    return above < below
  }

  struct NeverSeen: Error {
    var what: String
    var screen: String
  }

  func resize(columns: Int, rows: Int) async throws {
    try await tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// The settings of the terminal, by way of the shell.
  func settings() async throws -> String {
    try await press("C-l")
    try await type("clear; stty -g; echo settled")
    let text = try await wait("the settings") { $0.contains("\nsettled") }
    return text.components(separatedBy: "\n").first { $0.contains(":") } ?? ""
  }

  /// Whether a program has the screen, and the shell's own is kept behind it.
  func isAlternate() async throws -> Bool {
    try await tmux("display-message", "-p", "#{alternate_on}").hasPrefix("1")
  }

  /// Whether the shell has the screen, with a cursor.
  func isGivenBack() async throws -> Bool {
    let cursor = try await tmux("display-message", "-p", "#{cursor_flag}")
    let isAlternate = try await isAlternate()
    return cursor.hasPrefix("1") && !isAlternate
  }
}
