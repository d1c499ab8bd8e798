// SPDX-License-Identifier: Apache-2.0
package import AddressSpace
package import MappingEvents
package import MappingLedger
package import Meminfo
package import Pipeline
import Reporting

/// The machine that bpfleak runs on, with each answer handed to a recording.
package final class RecordedMachine: Machine {
  private let machine = LiveMachine()
  private let keep: (RecordedAnswer) -> Void

  package init(keep: @escaping (RecordedAnswer) -> Void) { self.keep = keep }

  package func path(
    of file: FileIdentity, in process: ProcessID, at range: AddressRange, descriptor: Int32
  ) -> String? {
    let found = machine.path(of: file, in: process, at: range, descriptor: descriptor)
    if let found { keep(.path(file, found)) }
    return found
  }

  package func identity(of process: ProcessID) -> ProcessIdentity {
    let identity = machine.identity(of: process)
    keep(.process(process, identity))
    return identity
  }

  package func residentBytes(of process: ProcessID) -> UInt64? {
    let bytes = machine.residentBytes(of: process)
    keep(.resident(process, bytes))
    return bytes
  }

  package func residentBytes(
    of ranges: [AddressRange], in process: ProcessID, mostPages: Int
  ) -> UInt64? {
    let bytes = machine.residentBytes(of: ranges, in: process, mostPages: mostPages)
    keep(.residentRanges(digest: digest(of: ranges, in: process), bytes))
    return bytes
  }

  package func limits(of space: Space, in process: ProcessID) -> LimitNumbers {
    let numbers = machine.limits(of: space, in: process)
    keep(.limits(process, numbers.recorded))
    return numbers
  }

  package func memoryReport(at now: KernelInstant) -> MeminfoReport? {
    MeminfoReport(
      asking: { [keep] question in
        let answer = question.answer()
        switch answer {
        case .success(let text): keep(.text(of: question.name, text, errno: 0))
        case .failure(let refusal): keep(.text(of: question.name, nil, errno: refusal.errno))
        }
        return answer
      }, at: now)
  }
}

/// The name of some ranges of a process in a recording: FNV-1a over their addresses.
func digest(of ranges: [AddressRange], in process: ProcessID) -> UInt64 {
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  func add(_ word: UInt64) { digest = (digest ^ word) &* 0x100_0000_01b3 }
  add(UInt64(process.raw))
  for range in ranges {
    add(range.start)
    add(range.end)
  }
  return digest
}

extension LimitNumbers {
  /// In the order of docs/recording.md.
  var recorded: [UInt64?] {
    [mappings, mostMappings, addressSpaceLimit, committedBytes, commitLimit]
  }

  init(recorded numbers: [UInt64?], virtualBytes: UInt64) {
    func number(_ index: Int) -> UInt64? { index < numbers.count ? numbers[index] : nil }
    self.init(
      mappings: number(0), mostMappings: number(1), virtualBytes: virtualBytes,
      addressSpaceLimit: number(2), committedBytes: number(3), commitLimit: number(4))
  }
}
