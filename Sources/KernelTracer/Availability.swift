// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

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

  /// Of places that programs of the kind `tp_btf` are attached to, by name.
  ///
  /// Reads the kernel's description of its types (BTF), which takes some 20 ms, unless `names` is empty.
  static func ofTypedTracepoints(_ names: [String]) -> [String: Availability] {
    if names.isEmpty { return [:] }
    let types = btf__load_vmlinux_btf()
    let code = errno
    defer { btf__free(types) }
    var result: [String: Availability] = [:]
    for name in names {
      guard let types else {
        result[name] = .couldNotTest(code: code)
        continue
      }
      let type = btf__find_by_name_kind(types, "btf_trace_\(name)", UInt32(BTF_KIND_TYPEDEF))
      result[name] =
        type > 0 ? .present : type == -ENOENT ? .absent : .couldNotTest(code: -type)
    }
    return result
  }
}
