// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite(.emulationTooSlow("what is drawn of a report does not depend on the kernel"))
  struct WholeOutputTests {
    /// What is in the file that a run left which ended before the program that leaks.
    private static func output(_ name: String) async throws -> Data {
      let program = try Programs.test("stack_leak_pthread")
      let path = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID())-\(name)")
      defer { try? FileManager.default.removeItem(at: path) }
      let run = try await shell(
        "$BPFLEAK --duration 5s --output '\(path.path)' -- "
          + "timeout 7 '\(program)' --count 0 --every 50")
      #expect(run.ending == .exited(0), "\(run.errors)")
      return try Data(contentsOf: path)
    }

    @Test("a folded file has the leaking process on its first line")
    func folded() async throws {
      let text = String(decoding: try await Self.output("out.folded"), as: UTF8.self)
      let first = try #require(text.split(separator: "\n").first)
      #expect(first.contains(/^stack_leak_pthr-\d+;.* \d+$/), "\(first)")
    }

    @Test(
      "a pprof file is gzip, and go tool pprof finds leaked bytes in it", .needs(.program("go")))
    func pprof() async throws {
      let bytes = try await Self.output("out.pb.gz")
      #expect(bytes.prefix(2) == Data([0x1f, 0x8b]))
      let path = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID()).pb.gz")
      defer { try? FileManager.default.removeItem(at: path) }
      try bytes.write(to: path)
      let top = try await shell("go tool pprof -top -sample_index=leaked_space '\(path.path)'")
      #expect(top.ending == .exited(0) && top.output.contains("Type: leaked_space"))
      #expect(top.output.contains(/[1-9][\d.]*MB total/), "\(top.output)")
      let notes = try await shell("readelf -n '\(try Programs.test("stack_leak_pthread"))'").output
      let id = try #require(notes.firstMatch(of: /Build ID: ([0-9a-f]{40})/)?.1)
      let raw = try await shell("go tool pprof -raw '\(path.path)'").output
      #expect(raw.contains("/stack_leak_pthread \(id) "), "\(raw)")
    }

    @Test("flame graph and HTML report name the leaking process and say that nothing was lost")
    func pages() async throws {
      for name in ["out.svg", "out.html"] {
        let text = String(decoding: try await Self.output(name), as: UTF8.self)
        #expect(text.contains(name == "out.svg" ? ">LEAKING: " : ">1 leak found<"), "\(name)")
        #expect(text.contains("stack_leak_pthr"), "\(name)")
        #expect(text.contains("none lost") || text.contains("events was lost"), "\(name)")
      }
    }

    @Test("what a command held at its end is in the output that is written after it")
    func ended() async throws {
      let run = try await shell(
        "$BPFLEAK --quiet --format folded -- \(try Programs.test("stack_leak_pthread")) --count 30 --every 60"
      )
      let line = run.output.split(separator: "\n").first { $0.contains(";spawn_reporter;") }
      #expect(line?.hasSuffix(" \(30 * ((10 << 20) + 4096))") == true, "\(run.output)")
    }

    @Test("pprof bytes are refused to a terminal in one line, with the remedy and status 64")
    func terminal() async throws {
      let run = try await shell(
        "script -qec '$BPFLEAK --format pprof --duration 1s' /dev/null; echo")
      #expect(run.output.contains("--output profile.pb.gz"), "\(run.output)")
    }
  }
}
