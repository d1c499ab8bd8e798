// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc
import Procfs

/// What this kernel and this user can do, found out before the programs are loaded.
///
/// What single hooks need is not asked here but by `LoadPlan`, of the hooks that a run wants.
public struct Probe: Sendable {
  public var release: String
  public var architecture: String
  public var version: KernelVersion?
  public var hasBTF: Bool
  public var lockdown: String?
  public var capabilities: UInt64
  /// Whether an iterator can list one thread alone.
  public var hasIteratorOverOneTask: Bool
  /// Whether programs may call bpf_loop.
  public var hasLoop: Bool

  public static let btfPath = "/sys/kernel/btf/vmlinux"

  public init() {
    var name = utsname()
    uname(&name)
    release = Self.text(name.release)
    architecture = Self.text(name.machine)
    version = KernelVersion(release: release)
    hasBTF = access(Self.btfPath, R_OK) == 0
    lockdown = FileDescriptor.text(of: "/sys/kernel/security/lockdown").flatMap { text in
      guard let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]") else {
        return nil
      }
      return String(text[text.index(after: start)..<end])
    }
    capabilities = Self.effectiveCapabilities()
    hasIteratorOverOneTask = version.map { $0 >= KernelVersion(6, 1) } ?? false
    // Where that is not known, the way that works on every kernel is taken.
    hasLoop =
      Availability.ofHelper(Int32(BPF_FUNC_loop.rawValue), for: BPF_PROG_TYPE_TRACEPOINT)
      == .present
  }

  /// Bits of linux/capability.h.
  public enum Capability: UInt64, Sendable {
    case sysAdmin = 21
    case perfmon = 38
    case bpf = 39
  }

  public func has(_ capability: Capability) -> Bool {
    capabilities >> capability.rawValue & 1 == 1
  }

  /// CAP_SYS_ADMIN implies the other two.
  public var isPermitted: Bool { has(.sysAdmin) || has(.bpf) && has(.perfmon) }

  /// The first reason why tracing cannot work here; nil when none is known.
  public var obstacle: TracerError? {
    if let version, version < .minimum {
      return .kernelTooOld(running: version, needs: .minimum)
    }
    if !isPermitted { return .notPermitted(operation: "tracing", code: EPERM) }
    if !hasBTF { return .noBTF(path: Self.btfPath) }
    if lockdown == "confidentiality" { return .lockdown(mode: "confidentiality") }
    return tracefsObstacle
  }

  /// Why the ids of tracepoints cannot be read; nil when they can. Every run needs them.
  public var tracefsObstacle: TracerError? { Tracefs.obstacle }

  private static func effectiveCapabilities() -> UInt64 {
    guard let status = FileDescriptor.text(of: "/proc/self/status") else {
      return geteuid() == 0 ? .max : 0
    }
    for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
      let digits = line.dropFirst(7).filter { !$0.isWhitespace }
      return UInt64(digits, radix: 16) ?? 0
    }
    return 0
  }

  private static func text<Bytes>(_ bytes: Bytes) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
