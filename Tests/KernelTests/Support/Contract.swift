// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The fields of each NDJSON type, as the contract has them.
enum Contract {
  indirect enum Shape: Sendable {
    case whole
    case flag
    case text
    /// `"0x7f3a5c000000"`.
    case address
    /// `rwx`, with `-` for what is missing.
    case protection
    case word([String])
    case list(Shape)
    case object([String: Shape])
    case either(Shape, Shape)
    case null

    static func orNull(_ shape: Shape) -> Shape { .either(shape, .null) }
  }

  private static let ofProcess: [String: Shape] = [
    "pid": .whole, "tid": .whole, "comm": .text, "space": .whole,
  ]
  private static let area: [String: Shape] = ["addr": .address, "len": .whole]
  private static let kinds = [
    "anonymous", "file", "heap", "main-stack", "thread-stack", "guard", "shared-memory", "special",
  ]
  private static let mapFlags = [
    "private", "shared", "anonymous", "fixed", "fixed_noreplace", "stack", "noreserve",
    "growsdown", "hugetlb", "locked", "populate",
  ]
  /// Lines about the stream itself, which are of bpfleak and of space 0.
  private static let ofStream: [String: [String: Shape]] = [
    "start": [
      "schema": .whole, "version": .text, "kernel": .text, "arch": .text, "wall": .text,
      "scope": .either(.word(["system"]), .list(.whole)),
      "attached": .list(.object(["name": .text, "kind": .text])),
    ],
    "mark": ["number": .whole],
    "snapshot": ["mappings": .whole, "spaces": .whole],
    "lost": ["count": .whole, "reason": .text, "spaces": .list(.whole)],
    "audit": ["checked": .whole, "drift": .whole, "mended": .whole],
    "summary": [
      "events": .whole, "lost": .whole, "drift": .whole, "spaces": .whole, "leaks": .whole,
      "duration_ns": .whole,
    ],
  ]
  private static let ofEvent: [String: [String: Shape]] = [
    "process": [
      "origin": .word(["seeded", "forked", "started"]), "parent_pid": .orNull(.whole),
      "exe": .orNull(.text), "cgroup": .orNull(.text),
    ],
    "mmap": area.merging([
      "prot": .protection, "flags": .list(.word(mapFlags)), "fd": .whole, "offset": .whole,
      "path": .orNull(.text), "stack": .orNull(.whole),
    ]) { $1 },
    "munmap": area.merging(["freed": .whole]) { $1 },
    "mremap": area.merging([
      "old_addr": .address, "old_len": .whole, "stack": .orNull(.whole),
    ]) { $1 },
    "mprotect": area.merging(["prot": .protection]) { $1 },
    "brk": ["addr": .address, "delta": .whole, "stack": .orNull(.whole)],
    "shmat": area.merging(["shmid": .whole]) { $1 },
    "shmdt": area,
    "clone": [
      "child_pid": .whole, "child_tid": .whole, "flags": .list(.text),
      "child_stack": .orNull(.address), "mapping": .orNull(.address),
    ],
    "exec": ["exe": .text],
    "exit": ["last": .flag],
    "mapping": [
      "addr": .address, "end": .address, "prot": .protection,
      "share": .word(["private", "shared"]), "kind": .word(kinds), "path": .orNull(.text),
      "offset": .whole, "born_ns": .orNull(.whole), "seeded": .flag, "stack": .orNull(.whole),
      "thread": .orNull(.object(["tid": .whole, "alive": .flag])),
    ],
    "leak": [
      "verdict": .word(["leaking", "suspect", "withdrawn"]),
      "kind": .word(["thread-stack", "anonymous", "file", "heap", "shared-memory"]),
      "count": .whole, "bytes": .whole, "rate_bytes_per_min": .whole, "period_ns": .orNull(.whole),
      "resident_bytes": .orNull(.whole), "first_ns": .whole, "last_ns": .whole,
      "function": .orNull(.text), "file": .orNull(.text), "line": .orNull(.whole),
      "module": .orNull(.text), "stack": .orNull(.whole), "message": .text,
      "evidence": .list(.text),
      "limit": .orNull(
        .object(["name": .text, "used": .whole, "most": .whole, "eta_s": .orNull(.whole)])),
      "final": .flag,
    ],
    "growth": ["kind": .text, "bytes": .whole, "because": .text],
  ]

  static func isOfStream(_ line: TraceLine) -> Bool { ofStream[line.type] != nil }

  /// What is wrong with a line, in words; nil when it keeps the contract, or is of a type that the
  /// contract does not know, which readers ignore.
  static func complaint(about line: TraceLine) -> String? {
    var wanted: [String: Shape] = ["type": .text, "ts_ns": .whole]
    if let own = ofStream[line.type] ?? ofEvent[line.type] {
      wanted.merge(own.merging(ofProcess) { $1 }) { $1 }
    }
    if isOfStream(line), line.space != 0 { return "\(line.type) of space \(line.space)" }
    for (name, shape) in wanted.sorted(by: { $0.key < $1.key }) {
      guard let value = line.fields[name] else { return "\(line.type) without \(name)" }
      if !fits(value, shape) { return "\(name) of \(line.type) is \(value)" }
    }
    return nil
  }

  private static func fits(_ value: JSONValue, _ shape: Shape) -> Bool {
    switch (shape, value) {
    case (.whole, .whole), (.flag, .flag), (.text, .text), (.null, .null): true
    case (.address, .text(let text)):
      text.hasPrefix("0x") && UInt64(text.dropFirst(2), radix: 16) != nil
    case (.protection, .text(let text)):
      text.count == 3 && zip(text, "rwx").allSatisfy { $0 == $1 || $0 == "-" }
    case (.word(let words), .text(let text)): words.contains(text)
    case (.list(let shape), .list(let values)): values.allSatisfy { fits($0, shape) }
    case (.object(let shapes), .object(let values)):
      shapes.allSatisfy { name, shape in values[name].map { fits($0, shape) } ?? false }
    case (.either(let first, let second), let value): fits(value, first) || fits(value, second)
    default: false
    }
  }
}
