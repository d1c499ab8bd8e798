// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Foundation
import Testing

/// The BPF programs, maps and links that the kernel has.
struct BPFInventory: Hashable {
  enum Kind: String, CaseIterable {
    case program = "prog_id"
    case map = "map_id"
    case link = "link_id"
  }

  var kind: Kind
  var id: UInt32

  static func all() -> Set<BPFInventory> {
    var found: Set<BPFInventory> = []
    for kind in Kind.allCases {
      var id: UInt32 = 0
      while true {
        let code =
          switch kind {
          case .program: bpf_prog_get_next_id(id, &id)
          case .map: bpf_map_get_next_id(id, &id)
          case .link: bpf_link_get_next_id(id, &id)
          }
        if code != 0 { break }
        found.insert(BPFInventory(kind: kind, id: id))
      }
    }
    return found
  }

  /// Those that a process has a descriptor of.
  static func held(by pid: pid_t) -> Set<BPFInventory> {
    let directory = "/proc/\(pid)/fdinfo"
    var found: Set<BPFInventory> = []
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
      for line in (textOfFile("\(directory)/\(name)") ?? "").split(separator: "\n") {
        let fields = line.split { $0 == ":" || $0 == "\t" }
        if fields.count == 2, let kind = Kind(rawValue: String(fields[0])),
          let id = UInt32(fields[1])
        {
          found.insert(BPFInventory(kind: kind, id: id))
        }
      }
    }
    return found
  }

  /// Those that no process holds: what others trace meanwhile does not count.
  static func unheld() -> Set<BPFInventory> {
    var left = all()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      if let pid = pid_t(name) { left.subtract(held(by: pid)) }
    }
    return left
  }

  /// The kernel frees them a while after their holder is gone.
  static func expectNothingNew(
    since before: Set<BPFInventory>, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    var left: Set<BPFInventory> = []
    for _ in 0..<100 {
      left = unheld().subtracting(before)
      if left.isEmpty { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("left behind: \(left)", sourceLocation: sourceLocation)
  }
}
