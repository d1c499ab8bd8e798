// SPDX-License-Identifier: Apache-2.0
package import AddressSpace
package import MappingEvents
package import MappingLedger
package import Meminfo
package import Pipeline
import Procfs
import Reporting

/// The machine that bpfleak runs on, asked through /proc.
package final class LiveMachine: Machine {
  package init() {}

  package func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    ProcessFiles(process).path(mappedAt: range, descriptor: descriptor, identity: file)
  }

  package func identity(of process: ProcessID) -> ProcessIdentity {
    let files = ProcessFiles(process)
    return ProcessIdentity(executable: files.executable, cgroup: files.cgroup)
  }

  package func residentBytes(of process: ProcessID) -> UInt64? {
    ProcessFiles(process).residentBytes
  }

  package func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int
  ) -> UInt64? {
    ProcessFiles(process).residentBytes(of: ranges, mostPages: mostPages)
  }

  package func limits(of space: Space, in process: ProcessID) -> LimitNumbers {
    LimitReader().numbers(of: space, in: process)
  }

  package func memoryReport(at now: KernelInstant) -> MeminfoReport? {
    MeminfoReport(asking: { $0.answer() }, at: now)
  }
}

extension MeminfoReport {
  /// Nil where /proc/meminfo cannot be read, or a recording does not hold it.
  init?(
    pageSize: UInt64? = nil, asking ask: @escaping (MachineQuestion) -> MachineAnswer,
    at now: KernelInstant
  ) {
    let reader =
      pageSize.map { MeminfoReader(pageSize: $0, asking: ask) } ?? MeminfoReader(asking: ask)
    guard let sample = try? reader.sample(at: now.nanoseconds) else { return nil }
    self.init(current: sample)
  }
}
