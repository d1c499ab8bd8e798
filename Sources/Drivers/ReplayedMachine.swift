// SPDX-License-Identifier: Apache-2.0
package import AddressSpace
import Glibc
package import MappingEvents
package import MappingLedger
package import Meminfo
package import Pipeline
import Procfs
import Reporting
import Symbolization

/// The machine that a recording was made on. It repeats the answers that were given then.
package final class ReplayedMachine: Machine {
  private let pageBytes: UInt64
  private var limits: [ProcessID: [UInt64?]] = [:]
  private var paths: [FileIdentity: String] = [:]
  private var resident: [ProcessID: UInt64] = [:]
  private var residentRanges: [UInt64: UInt64] = [:]
  /// By the name of the question.
  private var texts: [String: MachineAnswer] = [:]
  private var identities: [ProcessID: ProcessIdentity] = [:]

  package init(pageBytes: UInt64) { self.pageBytes = pageBytes }

  // MARK: From the recording

  /// Takes in an answer. Call paths and build ids go to the pipeline instead.
  package func note(_ answer: RecordedAnswer) {
    switch answer {
    case .path(let file, let text): paths[file] = text
    case .process(let process, let identity): identities[process] = identity
    case .resident(let process, let bytes): resident[process] = bytes
    case .residentRanges(let digest, let bytes): residentRanges[digest] = bytes
    case .limits(let process, let numbers): limits[process] = numbers
    case .text(let name, let text, let errno):
      texts[name] = text.map { .success($0) } ?? .failure(Refusal(errno: errno))
    case .callPath, .module: break
    }
  }

  /// Each judgement and report asks about ranges anew.
  func forgetRanges() { residentRanges.removeAll(keepingCapacity: true) }

  // MARK: To the pipeline

  package func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    paths[file]
  }

  /// Given once: the id may come again for another process.
  package func identity(of process: ProcessID) -> ProcessIdentity {
    identities.removeValue(forKey: process) ?? ProcessIdentity()
  }

  package func residentBytes(of process: ProcessID) -> UInt64? { resident[process] }

  package func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int
  ) -> UInt64? {
    residentRanges[digest(of: ranges, in: process)]
  }

  package func limits(of space: Space, in process: ProcessID) -> LimitNumbers {
    LimitNumbers(recorded: limits[process] ?? [], virtualBytes: space.virtualBytes)
  }

  package func memoryReport(at now: KernelInstant) -> MeminfoReport? {
    MeminfoReport(
      pageSize: pageBytes,
      asking: { [texts] in texts[$0.name] ?? .failure(Refusal(errno: ENOENT)) }, at: now)
  }
}
