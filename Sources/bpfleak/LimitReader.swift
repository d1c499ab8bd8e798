// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer
import MappingEvents
import MappingLedger
import Reporting

/// Reads the limits that one address space can run into.
struct LimitReader {
  /// The kernel's default, and what is there when it does not tell.
  private static let usualMapCount: UInt64 = 65_530

  func numbers(of space: Space, in process: ProcessID) -> LimitNumbers {
    var numbers = LimitNumbers(virtualBytes: space.virtualBytes)
    let most = number(in: "/proc/sys/vm/max_map_count") ?? Self.usualMapCount
    // The kernel merges what the table keeps apart, so areas are never more; to count them costs.
    if UInt64(space.table.count) > most / 10 {
      numbers.mostMappings = most
      numbers.mappings = FileDescriptor.text(of: "/proc/\(process.raw)/maps").map { text in
        UInt64(text.utf8.count { $0 == UInt8(ascii: "\n") })
      }
    }
    numbers.addressSpaceLimit = addressSpaceLimit(of: process)
    // Only then does the kernel refuse what goes beyond.
    if number(in: "/proc/sys/vm/overcommit_memory") == 2,
      let text = FileDescriptor.text(of: "/proc/meminfo")
    {
      numbers.commitLimit = kibibytes("CommitLimit:", in: text)
      numbers.committedBytes = kibibytes("Committed_AS:", in: text)
    }
    return numbers
  }

  private func number(in path: String) -> UInt64? {
    FileDescriptor.text(of: path).flatMap { UInt64($0.filter(\.isNumber)) }
  }

  private func addressSpaceLimit(of process: ProcessID) -> UInt64? {
    let text = FileDescriptor.text(of: "/proc/\(process.raw)/limits") ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix("Max address space") {
      return line.split(separator: " ").dropFirst(3).first.flatMap { UInt64($0) }
    }
    return nil
  }

  private func kibibytes(_ name: String, in text: String) -> UInt64? {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return UInt64(line.filter(\.isNumber)).map { $0 << 10 }
    }
    return nil
  }
}

/// The `dev_t`s, as the kernel counts them, of the file systems that shared memory is on.
func sharedMemoryDevices() -> [UInt32] {
  var devices: [UInt32] = []
  func add(_ status: stat) {
    let device = UInt64(status.st_dev)
    let major = device >> 8 & 0xfff
    let minor = device & 0xff | device >> 12 & 0xfff00
    devices.append(UInt32(truncatingIfNeeded: major << 20 | minor))
  }
  var status = stat()
  if stat("/dev/shm", &status) == 0 { add(status) }
  // memfd and shared anonymous memory are on one that is mounted nowhere.
  let page = mmap(nil, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
  defer { munmap(page, 4096) }
  let text = FileDescriptor.text(of: "/proc/self/maps") ?? ""
  if let line = text.split(separator: "\n").first(where: { $0.contains("/dev/zero (deleted)") }) {
    let fields = line.split(separator: " ")
    let numbers = fields.count > 3 ? fields[3].split(separator: ":") : []
    if numbers.count == 2, let major = UInt32(numbers[0], radix: 16),
      let minor = UInt32(numbers[1], radix: 16)
    {
      devices.append(major << 20 | minor)
    }
  }
  return devices
}
