// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Symbolization
import TestKit
import Testing

@testable import Reporting

@Suite struct FlameTreeTests {
  private static func sample(
    _ frames: [String]?, live: UInt64, leaked: UInt64 = 0, kind: MappingKind = .anonymous
  ) -> ProfileSample {
    ProfileSample(
      space: 1, process: ProcessID(7), processName: "p", kind: kind,
      callPath: frames.map { names in
        CallPath(frames: names.map { StackFrame(address: 1, function: $0, module: "/m") })
      }, mapped: .init(), live: .init(count: 1, bytes: live),
      leaked: .init(count: leaked == 0 ? 0 : 1, bytes: leaked))
  }

  private static func tree(_ samples: [ProfileSample], mostRows: Int = 100) -> FlameTree {
    let header = ReportHeader(
      version: "1", scope: "system", when: TracedMachine.at(0), elapsed: 0, processes: 1,
      mappings: 1, virtualBytes: 0, coverage: Coverage(), isFinal: true)
    return FlameTree(of: ProfileReport(header: header, samples: samples), mostRows: mostRows)
  }

  private static func words(_ tree: FlameTree) -> [String] {
    tree.rows.map { row in
      let name =
        switch row.content {
        case .everything: "*"
        case .process(_, let id, _): "pid \(id)"
        case .frame(let frame): frame.function ?? "?"
        case .noStack: "no stack"
        case .kind(let kind): "[\(kind.rawValue)]"
        }
      return "\(row.depth) \(name) \(row.amounts.live.bytes)"
    }
  }

  @Test(
    "a common beginning of call paths is one box, callers first, larger boxes before smaller ones")
  func common() {
    let tree = Self.tree([
      Self.sample(["mmap", "a", "main"], live: 10), Self.sample(["mmap", "b", "main"], live: 30),
    ])
    #expect(
      Self.words(tree) == [
        "0 * 40", "1 pid 7 40", "2 main 40", "3 b 30", "4 mmap 30", "5 [anonymous] 30", "3 a 10",
        "4 mmap 10", "5 [anonymous] 10",
      ])
    #expect(tree.depth == 6 && tree.leftOut.count == 0)
  }

  @Test("leaks come before larger boxes")
  func leakedFirst() {
    let tree = Self.tree([
      Self.sample(["big"], live: 100), Self.sample(["small"], live: 2, leaked: 2),
      Self.sample(nil, live: 50),
    ])
    #expect(
      Self.words(tree).filter { $0.hasPrefix("2") } == ["2 small 2", "2 big 100", "2 no stack 50"])
  }

  @Test("the smallest boxes are dropped and counted when there are too many, but never leaks")
  func leftOut() {
    let many = (1...50).map { Self.sample(["f\($0)"], live: UInt64($0) * 10) }
    let tree = Self.tree(many + [Self.sample(["tiny"], live: 1, leaked: 1)], mostRows: 20)
    #expect(Self.words(tree).contains("2 tiny 1"))
    #expect(tree.rows.count <= 22 && tree.rows.count + tree.leftOut.count == 2 + 51 * 2)
    let shown = tree.rows.filter { $0.depth == 2 }.reduce(0) { $0 + $1.amounts.live.bytes }
    #expect(shown + tree.leftOut.bytes == tree.total.live.bytes)
  }

  @Test("without live memory there is no box")
  func empty() {
    #expect(Self.tree([Self.sample(["f"], live: 0)]).rows.isEmpty)
  }
}
