// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

/// The running kernel's description of its own types (BTF).
struct KernelTypes: ~Copyable {
  private let raw: OpaquePointer?
  private let code: Int32

  /// Reads some megabytes; not to be done more than once in a run.
  init() {
    raw = btf__load_vmlinux_btf()
    code = raw == nil ? errno : 0
  }

  deinit { btf__free(raw) }

  /// Of the place that a program of the kind `tp_btf` is attached to.
  func typedTracepoint(_ name: String) -> Availability {
    guard let raw else { return .couldNotTest(code: code) }
    let type = btf__find_by_name_kind(raw, "btf_trace_\(name)", UInt32(BTF_KIND_TYPEDEF))
    return if type > 0 { .present } else if type == -ENOENT { .absent } else {
      .couldNotTest(code: -type)
    }
  }
}
