// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger
public import Meminfo

/// Reads the limits that one address space can run into.
public struct LimitReader {
  /// The kernel's default, taken where the kernel does not tell.
  private static let usualMapCount: UInt64 = 65_530

  public init() {}

  public func numbers(of space: Space, in process: ProcessID) -> LimitNumbers {
    let files = ProcessFiles(process)
    var numbers = LimitNumbers(virtualBytes: space.virtualBytes)
    let most = MachineFacts.number(in: "/proc/sys/vm/max_map_count") ?? Self.usualMapCount
    // Counting areas is expensive. The kernel merges what our table keeps apart, so it never has more
    // areas than the table has entries.
    if UInt64(space.table.count) > most / 10 {
      numbers.mostMappings = most
      numbers.mappings = files.areaCount.map(UInt64.init)
    }
    numbers.addressSpaceLimit = files.addressSpaceLimit
    // In the other modes the kernel does not enforce CommitLimit.
    if MachineFacts.number(in: "/proc/sys/vm/overcommit_memory") == 2,
      let text = FileDescriptor.text(of: "/proc/meminfo"),
      let fields = try? MeminfoFields(parsing: text)
    {
      numbers.commitLimit = fields["CommitLimit"]
      numbers.committedBytes = fields["Committed_AS"]
    }
    return numbers
  }
}
