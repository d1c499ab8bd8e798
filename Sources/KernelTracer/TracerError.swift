// SPDX-License-Identifier: Apache-2.0

/// Why tracing cannot start or go on. Cases hold facts; the command line writes the sentence.
public enum TracerError: Error, Sendable, Equatable {
  /// The user lacks the capabilities to load BPF programs.
  case notPermitted(operation: String, code: Int32)
  /// No tracefs of our own or of the machine is open to this user.
  case tracefsOutOfReach(code: Int32)
  /// The kernel is older than what the programs need.
  case kernelTooOld(running: KernelVersion, needs: KernelVersion)
  /// The kernel does not describe its own types.
  case noBTF(path: String)
  /// Lockdown forbids BPF to read kernel memory.
  case lockdown(mode: String)
  /// The kernel refused a program; the verifier's last lines.
  case refused(program: String, code: Int32, log: String)
  /// A hook that exactness needs is not there.
  case noHook(name: String, code: Int32)
  case system(operation: String, code: Int32)
  /// The object does not hold what this loader was built for.
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

  /// The first two numbers of a release such as `6.1.0-13-amd64`; nil when there are none.
  public init?(release: String) {
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return nil }
    self.init(numbers[0], numbers[1])
  }

  public static func < (a: KernelVersion, b: KernelVersion) -> Bool {
    (a.major, a.minor) < (b.major, b.minor)
  }

  public var description: String { "\(major).\(minor)" }

  /// `bpf_task_pt_regs`, `bpf_get_current_task_btf` and links of perf events are all there.
  public static let minimum = KernelVersion(5, 15)
}
