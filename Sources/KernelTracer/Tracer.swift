// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import CLibbpf
import Glibc
public import MappingEvents
import Procfs

/// The running programs, their ring and their counters.
///
/// Everything it holds in the kernel goes when it goes, also when the process is killed: nothing is
/// pinned and nothing is mounted.
public struct Tracer: ~Copyable {
  public let spec: TracerSpec
  public let probe: Probe
  /// What it is attached to, in the order of attaching.
  public private(set) var hooks: [Hook] = []
  let object: BPFObject
  private let ring: Ring
  private let shared: SharedState
  private var attachments = Attachments()
  private let lostSpaces: Int32
  private let scopeSpaces: Int32
  private let scopePIDs: Int32
  let spacesCode: Int32
  let callPathIDs: Int32

  /// Loads the programs and sets their scope; nothing is observed before `attach`.
  public static func load(
    _ spec: TracerSpec, _ probe: Probe = Probe()
  ) throws(TracerError) -> Tracer {
    if let obstacle = probe.obstacle { throw obstacle }
    do {
      return try loadOnce(spec, probe)
    } catch {
      guard case .refused(let program, _, _) = error, iterators.contains(program) else {
        throw error
      }
    }
    var textual = spec
    textual.listsText = true
    return try loadOnce(textual, probe)
  }

  private static let iterators = ["list_tasks", "list_mappings"]

  private static func loadOnce(_ spec: TracerSpec, _ probe: Probe) throws(TracerError) -> Tracer {
    let object = try BPFObject(verbose: spec.verbose)
    try configure(object, spec, probe)
    try object.load()
    let shared = try SharedState(map: try object.descriptor(".bss"))
    let lostSpaces = try object.descriptor("lost_spaces")
    let scopeSpaces = try object.descriptor("scope_spaces")
    let scopePIDs = try object.descriptor("scope_pids")
    if case .cgroup(let path) = spec.scope {
      try setCgroup(path, try object.descriptor("cgroups"))
    }
    let spacesCode = try object.descriptor("spaces_code")
    let callPathIDs = try object.descriptor("stack_ids")
    let ring = try Ring(map: try object.descriptor("ring"), bytes: spec.ringBytes)
    let tracer = Tracer(
      spec: spec, probe: probe, object: object, ring: ring, shared: shared,
      lostSpaces: lostSpaces, scopeSpaces: scopeSpaces, scopePIDs: scopePIDs,
      spacesCode: spacesCode, callPathIDs: callPathIDs)
    try tracer.findNamespace()
    return tracer
  }

  private init(
    spec: TracerSpec, probe: Probe, object: consuming BPFObject, ring: consuming Ring,
    shared: consuming SharedState, lostSpaces: Int32, scopeSpaces: Int32,
    scopePIDs: Int32, spacesCode: Int32, callPathIDs: Int32
  ) {
    self.spec = spec
    self.probe = probe
    self.object = object
    self.ring = ring
    self.shared = shared
    self.lostSpaces = lostSpaces
    self.scopeSpaces = scopeSpaces
    self.scopePIDs = scopePIDs
    self.spacesCode = spacesCode
    self.callPathIDs = callPathIDs
  }

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
    config.pointee.stack_window_most = 200
    config.pointee.has_loop = probe.hasLoop ? 1 : 0
    switch spec.stacks {
    case .none:
      config.pointee.stacks = BPFLEAK_STACKS_NONE.rawValue
      // All that these tell is where from.
      for name in ["clone_entered", "clone3_entered"] {
        bpf_program__set_autoload(try object.program(name), false)
      }
    case .auto: config.pointee.stacks = BPFLEAK_STACKS_AUTO.rawValue
    case .fp: config.pointee.stacks = BPFLEAK_STACKS_FP.rawValue
    }
    // Of a whole machine most processes are gone before anybody could look at their stacks.
    if spec.scope == .system {
      config.pointee.quiet_ns = 100_000_000
    } else {
      config.pointee.wake_stacks = 1
    }
    bpf_map__set_max_entries(try object.map("ring"), UInt32(spec.ringBytes))
    let unused = probe.hasFindVMA ? "shmat_returned_5_15" : "shmat_returned"
    bpf_program__set_autoload(try object.program(unused), false)
    if spec.listsText {
      for name in iterators { bpf_program__set_autoload(try object.program(name), false) }
    }
    if !probe.hasSpaceEnd {
      bpf_program__set_autoload(try object.program("space_ended"), false)
    }
  }

  /// The map keeps the cgroup itself; the directory need not stay open.
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

  /// In a pid namespace of its own the tracer speaks of processes as that namespace does.
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

  /// Whether the kernel's lists come from the text of /proc, which knows nothing of keys.
  public var listsText: Bool { spec.listsText }

  // MARK: Attaching

  /// Begins to observe. Records pile up in the ring from here on.
  public mutating func attach() throws(TracerError) {
    let tracefs = try Tracefs()
    for hook in Hook.all {
      let program = try object.program(hook.program)
      guard bpf_program__autoload(program) else { continue }
      var link: OpaquePointer?
      switch hook.kind {
      case .tracepoint:
        if let id = try tracefs.id(of: hook.name) {
          link = bpfleak_libbpf_attach_tracepoint(program, id)
        } else {
          errno = ENOENT
        }
      case .typed:
        link = bpf_program__attach(program)
      }
      if let link {
        attachments.append(Attachment(owning: link))
        hooks.append(hook)
      } else if !hook.isOptional {
        let code = errno
        if code == EPERM || code == EACCES {
          throw .notPermitted(operation: "attaching to \(hook.name)", code: code)
        }
        throw .noHook(name: hook.name, code: code)
      }
    }
  }

  // MARK: The stream

  /// Readable when much is waiting, or anything at all after `wakeAtNextRecord`; otherwise look after a
  /// while.
  public var descriptor: Int32 { (try? object.descriptor("ring")) ?? -1 }

  /// Where the stream is now: bytes ever written to the ring.
  public var position: UInt64 { ring.producerPosition }
  public var drainedPosition: UInt64 { ring.consumerPosition }

  /// Lets the next record wake whoever waits for `descriptor`. False when one is there already.
  ///
  /// One that comes at this very moment may not: it is found when the waiting ends by itself.
  public func wakeAtNextRecord() -> Bool {
    shared.setReaderWaits(true)
    guard position == drainedPosition else {
      shared.setReaderWaits(false)
      return false
    }
    return true
  }

  public func wakeWhenMuchWaits() { shared.setReaderWaits(false) }

  /// Hands every record written before `end` to `body`, in order. Answers how many there were.
  @discardableResult
  public func drain(upTo end: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int {
    ring.drain(upTo: end, body)
  }

  /// Records that found the ring full since the start.
  public var lost: UInt64 { shared.lost }

  /// New stacks that were not sent: too many at once, or the ring was half full.
  public var stacksUnsent: UInt64 { shared.stacksUnsent }

  /// The spaces that lost records since this was last called. `complete` is false when there were
  /// more than could be noted: then it may be any.
  public func takeLostSpaces() -> (spaces: [SpaceKey], complete: Bool) {
    var keys: [SpaceKey] = []
    var key: UInt64 = 0
    while bpf_map_get_next_key(lostSpaces, nil, &key) == 0 {
      keys.append(SpaceKey(key))
      if bpf_map_delete_elem(lostSpaces, &key) != 0 { break }
    }
    return (keys, shared.takeOverflow() == 0)
  }

  // MARK: Scope

  /// Whether the programs report that space; not asked of a scope that is the whole system.
  public func isInScope(_ space: SpaceKey) -> Bool {
    var key = space.raw
    var why: UInt8 = 0
    return bpf_map_lookup_elem(scopeSpaces, &key, &why) == 0
  }

  /// Brings a process into scope; a nil space leaves that to its next exec.
  public func addToScope(_ process: ProcessID, space: SpaceKey?) {
    var named = true
    if case .processes(let processes, follow: false) = spec.scope {
      named = processes.contains(process)
    }
    // One that only shares the space of another stays until it executes a program.
    var present = UInt8((named ? BPFLEAK_ASKED_FOR : BPFLEAK_SHARES_SPACE).rawValue)
    var pid = process.raw
    bpf_map_update_elem(scopePIDs, &pid, &present, 0)
    guard var key = space?.raw else { return }
    bpf_map_update_elem(scopeSpaces, &key, &present, 0)
  }
}

/// Several attachments; a box, because arrays hold no noncopyable values.
struct Attachments: ~Copyable {
  private final class Node {
    let attachment: Attachment
    let next: Node?

    init(_ attachment: consuming Attachment, next: Node?) {
      self.attachment = attachment
      self.next = next
    }
  }

  private var head: Node?

  mutating func append(_ attachment: consuming Attachment) {
    head = Node(attachment, next: head)
  }
}
