// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
public import MappingEvents
public import MappingLedger
public import Meminfo
public import Symbolization

/// What a run asks of the machine it looks at, beside the events.
///
/// There is one that looks (`LiveMachine`), one that also keeps each answer in a recording
/// (`RecordedMachine`), and one that answers from a recording (`ReplayedMachine`). Everything can be
/// gone when it is asked for: the answer is nil then.
public protocol Machine: AnyObject {
  /// The path of the file that is mapped at `range`, or open as `descriptor` (negative: none).
  func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String?

  /// The executable and the control group of a process.
  func identity(of process: ProcessID) -> ProcessIdentity

  /// Resident bytes of a process.
  func residentBytes(of process: ProcessID) -> UInt64?

  /// Resident bytes of `ranges`. Past `mostPages` the rest is taken to be like what was looked at.
  func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int
  ) -> UInt64?

  /// The limits that a process can run into.
  func limits(of space: Space, in process: ProcessID) -> LimitNumbers

  /// Where the machine's memory is.
  func memoryReport(at now: KernelInstant) -> MeminfoReport?
}

extension Machine {
  /// Nil where there are no ranges. Looks at up to 1 GiB of 4 KiB pages.
  public func residentBytes(of ranges: [AddressRange], in process: ProcessID) -> UInt64? {
    ranges.isEmpty ? nil : residentBytes(of: ranges, in: process, mostPages: 1 << 18)
  }
}

/// Who a process is, beyond its name.
public struct ProcessIdentity: Sendable, Equatable {
  public var executable: String?
  public var cgroup: String?

  public init(executable: String? = nil, cgroup: String? = nil) {
    self.executable = executable
    self.cgroup = cgroup
  }
}

/// One answer of a machine, as a recording keeps it behind the input that it was asked for.
public enum RecordedAnswer: Sendable {
  case path(FileIdentity, String)
  case process(ProcessID, ProcessIdentity)
  /// Resident bytes of a process; nil when nobody could tell.
  case resident(ProcessID, UInt64?)
  /// The same of some ranges, which go by a digest of them and of their process.
  case residentRanges(digest: UInt64, UInt64?)
  /// What a process could run into, in the order of docs/recording.md.
  case limits(ProcessID, [UInt64?])
  /// A call path that was resolved meanwhile.
  case callPath(CallPathResolver.Resolved)
  /// A file that code was run from, and the build id in it.
  case module(path: String, buildID: [UInt8])
  /// What a file of /proc or the like said, under the name of the question; nil when the machine
  /// refused, with its errno.
  case text(of: String, String?, errno: Int32)
}
