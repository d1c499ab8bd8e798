// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import KernelTracer
@testable import bpfleak

/// Why a hook is absent, and the words for that.
@Suite("absent hooks")
struct AbsenceTests {
  private static func hook(since: String? = nil, builtWith: String? = nil) throws -> Hook {
    var tags = ["bpfleak.purpose=a space has ended", "bpfleak.without=the last exit tells"]
    if let since { tags.append("bpfleak.since=\(since)") }
    if let builtWith { tags.append("bpfleak.built-with=\(builtWith)") }
    return try #require(try Hook(program: "p", section: "tp_btf/exit_mmap", tags: tags))
  }

  private static func sentence(_ reason: HookAbsence.Reason, _ hook: Hook? = nil) throws -> String {
    HookAbsence(hook: try hook ?? Self.hook(), reason: reason).sentence(on: KernelVersion(5, 15))
  }

  @Test("only a code that says so means that the kernel lacks the hook")
  func attachingCodes() {
    #expect(HookAbsence.Reason(attachingFailedWith: ENOENT) == .notInThisKernel)
    #expect(HookAbsence.Reason(attachingFailedWith: EPERM) == .notPermitted(code: EPERM))
    #expect(HookAbsence.Reason(attachingFailedWith: EACCES) == .notPermitted(code: EACCES))
    #expect(HookAbsence.Reason(attachingFailedWith: EMFILE) == .couldNotAttach(code: EMFILE))
    #expect(HookAbsence.Reason(attachingFailedWith: ENOMEM) == .couldNotAttach(code: ENOMEM))
  }

  @Test("a program that is refused keeps the verifier's log; a place that is not there has none")
  func loadingCodes() {
    let log = "R1 invalid mem access"
    #expect(
      HookAbsence.Reason(loadingFailedWith: EACCES, log: log) == .refusedByVerifier(log: log))
    #expect(HookAbsence.Reason(loadingFailedWith: ESRCH, log: log) == .notInThisKernel)
  }

  @Test("a required hook makes an error of its reason")
  func errors() {
    #expect(
      HookAbsence.Reason.notInThisKernel.error(for: "x") == .noHook(name: "x", code: ENOENT))
    #expect(
      HookAbsence.Reason.notPermitted(code: EPERM).error(for: "x")
        == .notPermitted(operation: "attaching to x", code: EPERM))
    #expect(
      HookAbsence.Reason.couldNotAttach(code: EMFILE).error(for: "x")
        == .noHook(name: "x", code: EMFILE))
  }

  @Test("each reason has its own sentence, and none but one says that the kernel lacks the hook")
  func sentences() throws {
    #expect(try Self.sentence(.notInThisKernel) == "this kernel does not have it")
    #expect(
      try Self.sentence(.notPermitted(code: EPERM))
        == "attaching to it is not permitted (Operation not permitted)")
    #expect(
      try Self.sentence(.couldNotTest(code: ENOMEM))
        == "the test for it failed (Cannot allocate memory), so this kernel may have it")
    #expect(
      try Self.sentence(.couldNotAttach(code: EMFILE))
        == "this kernel has it, but attaching to it failed (Too many open files)")
    let log = "libbpf: prog 'p': failed\nR1 invalid mem access\nprocessed 12 insns"
    #expect(
      try Self.sentence(.refusedByVerifier(log: log))
        == "the verifier refused it: R1 invalid mem access")
  }

  @Test("a kernel that lacks a hook is told what it needs, unless it is new enough")
  func needs() throws {
    let hook = try Self.hook(since: "6.1", builtWith: "CONFIG_MMU")
    let absence = HookAbsence(hook: hook, reason: .notInThisKernel)
    #expect(
      absence.sentence(on: KernelVersion(5, 15))
        == "this kernel does not have it (it needs Linux 6.1 and CONFIG_MMU)")
    #expect(
      absence.sentence(on: KernelVersion(6, 12))
        == "this kernel does not have it (it needs CONFIG_MMU)")
    #expect(
      try Self.sentence(.lacksHelper(180), Self.hook(since: "5.17"))
        == "this kernel lacks BPF helper 180 (it needs Linux 5.17)")
  }

  @Test("doctor says of an absent hook what it is for, why it is absent and what then happens")
  func finding() throws {
    let absence = HookAbsence(hook: try Self.hook(since: "6.1"), reason: .notInThisKernel)
    #expect(
      DoctorCommand.Finding(absence, on: KernelVersion(5, 15)).text == """
        --  hook          tp_btf/exit_mmap: a space has ended
                          absent: this kernel does not have it (it needs Linux 6.1)
                          without it: the last exit tells
        """)
    #expect(
      DoctorCommand.Finding(try Self.hook()).text
        == "ok  hook          tp_btf/exit_mmap: a space has ended")
  }
}
