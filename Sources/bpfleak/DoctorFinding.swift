// SPDX-License-Identifier: Apache-2.0
import Glibc
import KernelTracer

extension DoctorCommand {
  /// One check of `doctor` and its result.
  struct Finding {
    enum Grade: String {
      case good = "ok"
      /// bpfleak works without it.
      case lesser = "--"
      case missing = "NO"
    }

    var grade: Grade
    var subject: String
    /// The first line, and further ones that belong to it.
    var lines: [String]

    init(_ grade: Grade, _ subject: String, _ lines: String...) {
      self.grade = grade
      self.subject = subject
      self.lines = lines
    }

    var text: String {
      let margin = String(repeating: " ", count: Self.width + 4)
      let gap = String(repeating: " ", count: max(1, Self.width - subject.count))
      return "\(grade.rawValue)  \(subject)\(gap)\(lines.joined(separator: "\n\(margin)"))"
    }

    private static let width = 14
  }
}

extension DoctorCommand.Finding {
  init(_ hook: Hook) {
    self.init(.good, "hook", "\(hook.title): \(hook.purpose)")
  }

  init(_ absence: HookAbsence, on version: KernelVersion?) {
    self.init(
      absence.hook.isOptional ? .lesser : .missing, "hook",
      "\(absence.hook.title): \(absence.hook.purpose)",
      "absent: \(absence.sentence(on: version))",
      "without it: \(absence.hook.withoutIt ?? "bpfleak cannot trace")")
  }
}

extension Hook {
  /// `tp_btf/task_newtask`; the kind of a classic tracepoint is seen from its category.
  var title: String { kind == .tracepoint ? name : "\(kind.rawValue)/\(name)" }

  /// What a kernel needs for this hook, where its release alone does not show it.
  func needs(on version: KernelVersion?) -> String {
    var needs: [String] = []
    if let since, version.map({ $0 < since }) ?? true { needs.append("Linux \(since)") }
    if let builtWith { needs.append(builtWith) }
    return needs.isEmpty ? "" : " (it needs \(needs.joined(separator: " and ")))"
  }
}

extension HookAbsence {
  /// Why the hook is absent on a machine with that kernel.
  func sentence(on version: KernelVersion?) -> String {
    switch reason {
    case .notInThisKernel: "this kernel does not have it\(hook.needs(on: version))"
    case .lacksHelper(let number):
      "this kernel lacks BPF helper \(number)\(hook.needs(on: version))"
    case .notPermitted(let code): "attaching to it is not permitted (\(Self.text(code)))"
    case .refusedByVerifier(let log): "the verifier refused it: \(Failure.lastWords(of: log))"
    case .couldNotTest(let code):
      "the test for it failed (\(Self.text(code))), so this kernel may have it"
    case .couldNotAttach(let code):
      "this kernel has it, but attaching to it failed (\(Self.text(code)))"
    }
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
