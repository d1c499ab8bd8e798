// SPDX-License-Identifier: Apache-2.0
import CBPFLeakObjects
import CBPFLeakWire
import CLibbpf
import Glibc

/// The programs and maps of a BPF object. Closing it frees all of them; the kernel does the same when this
/// process is killed.
struct BPFObject: ~Copyable {
  let raw: OpaquePointer

  /// Reads the embedded object and asks the kernel nothing.
  init(verbose: Bool) throws(TracerError) { try self.init(Self.embedded, verbose: verbose) }

  /// `image` is needed for the time of the call only.
  init(_ image: UnsafeRawBufferPointer, verbose: Bool) throws(TracerError) {
    bpfleak_libbpf_capture_log(verbose)
    guard let raw = bpfleak_libbpf_open(image.baseAddress, image.count, "bpfleak") else {
      throw .badObject("libbpf cannot read it: errno \(errno)")
    }
    self.raw = raw
  }

  static var embedded: UnsafeRawBufferPointer {
    var bytes = 0
    let start = bpfleak_tracer_object(&bytes)
    return UnsafeRawBufferPointer(start: start, count: bytes)
  }

  deinit { bpf_object__close(raw) }

  func program(_ name: String) throws(TracerError) -> OpaquePointer {
    guard let program = bpf_object__find_program_by_name(raw, name) else {
      throw .badObject("no program \(name)")
    }
    return program
  }

  func map(_ name: String) throws(TracerError) -> OpaquePointer {
    guard let map = bpf_object__find_map_by_name(raw, name) else {
      throw .badObject("no map \(name)")
    }
    return map
  }

  func descriptor(_ name: String) throws(TracerError) -> Int32 {
    bpf_map__fd(try map(name))
  }

  /// The values that a map of global variables starts with. Set them before loading.
  func memory<Value>(
    of mapName: String, as type: Value.Type
  ) throws(TracerError) -> UnsafeMutablePointer<Value> {
    var bytes = 0
    guard let memory = bpf_map__initial_value(try map(mapName), &bytes),
      bytes >= MemoryLayout<Value>.size
    else { throw .badObject("\(mapName) is smaller than \(Value.self)") }
    return UnsafeMutableRawPointer(mutating: memory).assumingMemoryBound(to: type)
  }

  /// Loads the programs of these hooks, and those that run at no hook of their own.
  func loadOnly(_ wanted: [Hook]) throws(TracerError) {
    for hook in try hooks() where !wanted.contains(hook) {
      bpf_program__set_autoload(try program(hook.program), false)
    }
    let code = bpf_object__load(raw)
    if code == 0 { return }
    let log = String(cString: bpfleak_libbpf_log())
    // A verifier that got to see a program says how much of it was processed.
    if -code == EPERM, !log.contains("processed") {
      throw .notPermitted(operation: "loading BPF programs", code: -code)
    }
    var refused = "?"
    for line in log.split(separator: "\n") where line.contains("prog '") {
      refused = String(line.split(separator: "'").dropFirst().first ?? "?")
    }
    throw .refused(program: refused, code: -code, log: log)
  }
}
