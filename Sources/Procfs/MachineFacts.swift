// SPDX-License-Identifier: Apache-2.0
import Glibc
import MappingEvents
import Meminfo

/// What does not change while the machine runs.
public enum MachineFacts {
  public static var pageBytes: UInt64 { UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))) }

  /// Bytes of a huge page where MAP_HUGETLB names no size; 2 MiB where /proc does not tell.
  public static var defaultHugePageBytes: UInt64 {
    let fields = FileDescriptor.text(of: "/proc/meminfo").flatMap {
      try? MeminfoFields(parsing: $0)
    }
    return fields?["Hugepagesize"].flatMap { $0 > 0 ? $0 : nil } ?? 2 << 20
  }

  /// The device numbers, as the kernel counts them, of the file systems that hold shared memory.
  public static var sharedMemoryDevices: [UInt32] {
    var devices: [UInt32] = []
    var status = stat()
    if stat("/dev/shm", &status) == 0 { devices.append(kernelDevice(UInt64(status.st_dev))) }
    // memfd and shared anonymous memory are on a file system that is mounted nowhere. A mapping of
    // our own shows which.
    let page = mmap(nil, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    defer { munmap(page, 4096) }
    var texts = TextTable()
    let areas = ProcessFiles(ProcessID(UInt32(getpid()))).areas(texts: &texts) ?? []
    if let device = areas.first(where: \.isAnonymousShared)?.file?.identity.device {
      devices.append(device)
    }
    return devices
  }

  /// A `dev_t` of stat(2) has 12 bits of major number amid 32 of minor number.
  static func kernelDevice(_ device: UInt64) -> UInt32 {
    let major = device >> 8 & 0xfff
    let minor = device & 0xff | device >> 12 & 0xfff00
    return UInt32(truncatingIfNeeded: major << 20 | minor)
  }

  /// The number in a file of /proc/sys.
  static func number(in path: String) -> UInt64? {
    FileDescriptor.text(of: path).flatMap { try? ProcText.number($0, in: path) }
  }
}
