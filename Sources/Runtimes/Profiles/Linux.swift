// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  /// Code that the kernel itself maps into every process.
  static let linux = RuntimeProfile(
    name: "Linux",
    sources: ["https://github.com/torvalds/linux: arch/x86/entry/vdso/vma.c, special_mapping"],
    plumbing: [
      PlumbingRow(.library, ["[vdso]"], because: "/proc/PID/maps names the kernel's code so")
    ])
}
