// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// The files that are or were mapped, each stored once, with the path if it is known. A sweep forgets
/// those that nothing maps any more.
public struct FileTable: Sendable {
  public struct File: Sendable {
    public var identity: FileIdentity
    /// `TextTable.empty` while unknown.
    public var path: TextID
    /// The size of a System V segment in bytes; 0 for other files.
    public var segmentBytes: UInt64
  }

  private struct Number: Hashable {
    var device: UInt32
    var inode: UInt64
  }

  private var files: [File] = [
    File(identity: FileIdentity(device: 0, inode: 0), path: TextTable.empty, segmentBytes: 0)
  ]
  /// The latest file of each inode number. The kernel reuses the number of a deleted file.
  private var ids: [Number: FileID] = [:]
  /// Ids of forgotten files, free to be used again.
  private var free: [FileID] = []
  private var sweepAt = leastToSweep
  private static let leastToSweep = 4096

  public init() {}

  /// How many files are known, mapped or not.
  public var count: Int { files.count - 1 - free.count }

  /// Whether a sweep is worth its cost: the table has doubled since the last one and is not small.
  var isDueForSweep: Bool { count >= sweepAt }

  /// Forgets all files but `used`. The ids of forgotten files are given to new ones.
  mutating func keep(_ used: Set<FileID>) {
    ids = ids.filter { used.contains($0.value) }
    free = (1..<UInt32(files.count)).map { FileID($0) }.filter { !used.contains($0) }
    // Cuts off the end of the table and hands out the lowest ids first.
    while let last = free.last, Int(last.raw) == files.count - 1 {
      free.removeLast()
      files.removeLast()
    }
    free.reverse()
    sweepAt = max(Self.leastToSweep, 2 * count)
  }

  public subscript(id: FileID) -> File {
    get { files[Int(id.raw)] }
    set { files[Int(id.raw)] = newValue }
  }

  /// The id of this file, which is added if it is new. The text of /proc has no generation: such an
  /// identity means the latest file with that inode number.
  public mutating func id(of identity: FileIdentity) -> FileID {
    let number = Number(device: identity.device, inode: identity.inode)
    if let known = ids[number] {
      let generation = files[Int(known.raw)].identity.generation
      if generation == identity.generation || identity.generation == 0 { return known }
      if generation == 0 {
        files[Int(known.raw)].identity.generation = identity.generation
        return known
      }
    }
    let file = File(identity: identity, path: TextTable.empty, segmentBytes: 0)
    let id = free.popLast() ?? FileID(UInt32(files.count))
    if Int(id.raw) < files.count { files[Int(id.raw)] = file } else { files.append(file) }
    ids[number] = id
    return id
  }
}
