// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// A mirror of the kernel's mappings: one live table for each address space.
///
/// It takes events in the order of the ring, and lists of the kernel where only the kernel knows. It is
/// not thread-safe: one owner feeds it and reads it.
public final class Ledger {
  /// What depends on the machine.
  public struct Machine: Sendable {
    public var pageBytes: UInt64
    public var hugePageBytes: UInt64
    /// Whether the kernel reports the end of an address space. Linux 6.1 and later do.
    public var reportsSpaceEnd: Bool
    /// The devices (`dev_t`) whose files are shared memory: memfd and /dev/shm.
    public var sharedMemoryDevices: [UInt32] = []

    public init(
      pageBytes: UInt64 = 4096, hugePageBytes: UInt64 = 2 << 20, reportsSpaceEnd: Bool = true
    ) {
      self.pageBytes = pageBytes
      self.hugePageBytes = hugePageBytes
      self.reportsSpaceEnd = reportsSpaceEnd
    }
  }

  public let machine: Machine
  public internal(set) var spaces: [SpaceKey: Space] = [:]
  public internal(set) var processes: [ProcessID: Process] = [:]
  public internal(set) var threads: [ThreadID: Thread] = [:]
  public internal(set) var files = FileTable()
  /// The spaces that the kernel has to be asked about, and why.
  public internal(set) var wanted: [SpaceKey: SnapshotReason] = [:]
  /// Which call paths turned out to be equal: the only such table of a run.
  public internal(set) var callPathAliases = CallPathAliases()

  /// The number of the event that is being applied.
  var ordinal: UInt64 = 0
  var recent = RecentCalls()
  /// Renames of processes that are not in view yet, and how many rounds each has waited. Either the exec
  /// of the process follows in the stream, or nothing else was seen of it.
  var unseen: [SpaceKey: (event: MappingEvent, rounds: Int)] = [:]
  var nextSpaceID = 1
  /// The space that was looked up last: most events are of the same space as the one before.
  var lastSpace: Space?

  public init(machine: Machine = Machine()) {
    self.machine = machine
  }

  public func space(of key: SpaceKey) -> Space? {
    if let lastSpace, lastSpace.key == key { return lastSpace }
    guard let space = spaces[key] else { return nil }
    lastSpace = space
    return space
  }

  public func name(of thread: ThreadID, in process: ProcessID) -> ThreadName {
    threads[thread]?.name ?? processes[process]?.name ?? ThreadName()
  }

  /// Notes the executable of a process, after the caller has read it.
  public func setExecutable(_ path: TextID, of process: ProcessID) {
    processes[process]?.executable = path
  }

  /// The path of a file; `TextTable.empty` while it is unknown.
  public func path(of file: FileIdentity) -> TextID { files[files.id(of: file)].path }

  /// Notes the path of a file, after the caller has found it.
  public func setPath(_ path: TextID, of file: FileIdentity) {
    files[files.id(of: file)].path = path
  }

  /// `bytes` rounded up to whole pages; 0 when that overflows.
  func pages(_ bytes: UInt64, of pageBytes: UInt64? = nil) -> UInt64 {
    let size = pageBytes ?? machine.pageBytes
    let (sum, overflow) = bytes.addingReportingOverflow(size - 1)
    return overflow ? 0 : sum & ~(size - 1)
  }

  func isAligned(_ address: UInt64) -> Bool { address & (machine.pageBytes - 1) == 0 }
}
