// SPDX-License-Identifier: Apache-2.0

/// Why tracing cannot start or go on. Cases hold facts. The command line writes the sentence.
public enum TracerError: Error, Sendable, Equatable {
  /// The user lacks the capabilities to load BPF programs.
  case notPermitted(operation: String, code: Int32)
  /// This user can read no tracefs, neither an own one nor the machine's.
  case tracefsOutOfReach(code: Int32)
  /// The programs need a newer kernel.
  case kernelTooOld(running: KernelVersion, needs: KernelVersion)
  /// The kernel does not describe its own types.
  case noBTF(path: String)
  /// Lockdown forbids BPF to read kernel memory.
  case lockdown(mode: String)
  /// The kernel refused a program. The log is what the verifier said last.
  case refused(program: String, code: Int32, log: String)
  /// A required hook cannot be used.
  case noHook(name: String, code: Int32)
  case system(operation: String, code: Int32)
  /// The embedded object does not hold what this loader expects.
  case badObject(String)
}

/// `major.minor` of a kernel release.
public struct KernelVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var major: Int
  public var minor: Int

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// The first two numbers of a release such as `6.1.0-13-amd64`. Nil when it does not have two.
  public init?(release: String) {
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return nil }
    self.init(numbers[0], numbers[1])
  }

  public static func < (a: KernelVersion, b: KernelVersion) -> Bool {
    (a.major, a.minor) < (b.major, b.minor)
  }

  public var description: String { "\(major).\(minor)" }

  /// The first kernel with `bpf_task_pt_regs`, `bpf_get_current_task_btf` and links of perf events.
  public static let minimum = KernelVersion(5, 15)
}
