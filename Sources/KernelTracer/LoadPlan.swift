// SPDX-License-Identifier: Apache-2.0
import CLibbpf

/// Which programs one run loads, and which hooks it goes without.
struct LoadPlan: Sendable {
  /// In the order of attaching.
  private(set) var loaded: [Hook] = []
  private(set) var absences: [HookAbsence] = []
  /// For each chosen hook that has alternatives, the last of them: what is lost without the place.
  private var spokesmen: [Hook: Hook] = [:]

  /// Asks this kernel about the hooks that it may lack, and about no others.
  ///
  /// - Parameter refused: What earlier attempts to load found out.
  init(
    _ object: borrowing BPFObject, parts: Set<Hook.Part>, refused: [HookAbsence]
  ) throws(TracerError) {
    let types = KernelTypes()
    absences = refused
    for alternatives in Self.places(of: try object.hooks()) {
      guard let last = alternatives.last, parts.contains(last.part) else { continue }
      var chosen: Hook?
      for hook in alternatives where chosen == nil {
        guard !refused.contains(where: { $0.hook == hook }) else { continue }
        if let reason = try Self.obstacle(to: hook, besides: last, object, types) {
          absences.append(HookAbsence(hook: hook, reason: reason))
        } else {
          chosen = hook
        }
      }
      if let chosen {
        loaded.append(chosen)
        spokesmen[chosen] = last
      }
    }
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

  /// Why a hook cannot be loaded, as far as that can be told beforehand. Required hooks are not asked
  /// about: loading them tells.
  private static func obstacle(
    to hook: Hook, besides last: Hook, _ object: borrowing BPFObject, _ types: borrowing KernelTypes
  ) throws(TracerError) -> HookAbsence.Reason? {
    guard hook.isOptional else { return nil }
    if hook.kind == .typed {
      switch types.typedTracepoint(hook.name) {
      case .present: break
      case .absent: return .notInThisKernel
      case .couldNotTest(let code): return .couldNotTest(code: code)
      }
    }
    // The last of the alternatives is the one for every kernel that the place is in.
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
