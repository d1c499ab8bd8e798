// SPDX-License-Identifier: Apache-2.0
import CLibbpf

/// Which programs one run loads, and which hooks it goes without.
struct LoadPlan: Sendable {
  /// In the order of attaching.
  private(set) var loaded: [Hook] = []
  private(set) var absences: [HookAbsence] = []
  /// For each chosen hook that has alternatives, the last of them: what is lost without the place.
  private var spokesmen: [Hook: Hook] = [:]

  /// Asks this kernel about the hooks that it may lack. `refused` is what earlier attempts to load found.
  init(
    _ object: borrowing BPFObject, parts: Set<Hook.Part>, on version: KernelVersion?,
    refused: [HookAbsence]
  ) throws(TracerError) {
    absences = refused
    let hooks = try object.hooks().filter { parts.contains($0.part) }
    let tested = Availability.ofTypedTracepoints(Self.doubtful(hooks, on: version))
    for alternatives in Self.places(of: hooks) {
      guard let last = alternatives.last else { continue }
      for hook in alternatives where !refused.contains(where: { $0.hook == hook }) {
        var reason = hook.kind == .typed ? tested[hook.name]?.reason : nil
        if reason == nil { reason = try Self.lackOfHelper(hook, besides: last, object) }
        guard let reason else {
          loaded.append(hook)
          spokesmen[hook] = last
          break
        }
        absences.append(HookAbsence(hook: hook, reason: reason))
      }
    }
  }

  /// The places that came after this kernel, as far as their release tells. Others are not tested:
  /// loading them tells, and a test takes time in each run.
  private static func doubtful(_ hooks: [Hook], on version: KernelVersion?) -> [String] {
    hooks.filter { hook in
      guard hook.kind == .typed, let since = hook.since else { return false }
      return version.map { $0 < since } ?? true
    }.map(\.name)
  }

  /// Several programs at one place are alternatives.
  private static func places(of hooks: [Hook]) -> [[Hook]] {
    var places: [[Hook]] = []
    for hook in hooks {
      let index = places.firstIndex { $0[0].name == hook.name && $0[0].kind == hook.kind }
      if let index { places[index].append(hook) } else { places.append([hook]) }
    }
    return places
  }

  /// Why one of several programs at a place is not for this kernel. The last of them is for every kernel.
  private static func lackOfHelper(
    _ hook: Hook, besides last: Hook, _ object: borrowing BPFObject
  ) throws(TracerError) -> HookAbsence.Reason? {
    guard hook != last else { return nil }
    let special = try object.helpers(of: hook.program).subtracting(
      object.helpers(of: last.program))
    for helper in special.sorted() {
      switch Availability.ofHelper(helper, for: BPF_PROG_TYPE_TRACEPOINT) {
      case .present: break
      case .absent: return .lacksHelper(helper)
      case .couldNotTest(let code): return .couldNotTest(code: code)
      }
    }
    return nil
  }

  /// The absence of a place that was to be attached to.
  func absence(of hook: Hook, because reason: HookAbsence.Reason) -> HookAbsence {
    HookAbsence(hook: spokesmen[hook] ?? hook, reason: reason)
  }
}

extension Availability {
  /// Why a place is absent; nil when it is not.
  fileprivate var reason: HookAbsence.Reason? {
    switch self {
    case .present: nil
    case .absent: .notInThisKernel
    case .couldNotTest(let code): .couldNotTest(code: code)
    }
  }
}
