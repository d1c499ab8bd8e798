// SPDX-License-Identifier: Apache-2.0
public import AddressSpace
import Glibc
public import MappingEvents

/// What /proc says about single mappings of a process.
extension ProcessFiles {
  /// The path of the file that is mapped exactly at `range`, or open as `descriptor`, or mapped
  /// elsewhere in the process. By the time anyone asks, the loader has cut up the first mapping and
  /// closed the file.
  public func path(
    mappedAt range: AddressRange, descriptor: Int32, identity: FileIdentity
  ) -> String? {
    let start = String(range.start, radix: 16)
    let end = String(range.end, radix: 16)
    var links = ["\(directory)/map_files/\(start)-\(end)"]
    if descriptor >= 0 { links.append("\(directory)/fd/\(descriptor)") }
    // A loader opens one file after another under the same number. The link may lead to another file
    // by now, or change between a look at the file and a look at its name.
    func leads(_ link: String) -> Bool {
      var status = stat()
      return stat(link, &status) == 0 && status.st_ino == identity.inode
    }
    for link in links where leads(link) {
      if let path = linkTarget(link), leads(link) { return path }
    }
    var texts = TextTable()
    // The text of maps has no generations of inode numbers.
    return areas(texts: &texts)?.first {
      $0.file?.identity.device == identity.device && $0.file?.identity.inode == identity.inode
    }?.file.map { texts[$0.path] }
  }

  /// Bytes of `ranges` that the page table says are in physical memory or swapped in.
  ///
  /// Looks at no more than `mostPages`, and takes the rest to be like them.
  public func residentBytes(of ranges: [AddressRange], mostPages: Int = 1 << 18) -> UInt64? {
    guard let file = FileDescriptor.open("\(directory)/pagemap") else { return nil }
    let pageBytes = MachineFacts.pageBytes
    let present: UInt64 = 1 << 63
    var looked: UInt64 = 0
    var found: UInt64 = 0
    var entries = [UInt64](repeating: 0, count: 4096)
    for range in ranges where looked < UInt64(mostPages) {
      var page = range.start / pageBytes
      let end = range.end / pageBytes
      while page < end {
        let wanted = min(Int(end - page), entries.count)
        let got = entries.withUnsafeMutableBytes {
          $0.baseAddress.map { pread(file.raw, $0, wanted * 8, Int(page) * 8) } ?? -1
        }
        guard got > 0 else { return nil }
        found += UInt64(entries[..<(got / 8)].count { $0 & present != 0 })
        looked += UInt64(got / 8)
        page += UInt64(got / 8)
      }
    }
    let total = ranges.reduce(0) { $0 + $1.length }
    guard looked > 0 else { return 0 }
    let share = Double(found) / Double(looked)
    return looked * pageBytes >= total ? found * pageBytes : UInt64(Double(total) * share)
  }
}
