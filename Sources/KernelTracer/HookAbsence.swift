// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A hook that this run goes without, and why.
public struct HookAbsence: Sendable, Hashable {
  public var hook: Hook
  public var reason: Reason

  public enum Reason: Error, Sendable, Hashable {
    /// The kernel has no such place.
    case notInThisKernel
    /// The kernel has the place, but not the helper of that number (enum bpf_func_id).
    case lacksHelper(Int32)
    case notPermitted(code: Int32)
    /// The verifier's messages.
    case refusedByVerifier(log: String)
    /// The test whether the kernel has the hook did not work, so nobody knows.
    case couldNotTest(code: Int32)
    /// The kernel has the hook, and attaching to it failed.
    case couldNotAttach(code: Int32)
  }
}

extension HookAbsence.Reason {
  /// From what attaching answered. The place itself was found before, except where the code says not.
  init(attachingFailedWith code: Int32) {
    switch code {
    case ENOENT, ESRCH: self = .notInThisKernel
    case EPERM, EACCES: self = .notPermitted(code: code)
    default: self = .couldNotAttach(code: code)
    }
  }

  /// From what loading answered. libbpf says ESRCH where the kernel's BTF does not have the place.
  init(loadingFailedWith code: Int32, log: String) {
    switch code {
    case ESRCH: self = .notInThisKernel
    default: self = .refusedByVerifier(log: log)
    }
  }

  /// The error of a run that cannot do without the hook.
  func error(for name: String) -> TracerError {
    switch self {
    case .notInThisKernel: .noHook(name: name, code: ENOENT)
    case .lacksHelper: .noHook(name: name, code: ENOSYS)
    case .notPermitted(let code): .notPermitted(operation: "attaching to \(name)", code: code)
    case .refusedByVerifier(let log): .refused(program: name, code: EINVAL, log: log)
    case .couldNotTest(let code), .couldNotAttach(let code): .noHook(name: name, code: code)
    }
  }
}
