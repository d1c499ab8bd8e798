// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  @Suite struct StackTests {
    static let source = "call_paths.c"

    /// The frames of each stack, by id.
    private func stacks(_ lines: [TraceLine]) -> [Int: TraceLine] {
      Dictionary(
        lines.ofType("stack").map { ($0.number("id") ?? -1, $0) }, uniquingKeysWith: { a, _ in a })
    }

    private func paths(of lines: [TraceLine], size: Int = 64 << 10) -> [[String]] {
      let stacks = stacks(lines)
      return lines.ofType("mmap").filter { $0.number("len") == size }.compactMap {
        $0.number("stack").flatMap { stacks[$0]?.functions }
      }
    }

    @Test("each mapping names the functions it was made through, inlined ones and lines included")
    func namesCallPaths() async throws {
      let lines = try await Trace.whole(command: "call_paths", "--count", "10", "--depth", "1")
      let paths = paths(of: lines)
      #expect(paths.count == 10)
      for (index, path) in paths.enumerated() {
        let gate = index % 2 == 0 ? "north_gate" : "south_gate"
        let start = path.firstIndex(of: "take_room") ?? path.endIndex
        #expect(
          path[start...].prefix(5) == ["take_room", gate, "descend", "descend", "main"], "\(path)")
      }
      let frames = stacks(lines).values.flatMap(\.frames)
      let inlined = try #require(frames.first { $0.text("function") == "take_room" })
      #expect(inlined.flag("inlined") == true && (inlined.number("line") ?? 0) > 0)
      #expect(inlined.text("file")?.hasSuffix(Self.source) == true)
      #expect(inlined.text("module") == (try Programs.test("call_paths")))
    }

    @Test("a stack has its line before the first event with its id, and one only")
    func comesFirst() async throws {
      let lines = try await Trace.whole(command: "fork_storm", "--count", "40")
      var known: Set<Int> = []
      for line in lines {
        if line.type == "stack", let id = line.number("id") {
          #expect(known.insert(id).inserted, "stack \(id) has two lines")
        } else if let id = line.number("stack") {
          #expect(known.contains(id), "\(line.type) speaks of stack \(id), which has no line yet")
        }
      }
      #expect(known.count > 2)
    }

    @Test("a stack deeper than the copy is told as incomplete, and copied further from then on")
    func copiesMore() async throws {
      let lines = try await Trace.whole(
        command: "call_paths", "--count", "30", "--depth", "10", "--every", "50")
      let stacks = stacks(lines)
      let ids = lines.ofType("mmap").filter { $0.number("len") == 64 << 10 }.compactMap {
        $0.number("stack")
      }
      let first = try #require(ids.first.flatMap { stacks[$0] })
      #expect(first.flag("complete") == false && first.text("why")?.contains("deeper") == true)
      #expect(first.functions.contains("north_gate") && !first.functions.contains("main"))
      let last = try #require(ids.last.flatMap { stacks[$0] })
      #expect(last.flag("complete") == true && last.functions.contains("main"))
    }

    @Test("stacks that nothing speaks of are forgotten, and known again when they come back")
    func forgetsStacks() async throws {
      let program = try Programs.test("call_paths")
      let leaking = try Programs.test("stack_leak_pthread")
      let script = "for i in 1 2 3 4 5 6; do \(program) --count 8 --every 100; done; "
      let run = try await shell(
        "BPFLEAK_KEPT_STACKS=4 $BPFLEAK --ndjson -- sh -c '\(script)"
          + "exec \(leaking) --count 45 --every 30'")
      let lines = try TraceLine.all([UInt8](run.output.utf8))
      let paths = paths(of: lines)
      #expect(paths.count == 48)
      #expect(paths.allSatisfy { $0.contains("north_gate") || $0.contains("south_gate") })
      let leak = try #require(lines.ofType("leak").last { $0.text("verdict") == "leaking" })
      #expect(leak.text("function") == "spawn_reporter", "\(leak)")
    }

    @Test("without stacks there are none, and frame pointers say where they end")
    func otherModes() async throws {
      let program = try Programs.test("call_paths")
      let none = try await Trace.start("--stacks", "none", "--", program).linesAtEnd()
      #expect(none.ofType("stack").isEmpty)
      #expect(none.ofType("mmap").allSatisfy { $0.fields["stack"] == .null })
      // Slow enough that it lives when its frames are looked up.
      let followed = try await Trace.start(
        "--stacks", "fp", "--", program, "--count", "10", "--every", "50"
      ).linesAtEnd()
      let known = stacks(followed)
      let ids = Set(
        followed.ofType("mmap").filter { $0.number("len") == 64 << 10 }.compactMap {
          $0.number("stack")
        })
      for id in ids { #expect(known[id]?.functions.first?.contains("mmap") == true, "\(known)") }
      let own = try #require(ids.first.flatMap { known[$0] })
      #expect(own.flag("complete") == false && own.text("why")?.contains("frame pointers") == true)
    }

    /// Runs `call_paths` as `prepare` leaves it in a directory of its own; the functions of its paths.
    private func paths(
      _ arguments: [String] = [], prepare: String, start: String = "$DIR/call_paths"
    ) async throws -> [TraceLine] {
      let script = """
        set -e
        DIR=$(mktemp -d)
        trap 'rm -rf $DIR' EXIT
        cp \(try Programs.test("call_paths")) $DIR/
        \(prepare)
        """
      let run = try await shell(
        script + "\n$BPFLEAK --ndjson -- \(start) --count 6 --every 100 >$DIR/lines\ncat $DIR/lines"
      )
      #expect(run.ending == .exited(0), "\(run.errors)")
      return try TraceLine.all([UInt8](run.output.utf8))
    }

    @Test("a stripped program is named by its separate debug file", .needs(.program("objcopy")))
    func separateDebugFile() async throws {
      let lines = try await paths(
        prepare: """
          mkdir $DIR/.debug
          objcopy --only-keep-debug $DIR/call_paths $DIR/.debug/call_paths.debug
          objcopy --strip-all --add-gnu-debuglink=$DIR/.debug/call_paths.debug $DIR/call_paths
          """)
      let frames = stacks(lines).values.flatMap(\.frames)
      let gate = try #require(frames.first { $0.text("function") == "north_gate" })
      #expect(gate.text("file")?.hasSuffix(Self.source) == true && gate.number("line") != nil)
    }

    @Test(
      "a stripped program without one is told by module and offset", .needs(.program("strip")))
    func stripped() async throws {
      let lines = try await paths(prepare: "strip $DIR/call_paths")
      let own = stacks(lines).values.flatMap(\.frames).filter {
        $0.text("module")?.hasSuffix("/call_paths") == true
      }
      #expect(!own.isEmpty)
      #expect(own.allSatisfy { $0.fields["function"] == .null && $0.number("offset") != nil })
    }

    @Test("a program deleted since is named all the same")
    func deleted() async throws {
      let lines = try await paths(
        prepare: "",
        start:
          "bash -c 'exec 3<&0; rm -f '$DIR'/gone; cp '$DIR'/call_paths '$DIR'/gone; (sleep 0.2; rm '$DIR'/gone) & exec '$DIR'/gone \"$@\"' sh"
      )
      #expect(paths(of: lines).last?.contains("south_gate") == true)
    }

    @Test("a program seen through another root is named all the same", .needs(.program("ldd")))
    func elsewhere() async throws {
      let jailed = try await paths(
        prepare: """
          for file in $(ldd $DIR/call_paths | grep -o '/[^ ]*'); do
            mkdir -p $DIR/jail$(dirname $file); cp $file $DIR/jail$file
          done
          mkdir -p $DIR/jail/opt; cp $DIR/call_paths $DIR/jail/opt/walled
          """, start: "chroot $DIR/jail /opt/walled")
      let modules = stacks(jailed).values.flatMap(\.frames).compactMap { $0.text("module") }
      #expect(paths(of: jailed).last?.contains("south_gate") == true)
      #expect(modules.contains { $0.hasSuffix("/opt/walled") })
    }
  }
}

extension TraceLine {
  /// Of a stack.
  var frames: [TraceLine] {
    guard case .list(let frames) = fields["frames"] else { return [] }
    return frames.compactMap {
      if case .object(let fields) = $0 { TraceLine(fields: fields) } else { nil }
    }
  }

  var functions: [String] { frames.map { $0.text("function") ?? "?" } }
}
