// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc
import Testing

@testable import KernelTracer

extension KernelTests {
  /// What this kernel says of hooks, and what the loader makes of it.
  @Suite struct HookTests {
    private static let spec = TracerSpec(ringBytes: 1 << 16)

    /// Loads the object with one call of one program spoiled: no kernel has a helper of that number.
    private static func load(spoiling program: String) throws(TracerError) -> Tracer {
      try Tracer.load(spec, Probe()) { () throws(TracerError) in
        let object = try BPFObject(verbose: false)
        let program = try object.program(program)
        var instructions = Array(
          UnsafeBufferPointer(
            start: bpf_program__insns(program), count: bpf_program__insn_cnt(program)))
        for index in instructions.indices
        where instructions[index].code == 0x85 && instructions[index].src_reg == 0 {
          instructions[index].imm = 100_000
          break
        }
        #expect(bpf_program__set_insns(program, &instructions, instructions.count) == 0)
        return object
      }
    }

    /// Loads the object with that place renamed to one that no kernel has, as long as the old name.
    private static func load(renaming place: String) throws(TracerError) -> Tracer {
      let name = Array("/\(place)\0".utf8)
      var image = Array(BPFObject.embedded)
      var index = 0
      while index + name.count <= image.count {
        if image[index..<index + name.count].elementsEqual(name) {
          image[index + 1] = UInt8(ascii: "X")
        }
        index += 1
      }
      return try Tracer.load(spec, Probe()) { () throws(TracerError) in
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: image.count, alignment: 16)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: image)
        return try BPFObject(UnsafeRawBufferPointer(bytes), verbose: false)
      }
    }

    @Test("an optional program that the verifier refuses is left out, with the verifier's words")
    func refusedOptional() throws {
      var tracer = try Self.load(spoiling: "io_setup_returned")
      try tracer.attach()
      let (hooks, absences, listsText) = (tracer.hooks, tracer.absences, tracer.listsText)
      let absence = try #require(absences.first { $0.hook.program == "io_setup_returned" })
      guard case .refusedByVerifier(let log) = absence.reason else {
        Issue.record("\(absence.reason)")
        return
      }
      #expect(log.contains("100000"))
      #expect(!hooks.contains { $0.program == "io_setup_returned" })
      #expect(hooks.contains { $0.program == "mmap_returned" })
      #expect(!listsText)
    }

    @Test("a required program that the verifier refuses ends the run")
    func refusedRequired() throws {
      do throws(TracerError) {
        _ = try Self.load(spoiling: "munmap_entered")
        Issue.record("it was loaded")
      } catch {
        guard case .refused(let program, _, _) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(program == "munmap_entered")
      }
    }

    @Test("when one list is refused, both are read from the text of /proc")
    func refusedList() throws {
      let tracer = try Self.load(spoiling: "list_mappings")
      let (iterators, absences, listsText) = (tracer.iterators, tracer.absences, tracer.listsText)
      #expect(listsText && iterators.isEmpty)
      #expect(absences.contains { $0.hook.program == "list_mappings" })
      let tasks = try tracer.tasks()
      #expect(tasks.contains { $0.process.raw == UInt32(getpid()) })
    }

    @Test("a place that is not in the kernel is an absence of its own kind")
    func noSuchPlace() throws {
      let tracer = try Self.load(renaming: "exit_mmap")
      let (absences, reportsSpaceEnd) = (tracer.absences, tracer.reportsSpaceEnd)
      let absence = try #require(absences.first { $0.hook.program == "space_ended" })
      #expect(absence.reason == .notInThisKernel)
      #expect(!reportsSpaceEnd)
    }

    @Test("each hook that a run asks for is either attached or absent for a reason")
    func accounted() throws {
      var tracer = try Tracer.load(Self.spec)
      try tracer.attach()
      let places = Set(try BPFObject(verbose: false).hooks().map(\.title))
      let attached = (tracer.hooks + tracer.iterators).map(\.title)
      let absent = Set(tracer.absences.map(\.hook.title)).subtracting(attached)
      #expect(Set(attached).count == attached.count)
      #expect(Set(attached).union(absent) == places)
    }

    @Test("hooks of a part that a run does not ask for are neither attached nor absent")
    func partNotAskedFor() throws {
      var spec = Self.spec
      spec.stacks = .none
      var tracer = try Tracer.load(spec)
      try tracer.attach()
      let known = tracer.hooks + tracer.absences.map(\.hook)
      #expect(known.contains { $0.program == "mmap_returned" })
      #expect(!known.contains { $0.part == .callPaths })
    }

    @Test("the kernel's types tell which places it has")
    func typedPlaces() {
      let found = Availability.ofTypedTracepoints(["task_newtask", "no_such_place"])
      #expect(found == ["task_newtask": .present, "no_such_place": .absent])
    }

    @Test("the kernel tells which helpers it has")
    func helpers() {
      #expect(
        Availability.ofHelper(
          Int32(BPF_FUNC_get_current_task_btf.rawValue), for: BPF_PROG_TYPE_TRACEPOINT)
          == .present)
      #expect(Availability.ofHelper(100_000, for: BPF_PROG_TYPE_TRACEPOINT) == .absent)
    }

    @Test("a system call that the kernel lacks has no tracepoint")
    func tracepoints() throws {
      let tracefs = try Tracefs()
      let (none, mmap) = try (
        tracefs.id(of: "syscalls/sys_exit_no_such_call"), tracefs.id(of: "syscalls/sys_exit_mmap")
      )
      #expect(none == .failure(.notInThisKernel))
      #expect(try mmap.get() > 0)
    }
  }
}

extension Hook {
  /// The place alone: programs at one place are alternatives.
  fileprivate var title: String { "\(kind.rawValue)/\(name)" }
}
