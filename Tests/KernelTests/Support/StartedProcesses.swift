// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

/// The processes of one test, which all end with it, however it ends.
final class StartedProcesses: Sendable {
  @TaskLocal static var current: StartedProcesses?

  private let processes = Mutex<[StartedProcess]>([])
  /// Killed, and not gone yet: detaching BPF programs takes the kernel most of a second.
  private static let leaving = Mutex<[StartedProcess]>([])

  func add(_ process: StartedProcess) { processes.withLock { $0.append(process) } }

  func endAll() {
    let ended = processes.withLock { $0 }
    for process in ended.reversed() { process.end() }
    Self.leaving.withLock { leaving in
      leaving.removeAll { $0.endingNow() != nil }
      leaving += ended.filter { $0.endingNow() == nil }
    }
  }
}

struct EndsWhatItStarts: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let processes = StartedProcesses()
    defer { processes.endAll() }
    try await StartedProcesses.$current.withValue(processes) { try await function() }
  }
}

extension Trait where Self == EndsWhatItStarts {
  static var endsWhatItStarts: Self { EndsWhatItStarts() }
}
