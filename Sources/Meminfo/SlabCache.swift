// SPDX-License-Identifier: Apache-2.0

/// All kernel objects of one kind: a line of /proc/slabinfo.
public struct SlabCache: Equatable, Sendable {
  public let name: String
  /// Bytes of whole slabs, used or not.
  public let bytes: UInt64
  public let objects: UInt64

  public init(name: String, bytes: UInt64, objects: UInt64) {
    self.name = name
    self.bytes = bytes
    self.objects = objects
  }

  /// The caches of a /proc/slabinfo of version 2.1. Lines of another form are skipped.
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
  /// The file does not tell, and the kernel merges caches of equal size. This knows the names of those that are
  /// large in practice.
  var isReclaimable: Bool {
    ["dentry", "buffer_head", "radix_tree_node", "ext4_extent_status"].contains(name)
      || (name.hasSuffix("inode_cache") && name != "shmem_inode_cache")
      || name.hasSuffix("_inode") || name.hasPrefix("kmalloc-rcl")
  }

  /// What the objects are, to find their owner; `nil` when the name does not tell.
  var remark: String? {
    func starts(_ prefixes: String...) -> Bool { prefixes.contains { name.hasPrefix($0) } }
    if name == "dentry" { return "names of files that were looked up, existing or not" }
    if name.hasSuffix("inode_cache"), !starts("sock_") { return "files that the kernel remembers" }
    if starts("vm_area_struct", "maple_node", "anon_vma") {
      return "mappings of processes; sudo bpfleak shows whose"
    }
    if starts("filp", "eventpoll", "pipe_inode") { return "open files that nobody closes" }
    if starts("task_struct", "signal_cache", "sighand", "mm_struct", "pid", "thread_stack") {
      return "processes and threads, including zombies"
    }
    if starts("sock_", "TCP", "UDP", "UNIX", "skbuff", "request_sock", "tw_sock") {
      return "sockets and their queues; see ss -s"
    }
    if starts("nf_conntrack") { return "connections that the firewall tracks" }
    if starts("kernfs", "cgroup", "cred_jar") { return "cgroups, sysfs entries, credentials" }
    if starts("inotify", "fsnotify", "dnotify") { return "file watches" }
    if starts("bio", "buffer_head", "blkdev") { return "disk requests and blocks" }
    if starts("kmalloc") { return "kernel allocations of that size, without a name" }
    return nil
  }
}
