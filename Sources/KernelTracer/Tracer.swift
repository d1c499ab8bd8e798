// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import CLibbpf
public import MappingEvents
import Procfs

/// The running programs, their ring and their counters.
///
/// Nothing is pinned and nothing is mounted: the kernel frees everything when this value ends, also when
/// the process is killed.
public struct Tracer: ~Copyable {
  public let spec: TracerSpec
  public let probe: Probe
  /// What it is attached to, in the order of attaching.
  public internal(set) var hooks: [Hook] = []
  /// The hooks that this run asks for and goes without.
  public internal(set) var absences: [HookAbsence]
  let plan: LoadPlan
  let object: BPFObject
  let ring: Ring
  let shared: SharedState
  var attachments = Attachments()
  let lostSpaces: Int32
  let scopeSpaces: Int32
  let scopePIDs: Int32
  let spacesCode: Int32
  let callPathIDs: Int32

  /// Takes an object that was loaded as `plan` says.
  init(
    _ object: consuming BPFObject, _ plan: LoadPlan, _ spec: TracerSpec, _ probe: Probe
  ) throws(TracerError) {
    // A noncopyable value comes into being as a whole: all that can fail is done before.
    let shared = try SharedState(map: try object.descriptor(".bss"))
    let ring = try Ring(map: try object.descriptor("ring"), bytes: spec.ringBytes)
    let maps = (
      lostSpaces: try object.descriptor("lost_spaces"),
      scopeSpaces: try object.descriptor("scope_spaces"),
      scopePIDs: try object.descriptor("scope_pids"),
      spacesCode: try object.descriptor("spaces_code"),
      callPathIDs: try object.descriptor("call_path_ids")
    )
    self.object = object
    self.shared = shared
    self.ring = ring
    (lostSpaces, scopeSpaces, scopePIDs, spacesCode, callPathIDs) = maps
    self.plan = plan
    self.spec = spec
    self.probe = probe
    absences = plan.absences
  }

  /// The iterators that were loaded; none where the lists come from the text of /proc.
  public var iterators: [Hook] { plan.loaded.filter { $0.kind == .iterator } }

  /// Whether the kernel tells the end of an address space. Where it does not, the exit of its last process
  /// does.
  public var reportsSpaceEnd: Bool { hooks.contains { $0.program == "space_ended" } }

  /// Whether the kernel's lists come from the text of /proc, which does not hold the keys of spaces.
  public var listsText: Bool { spec.listsText }

  // MARK: The stream

  /// Readable when much is waiting, or after `wakeAtNextRecord` when anything is. Look now and then even
  /// so.
  public var descriptor: Int32 { (try? object.descriptor("ring")) ?? -1 }

  /// Where the stream is now: bytes ever written to the ring.
  public var position: UInt64 { ring.producerPosition }
  public var drainedPosition: UInt64 { ring.consumerPosition }

  /// Lets the next record make `descriptor` readable. False when one is there already.
  ///
  /// A record that comes at this very moment may not do it. Whoever waits must look when the waiting ends.
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

  /// New call paths that were not sent: too many at once, or the ring was half full.
  public var stacksUnsent: UInt64 { shared.callPathsUnsent }

  /// The spaces that lost records since this was last called. `complete` is false when there were more than
  /// the map holds: then any space may have lost some.
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

  /// Whether the programs report that space. Means nothing where the scope is the system.
  public func isInScope(_ space: SpaceKey) -> Bool {
    var key = space.raw
    var why: UInt8 = 0
    return bpf_map_lookup_elem(scopeSpaces, &key, &why) == 0
  }

  /// Brings a process into scope. With no space, the next exec of the process brings its space in.
  public func addToScope(_ process: ProcessID, space: SpaceKey?) {
    var named = true
    if case .processes(let processes, follow: false) = spec.scope {
      named = processes.contains(process)
    }
    // A process that only shares the space of another stays until it executes a program.
    var present = UInt8((named ? BPFLEAK_ASKED_FOR : BPFLEAK_SHARES_SPACE).rawValue)
    var pid = process.raw
    bpf_map_update_elem(scopePIDs, &pid, &present, 0)
    guard var key = space?.raw else { return }
    bpf_map_update_elem(scopeSpaces, &key, &present, 0)
  }
}
