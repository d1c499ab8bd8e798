// SPDX-License-Identifier: Apache-2.0
public import MappingEvents

/// Each mapped file once, with its path when that is known.
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

  public init() {}

  public var count: Int { ids.count }

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
    let id = FileID(UInt32(files.count))
    files.append(File(identity: identity, path: TextTable.empty, segmentBytes: 0))
    ids[number] = id
    return id
  }
}
