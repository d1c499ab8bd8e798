// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import CLibbpf
import Glibc
import Procfs

/// From what is asked for to what this kernel takes.
extension Tracer {
  /// Loads the programs and sets their scope. Nothing is observed before `attach`.
  ///
  /// An optional hook that the kernel refuses is left out, and the rest is loaded again without it.
  public static func load(
    _ spec: TracerSpec, _ probe: Probe = Probe()
  ) throws(TracerError) -> Tracer {
    if let obstacle = probe.obstacle { throw obstacle }
    return try load(spec, probe) { () throws(TracerError) in try BPFObject(verbose: spec.verbose) }
  }

  /// `open` gives the object anew for each attempt: one that failed to load cannot be loaded again.
  static func load(
    _ spec: TracerSpec, _ probe: Probe, from open: () throws(TracerError) -> BPFObject
  ) throws(TracerError) -> Tracer {
    var spec = spec
    var refused: [HookAbsence] = []
    while true {
      let object = try open()
      let plan = try LoadPlan(object, parts: spec.parts, on: probe.version, refused: refused)
      do {
        return try load(object, plan, spec, probe)
      } catch {
        guard case .refused(let program, let code, let log) = error,
          let hook = plan.loaded.first(where: { $0.program == program }), hook.isOptional
        else { throw error }
        refused.append(
          HookAbsence(
            hook: hook, reason: HookAbsence.Reason(loadingFailedWith: code, log: log)))
        // One list without the other is of no use.
        if hook.kind == .iterator { spec.listsText = true }
      }
    }
  }

  private static func load(
    _ object: consuming BPFObject, _ plan: LoadPlan, _ spec: TracerSpec, _ probe: Probe
  ) throws(TracerError) -> Tracer {
    try configure(object, spec, probe)
    try object.loadOnly(plan.loaded)
    if case .cgroup(let path) = spec.scope {
      try setCgroup(path, try object.descriptor("cgroups"))
    }
    let tracer = try Tracer(object, plan, spec, probe)
    try tracer.findNamespace()
    return tracer
  }

  /// Sets the constants that the verifier knows: it removes what they rule out.
  private static func configure(
    _ object: borrowing BPFObject, _ spec: TracerSpec, _ probe: Probe
  ) throws(TracerError) {
    let config = try object.memory(of: ".rodata", as: bpfleak_config.self)
    config.pointee.own_pid = UInt32(getpid())
    config.pointee.wake_bytes = UInt32(spec.ringBytes / 4)
    config.pointee.page_shift = UInt32(sysconf(Int32(_SC_PAGESIZE)).trailingZeroBitCount)
    config.pointee.scope = BPFLEAK_SCOPE_SPACES.rawValue
    config.pointee.by_pid = spec.listsText ? 1 : 0
    switch spec.scope {
    case .system:
      config.pointee.scope = BPFLEAK_SCOPE_SYSTEM.rawValue
    case .processes(_, let follow):
      config.pointee.follow = follow ? 1 : 0
    case .name(let name):
      config.pointee.by_comm = 1
      config.pointee.follow = 1
      withUnsafeMutableBytes(of: &config.pointee.comm) { bytes in
        bytes.copyBytes(from: name.utf8.prefix(Int(BPFLEAK_COMM_LENGTH) - 1))
      }
    case .cgroup:
      config.pointee.by_cgroup = 1
      config.pointee.follow = 1
    }
    config.pointee.ring_bytes = UInt32(spec.ringBytes)
    config.pointee.stack_bytes = UInt32(spec.stackBytes(on: probe))
    config.pointee.new_call_paths_most = 200
    config.pointee.has_loop = probe.hasLoop ? 1 : 0
    config.pointee.call_paths =
      switch spec.stacks {
      case .none: BPFLEAK_CALL_PATHS_NONE.rawValue
      case .auto: BPFLEAK_CALL_PATHS_AUTO.rawValue
      case .fp: BPFLEAK_CALL_PATHS_FP.rawValue
      }
    // On a whole machine most processes end before anyone could look up their call paths.
    if spec.scope == .system {
      config.pointee.quiet_ns = 100_000_000
    } else {
      config.pointee.wake_call_paths = 1
    }
    bpf_map__set_max_entries(try object.map("ring"), UInt32(spec.ringBytes))
  }

  /// The map keeps the cgroup itself, so the directory need not stay open.
  private static func setCgroup(_ path: String, _ map: Int32) throws(TracerError) {
    guard let directory = FileDescriptor.open(path) else {
      throw .system(operation: "opening the cgroup \(path)", code: errno)
    }
    var key: UInt32 = 0
    var value = UInt32(directory.raw)
    guard bpf_map_update_elem(map, &key, &value, 0) == 0 else {
      throw .system(operation: "using \(path) as a cgroup of version 2", code: errno)
    }
  }

  /// In a pid namespace of its own, the tracer uses the process ids of that namespace.
  private func findNamespace() throws(TracerError) {
    var status = stat()
    guard stat("/proc/self/ns/pid", &status) == 0 else { return }
    // PROC_PID_INIT_INO of include/linux/proc_ns.h, fixed by the kernel's user interface.
    guard status.st_ino != 0xEFFF_FFFC, !spec.listsText else { return }
    for task in try rawTasks(of: nil) where UInt64(task.pid_ns_inode) == UInt64(status.st_ino) {
      shared.setNamespace(level: task.pid_ns_level, inode: task.pid_ns_inode)
      return
    }
  }
}
