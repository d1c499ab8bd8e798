// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import Glibc

/// The programs' global variables, mapped into memory and live on both sides.
///
/// `bpf_object__load` leaves libbpf's own copy of them unconnected; only skeletons map it anew.
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

  var stacksUnsent: UInt64 { state.pointee.stacks_unsent }

  /// Losses whose space could not be noted, since this was last called.
  func takeOverflow() -> UInt64 {
    defer { state.pointee.lost_spaces_overflow = 0 }
    return state.pointee.lost_spaces_overflow
  }

  /// Whether the reader sleeps, so that the next record is to wake it. The programs take it back.
  func setReaderWaits(_ waits: Bool) { state.pointee.reader_waits = waits ? 1 : 0 }

  func setNamespace(level: UInt32, inode: UInt32) {
    state.pointee.pid_ns_level = level
    state.pointee.pid_ns_inode = inode
  }
}
