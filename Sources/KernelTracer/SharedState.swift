// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import Glibc

/// The programs' global variables, mapped into memory and live on both sides.
///
/// libbpf's own copy of them is not connected to the programs after loading, except in skeletons.
struct SharedState: ~Copyable {
  private let state: UnsafeMutablePointer<bpfleak_shared>

  init(map: Int32) throws(TracerError) {
    let bytes = MemoryLayout<bpfleak_shared>.size
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0)
    guard let memory, memory != MAP_FAILED else {
      throw .system(operation: "mapping the programs' variables", code: errno)
    }
    state = memory.assumingMemoryBound(to: bpfleak_shared.self)
  }

  deinit { munmap(state, MemoryLayout<bpfleak_shared>.size) }

  /// Records that found the ring full, of all kinds.
  var lost: UInt64 {
    withUnsafeBytes(of: &state.pointee.lost) { bytes in
      bytes.bindMemory(to: UInt64.self).reduce(0, &+)
    }
  }

  var callPathsUnsent: UInt64 { state.pointee.call_paths_unsent }

  /// How many losses since the last call have a space that the map could not hold.
  func takeOverflow() -> UInt64 {
    defer { state.pointee.lost_spaces_overflow = 0 }
    return state.pointee.lost_spaces_overflow
  }

  /// Says that the reader sleeps and the next record must wake it. The program that does so clears this.
  func setReaderWaits(_ waits: Bool) { state.pointee.reader_waits = waits ? 1 : 0 }

  func setNamespace(level: UInt32, inode: UInt32) {
    state.pointee.pid_ns_level = level
    state.pointee.pid_ns_inode = inode
  }
}
