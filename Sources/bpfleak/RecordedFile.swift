// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import KernelTracer
import MappingEvents
import Pipeline
import Procfs
import Recording

/// The bytes of a recording, mapped into memory, or read where mapping fails.
final class RecordedFile {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  init(_ path: String) throws(Failure) {
    self.path = path
    guard let file = FileDescriptor.open(path) else {
      throw .cannotRead(path: path, code: errno)
    }
    var status = stat()
    let isRegular = fstat(file.raw, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    let size = isRegular ? Int(status.st_size) : 0
    if size > 0, let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.raw, 0),
      memory != MAP_FAILED
    {
      madvise(memory, size, MADV_SEQUENTIAL)
      bytes = UnsafeRawBufferPointer(start: memory, count: size)
      isMapped = true
      return
    }
    var read: [UInt8] = []
    guard file.readAll(into: &read) else { throw .cannotRead(path: path, code: errno) }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: read.count, alignment: 8)
    copy.copyBytes(from: read)
    bytes = UnsafeRawBufferPointer(copy)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  func reader() throws(Failure) -> RecordingReader {
    do throws(RecordingDefect) {
      return try RecordingReader(bytes)
    } catch {
      throw .notARecording(path: path, error)
    }
  }

  /// The first start facts in the recording.
  func start() throws(Failure) -> StartFacts {
    var reader = try reader()
    var texts = TextTable()
    while let item = reader.next(texts: &texts) {
      guard case .frame(.start(let facts)) = item else { continue }
      guard facts.wireVersion == RecordDecoder.wireVersion else {
        throw .recordsOfOtherVersion(path: path, by: facts.version)
      }
      return facts
    }
    throw .startMissing(path: path)
  }
}

extension ScopeOptions {
  init(recorded scope: StartFacts.Scope) throws {
    self = try ScopeOptions.parse([])
    switch scope {
    case .system, .command: break
    case .processes(let processes): pid = processes.map(\.raw)
    case .name(let name): comm = name
    case .cgroup(let path): cgroup = path
    }
  }
}
