// SPDX-License-Identifier: Apache-2.0
import CLibbpf

/// Whether this kernel has something. A test that does not work is an answer of its own.
public enum Availability: Sendable, Hashable {
  case present
  case absent
  case couldNotTest(code: Int32)

  /// Of a helper for programs of that type, by a small program that calls it.
  static func ofHelper(_ helper: Int32, for type: bpf_prog_type) -> Availability {
    let answer = libbpf_probe_bpf_helper(type, bpf_func_id(rawValue: UInt32(helper)), nil)
    return switch answer {
    case 1...: .present
    case 0: .absent
    default: .couldNotTest(code: -answer)
    }
  }
}
