// SPDX-License-Identifier: Apache-2.0
package import LeakDetection
package import MappingLedger

extension Verdict.Subject {
  /// Whether memory of that origin is what the verdict speaks of.
  ///
  /// A verdict on the heap speaks of all call paths that extended it. A verdict on thread stacks is given
  /// by size or by call path, so only the one that it names has to match.
  package func covers(_ other: Origin) -> Bool {
    switch origin.manner {
    case .heapTotal: return other.kind == .heap
    // No mapping is in this sum: it counts the accessible parts of reservations.
    case .committed: return false
    case .mapped, .grown, .reserved, .placed, .break, .filled: break
    }
    guard origin.kind == .threadStack else { return origin == other }
    return other.kind == .threadStack
      && (origin.callPath == nil || origin.callPath == other.callPath)
      && (origin.unitBytes == 0 || origin.unitBytes == other.unitBytes)
  }
}

extension LeakReport {
  /// Whether the verdict speaks of the mappings of a group. Guard pages belong to their stacks and are not
  /// blamed on their own.
  package func blames(_ group: MappingGroup) -> Bool {
    group.kind != .guard && group.origins.contains { verdict.subject.covers($0) }
  }
}
