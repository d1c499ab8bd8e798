// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// Each mapped file once, with its path when that is known; those that nothing maps any more until the
/// next sweep.
public struct FileTable: Sendable {
  public struct File: Sendable {
    public var identity: FileIdentity
    /// `TextTable.empty` while unknown.
    public var path: TextID
    /// Bytes of a System V segment, 0 for others.
    public var segmentBytes: UInt64
  }

  private struct Number: Hashable {
    var device: UInt32
    var inode: UInt64
  }

  private var files: [File] = [
    File(identity: FileIdentity(device: 0, inode: 0), path: TextTable.empty, segmentBytes: 0)
  ]
  /// The latest file of each number: the kernel gives the number of a deleted file to the next one.
  private var ids: [Number: FileID] = [:]
  /// Places of files that were forgotten.
  private var free: [FileID] = []
  private var sweepAt = leastToSweep
  private static let leastToSweep = 4096

  public init() {}

  /// Files that are known, whether mapped or not.
  public var count: Int { files.count - 1 - free.count }

  /// Whether there are twice as many as were in use at the last sweep, and many.
  var isDueForSweep: Bool { count >= sweepAt }

  /// Forgets all files but these. Their ids will stand for others.
  mutating func keep(_ used: Set<FileID>) {
    ids = ids.filter { used.contains($0.value) }
    free = (1..<UInt32(files.count)).map { FileID($0) }.filter { !used.contains($0) }
    // From the lowest on, and none at the end that is not needed.
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

  /// The file of that identity. One of unknown generation, as the text of /proc tells it, is the
  /// latest of its number.
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
