// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

/// The reader's end of a BPF ring buffer, mapped into memory.
///
/// libbpf does not tell positions in the stream, and a snapshot joins the stream at a known one. The
/// layout is the kernel's user interface (kernel/bpf/ringbuf.c): one page with the consumer's position,
/// one with the producer's, then the data, mapped twice in a row. So a record that runs over the end is
/// still in one piece.
struct Ring: ~Copyable {
  private let consumerPage: UnsafeMutableRawPointer
  private let producerPage: UnsafeRawPointer
  private let data: UnsafeRawPointer
  private let mask: UInt64
  private let pageBytes: Int
  let bytes: Int

  private static let busyBit: UInt32 = 1 << 31
  private static let discardBit: UInt32 = 1 << 30
  private static let headerBytes: UInt64 = 8

  init(map: Int32, bytes: Int) throws(TracerError) {
    pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
    let writable = mmap(nil, pageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0)
    guard let writable, writable != MAP_FAILED else {
      throw .system(operation: "mapping the ring buffer", code: errno)
    }
    let readable = mmap(nil, pageBytes + 2 * bytes, PROT_READ, MAP_SHARED, map, pageBytes)
    guard let readable, readable != MAP_FAILED else {
      let code = errno
      munmap(writable, pageBytes)
      throw .system(operation: "mapping the ring buffer", code: code)
    }
    consumerPage = writable
    producerPage = UnsafeRawPointer(readable)
    data = UnsafeRawPointer(readable) + pageBytes
    mask = UInt64(bytes - 1)
    self.bytes = bytes
  }

  deinit {
    munmap(consumerPage, pageBytes)
    munmap(UnsafeMutableRawPointer(mutating: producerPage), pageBytes + 2 * bytes)
  }

  /// Bytes ever written: a place in the stream.
  var producerPosition: UInt64 { bpfleak_load_acquire_u64(producerPage) }
  var consumerPosition: UInt64 { bpfleak_load_acquire_u64(consumerPage) }

  /// Hands every record before `end` to `body` and frees its room at once. Answers how many records
  /// that were. Stops early where `body` answers false, and at a record that is still being written.
  @discardableResult
  func drain(upTo end: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int {
    var position = consumerPosition
    var count = 0
    while position < end {
      let header = data + Int(position & mask)
      let length = bpfleak_load_acquire_u32(header)
      if length & Self.busyBit != 0 { break }
      let size = length & ~(Self.busyBit | Self.discardBit)
      var goesOn = true
      if length & Self.discardBit == 0 {
        goesOn = body(
          UnsafeRawBufferPointer(start: header + Int(Self.headerBytes), count: Int(size)))
        count += 1
      }
      position += (UInt64(size) + Self.headerBytes + 7) & ~7
      bpfleak_store_release_u64(consumerPage, position)
      if !goesOn { break }
    }
    return count
  }
}
