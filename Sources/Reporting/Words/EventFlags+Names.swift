// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

extension MapFlags {
  /// As the contract calls them.
  package var names: [String] {
    var names = [isShared ? "shared" : "private"]
    for (flag, name) in Self.named where contains(flag) { names.append(name) }
    return names
  }

  private static let named: [(MapFlags, String)] = [
    (.anonymous, "anonymous"), (.fixed, "fixed"), (.fixedNoReplace, "fixed_noreplace"),
    (.stack, "stack"), (.noReserve, "noreserve"), (.growsDown, "growsdown"),
    (.hugeTLB, "hugetlb"), (.locked, "locked"), (.populate, "populate"),
  ]
}

extension CloneFlags {
  /// The names of <linux/sched.h> in lower case, without CLONE_.
  package var names: [String] {
    Self.named.compactMap { rawValue & $0.0 != 0 ? $0.1 : nil }
  }

  private static let named: [(UInt64, String)] = [
    (0x100, "vm"), (0x200, "fs"), (0x400, "files"), (0x800, "sighand"), (0x1000, "pidfd"),
    (0x2000, "ptrace"), (0x4000, "vfork"), (0x8000, "parent"), (0x10000, "thread"),
    (0x20000, "newns"), (0x40000, "sysvsem"), (0x80000, "settls"), (0x10_0000, "parent_settid"),
    (0x20_0000, "child_cleartid"), (0x80_0000, "untraced"), (0x100_0000, "child_settid"),
    (0x200_0000, "newcgroup"), (0x400_0000, "newuts"), (0x800_0000, "newipc"),
    (0x1000_0000, "newuser"), (0x2000_0000, "newpid"), (0x4000_0000, "newnet"),
    (0x8000_0000, "io"), (0x1_0000_0000, "clear_sighand"), (0x2_0000_0000, "into_cgroup"),
  ]
}
