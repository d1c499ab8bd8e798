// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension KernelTests {
  #if arch(x86_64)
    @Suite struct CompatTests {
      @Test("a 32-bit program, whose calls no tracepoint reports, is shown as the kernel has it")
      func dump() async throws {
        let program = try await TestProgram.hold("compat_maps")
        let trace = try await Trace.start("--pid", "\(program.pid)", "--no-audit")
        try expectExact(await trace.dump(), pid: Int(program.pid))
      }

      @Test("a 32-bit program that went on unseen is found by the audit, and counted as drift")
      func audit() async throws {
        let trace = try await Trace.start(
          "--audit", "200ms", "--", try Programs.test("compat_maps"))
        try await trace.process.waitUntil(complaining: "\ndone\n")
        // Whatever was found so far, the table is as the kernel's now.
        try await trace.waitForAudit { $0 == 0 }
        try trace.process.say("x")
        try await trace.process.waitUntil(complaining: "again")
        try await trace.waitForAudit { $0 > 0 }
        try await trace.waitForAudit { $0 == 0 }
        try expectExact(await trace.dump(), pid: try await trace.firstPID())
      }

      @Test("the report marks a 32-bit program's table")
      func caveat() async throws {
        let program = try await TestProgram.hold("compat_maps")
        let run = try await bpfleak("--comm", "compat_maps", "--duration", "1s")
        #expect(run.output.contains("32-bit"))
        program.end()
      }
    }
  #endif
}
