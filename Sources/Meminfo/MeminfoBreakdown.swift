// SPDX-License-Identifier: Apache-2.0

/// Names the largest parts of an item: processes, slab caches, mounts.
struct MeminfoBreakdown {
  private let current: MeminfoSample
  private let slabsBefore: [String: UInt64]
  private let mountsBefore: [String: UInt64]
  private let processesBefore: [ProcessSize.Identity: ProcessSize]
  private let isWatching: Bool

  init(first: MeminfoSample?, current: MeminfoSample) {
    self.current = current
    isWatching = first != nil
    slabsBefore = Dictionary(
      (first?.slabs.value ?? []).map { ($0.name, $0.bytes) }, uniquingKeysWith: &+)
    mountsBefore = Dictionary(
      (first?.tmpfs ?? []).map { ($0.mountPoint, $0.bytes) }, uniquingKeysWith: { $1 })
    processesBefore = Dictionary(
      (first?.processes ?? []).map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
  }

  /// At most three parts: the largest ones, and always the one that grew most.
  func details(_ item: MeminfoItem) -> [MeminfoDetail] {
    switch item {
    case .anonymous: largest(processes(\.anonymous))
    case .committed:
      // The sizes themselves mean nothing, because they include reservations.
      Array(
        processes(\.virtual).filter { ($0.delta ?? 0) >= 1 << 20 }
          .sorted { ($0.delta ?? 0) > ($1.delta ?? 0) }.prefix(3))
    case .kernelStacks, .threads: largest(processes(\.threads, isCount: true))
    case .sharedMemory: largest(mounts)
    case .slabReclaimable: largest(caches { $0.isReclaimable })
    case .slabUnreclaimable: largest(caches { !$0.isReclaimable })
    default: []
    }
  }

  func missing(_ item: MeminfoItem) -> UnreadableReason? {
    guard item == .slabReclaimable || item == .slabUnreclaimable,
      case .unknown(let reason) = current.slabs
    else { return nil }
    return reason
  }

  /// The process that explains most of an item's growth, else much of its size.
  func process(behind item: MeminfoItem, size: UInt64, delta: Int64?) -> Int32? {
    let measure: KeyPath<ProcessSize, UInt64>
    switch item {
    case .anonymous: measure = \.anonymous
    case .committed: measure = \.virtual
    default: return nil
    }
    if let delta, delta >= 1 << 20 {
      let fastest = current.processes.max { growth($0, measure) ?? 0 < growth($1, measure) ?? 0 }
      return fastest.flatMap { growth($0, measure) ?? 0 >= delta / 2 ? $0.pid : nil }
    }
    guard item == .anonymous else { return nil }
    let largest = current.processes.max { $0.anonymous < $1.anonymous }
    return largest.flatMap { $0.anonymous >= max(size / 5 * 2, 256 << 20) ? $0.pid : nil }
  }

  /// The mount that explains most of `bytes` of shared memory, or of its growth.
  func mount(behind bytes: UInt64, isGrowing: Bool) -> String? {
    let sizes = current.tmpfs.map { mount in
      (mount, isGrowing ? mount.bytes.less(mountsBefore[mount.mountPoint] ?? 0) : mount.bytes)
    }
    return sizes.first { $0.1 > bytes / 2 }?.0.mountPoint
  }

  /// What the fastest growing cache, else the largest one, points to.
  var slabSuspect: MeminfoSuspect? {
    let caches = details(.slabUnreclaimable)
    let fastest = caches.max { $0.delta ?? 0 < $1.delta ?? 0 }
    let suspect = (fastest?.delta ?? 0) >= 1 << 20 ? fastest : caches.first
    guard let name = suspect?.label else { return nil }
    if ["vm_area_struct", "maple_node", "anon_vma"].contains(where: name.hasPrefix) {
      return .mappings
    }
    return name.hasPrefix("kmalloc") ? .namelessSlab : nil
  }

  private func growth(_ process: ProcessSize, _ measure: KeyPath<ProcessSize, UInt64>) -> Int64? {
    guard isWatching else { return nil }
    let before = processesBefore[process.identity].map { $0[keyPath: measure] } ?? 0
    return Int64(clamping: process[keyPath: measure]) - Int64(clamping: before)
  }

  private func processes(
    _ measure: KeyPath<ProcessSize, UInt64>, isCount: Bool = false
  ) -> [MeminfoDetail] {
    current.processes.map {
      MeminfoDetail(
        label: "\($0.name) (\($0.pid))", size: $0[keyPath: measure], isCount: isCount,
        delta: growth($0, measure))
    }
  }

  private var mounts: [MeminfoDetail] {
    let segments = current.systemVShared ?? 0
    let systemV = MeminfoDetail(label: "System V segments", size: segments)
    return (segments > 0 ? [systemV] : [])
      + current.tmpfs.map {
        let before = mountsBefore[$0.mountPoint] ?? 0
        return MeminfoDetail(
          label: $0.mountPoint, size: $0.bytes,
          delta: isWatching ? Int64(clamping: $0.bytes) - Int64(clamping: before) : nil)
      }
  }

  private func caches(_ isWanted: (SlabCache) -> Bool) -> [MeminfoDetail] {
    (current.slabs.value ?? []).filter(isWanted).map {
      let before = slabsBefore[$0.name] ?? 0
      return MeminfoDetail(
        label: $0.name, size: $0.bytes,
        delta: isWatching ? Int64(clamping: $0.bytes) - Int64(clamping: before) : nil,
        remark: $0.remark)
    }
  }

  private func largest(_ all: [MeminfoDetail]) -> [MeminfoDetail] {
    var largest = Array(all.filter { $0.size > 0 }.sorted { $0.size > $1.size }.prefix(3))
    guard let fastest = all.max(by: { $0.delta ?? 0 < $1.delta ?? 0 }), let delta = fastest.delta,
      delta >= (fastest.isCount ? 10 : 1 << 20), !largest.contains(fastest)
    else { return largest }
    largest[largest.count - 1] = fastest
    return largest
  }
}
