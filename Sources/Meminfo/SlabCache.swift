// SPDX-License-Identifier: Apache-2.0

/// One kind of kernel object and what all of its kind take (a line of /proc/slabinfo).
public struct SlabCache: Equatable, Sendable {
  public let name: String
  /// Whole slabs, used or not: that is what the kernel holds.
  public let bytes: UInt64
  public let objects: UInt64

  public init(name: String, bytes: UInt64, objects: UInt64) {
    self.name = name
    self.bytes = bytes
    self.objects = objects
  }

  /// All caches of a /proc/slabinfo of version 2.1; lines of another shape are left out.
  public static func parse(slabinfo: String, pageSize: UInt64) -> [SlabCache] {
    slabinfo.split(separator: "\n").compactMap { line -> SlabCache? in
      // name active_objs num_objs objsize objperslab pagesperslab : tunables a b c : slabdata
      // active_slabs num_slabs sharedavail
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 16, words[6] == ":", let objects = UInt64(words[1]),
        let pagesPerSlab = UInt64(words[5]), let slabs = UInt64(words[14])
      else { return nil }
      let pages = byteCount(ofPages: slabs, of: pagesPerSlab)
      return SlabCache(
        name: String(words[0]), bytes: byteCount(ofPages: pages, of: pageSize), objects: objects)
    }
  }

  /// Whether its memory is counted as SReclaimable.
  ///
  /// Slabinfo does not say, and the kernel merges caches of a size; the names of those that are
  /// large in practice are known.
  var isReclaimable: Bool {
    ["dentry", "buffer_head", "radix_tree_node", "ext4_extent_status"].contains(name)
      || (name.hasSuffix("inode_cache") && name != "shmem_inode_cache")
      || name.hasSuffix("_inode") || name.hasPrefix("kmalloc-rcl")
  }

  /// What such objects are, for who has to find their owner; `nil` where the name says no more.
  var remark: String? {
    func starts(_ prefixes: String...) -> Bool { prefixes.contains { name.hasPrefix($0) } }
    if name == "dentry" { return "file names looked up, also those that do not exist" }
    if name.hasSuffix("inode_cache"), !starts("sock_") { return "files the kernel remembers" }
    if starts("vm_area_struct", "maple_node", "anon_vma") {
      return "mappings of processes: sudo bpfleak shows whose"
    }
    if starts("filp", "eventpoll", "pipe_inode") { return "open files that nobody closes" }
    if starts("task_struct", "signal_cache", "sighand", "mm_struct", "pid", "thread_stack") {
      return "processes and threads, also dead ones nobody waited for"
    }
    if starts("sock_", "TCP", "UDP", "UNIX", "skbuff", "request_sock", "tw_sock") {
      return "sockets and what is queued in them: ss -s"
    }
    if starts("nf_conntrack") { return "connections the firewall follows" }
    if starts("kernfs", "cgroup", "cred_jar") { return "cgroups, sysfs entries, credentials" }
    if starts("inotify", "fsnotify", "dnotify") { return "file watches" }
    if starts("bio", "buffer_head", "blkdev") { return "disk requests and blocks" }
    if starts("kmalloc") { return "allocations of that size without a name of their own" }
    return nil
  }
}
