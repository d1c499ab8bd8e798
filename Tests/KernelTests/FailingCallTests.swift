// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct FailingCallTests {
    @Test("each call that succeeds is one line as the caller saw it, and a call that fails is none")
    func sameCalls() async throws {
      let trace = try await Trace.start(command: "map_ops")
      let lines = try await trace.linesAtEnd()
      let said = try calls(saidBy: trace.process.errors)
      let expected = said.compactMap { Call(said: $0) }
      let traced = lines.compactMap { Call(traced: $0) }
      #expect(expected.count > 80 && said.count - expected.count > 20)
      // Before them come the loader's.
      let first = try #require(traced.lastIndex(of: expected[0]), "no line of the first call")
      let difference = Array(traced[first...]).difference(from: expected)
      #expect(difference.removals.map(\.call) == [], "said by the program, not in the trace")
      #expect(difference.insertions.map(\.call) == [], "in the trace, not said by the program")
    }

    private func calls(saidBy text: PrintedText) throws -> [TraceLine] {
      try text.bytes().split(separator: UInt8(ascii: "\n"))
        .filter { $0.first == UInt8(ascii: "{") }.map { try TraceLine($0) }
    }
  }
}

extension CollectionDifference<Call>.Change {
  fileprivate var call: Call {
    switch self {
    case .insert(_, let call, _), .remove(_, let call, _): call
    }
  }
}

/// A call in the form that the program's own account and the trace have in common.
private struct Call: Hashable {
  var name: String
  var address: UInt64
  var length: Int?
  var words: [String] = []
  var from: UInt64?

  /// What `map_ops` printed about a call; nil for one that failed or changed nothing.
  init?(said line: TraceLine) {
    guard let name = line.text("op"), line.fields["errno"] == .null else { return nil }
    let asked = line.address("addr") ?? 0
    let result = line.address("result")
    let pages = line.number("len").map { ($0 + 4095) & ~4095 }
    switch name {
    case "mmap":
      self.init(name: name, address: result ?? 0, length: pages)
      words = [line.text("prot") ?? ""] + line.texts("flags")
    case "munmap":
      self.init(name: name, address: asked, length: pages)
    case "mremap":
      self.init(name: name, address: result ?? 0, length: pages)
      from = line.address("old_addr")
    case "mprotect":
      // Of no length, it succeeds and does nothing.
      if pages == 0 { return nil }
      self.init(name: name, address: asked, length: pages)
      words = [line.text("prot") ?? ""]
    case "brk":
      // A question, or a refusal: the break stays.
      guard result == asked else { return nil }
      self.init(name: name, address: asked)
    case "shmat":
      self.init(name: name, address: result ?? 0)
    case "shmdt":
      self.init(name: name, address: asked)
    default:
      return nil
    }
  }

  init?(traced line: TraceLine) {
    guard let address = line.address("addr") else { return nil }
    self.init(name: line.type, address: address, length: line.number("len"))
    switch line.type {
    case "mmap": words = [line.text("prot") ?? ""] + line.texts("flags")
    case "mprotect": words = [line.text("prot") ?? ""]
    case "mremap": from = line.address("old_addr")
    case "munmap": break
    case "brk", "shmat", "shmdt": length = nil
    default: return nil
    }
  }

  private init(name: String, address: UInt64, length: Int? = nil) {
    self.name = name
    self.address = address
    self.length = length
  }
}
