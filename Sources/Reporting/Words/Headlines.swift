// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
package import MappingEvents
import TextLayout

/// `2 leaks found, and 1 suspect`; `No leak found so far, but 1 suspect`. `scope` says where, when that is
/// not everywhere: `in running processes`.
public func verdictHeadline(
  _ standings: [Verdict.Standing], isFinal: Bool, scope: String? = nil
) -> String {
  let leaking = standings.count { $0 == .leaking }
  let suspects = standings.count { $0 == .suspect }
  let place = scope.map { " " + $0 } ?? ""
  let lead =
    leaking == 0
    ? "No leak found" + (isFinal ? "" : " so far") + place
    : "\(counted(leaking, "leak")) found" + place
  if suspects == 0 { return lead }
  return lead + (leaking == 0 ? ", but " : ", and ") + counted(suspects, "suspect")
}

extension Coverage {
  /// What a report without a leak has to add when events were lost; nil when none were.
  package var doubt: String? {
    isComplete ? nil : "Events were lost, so one may have been missed."
  }
}

extension SpaceRow {
  /// Where to look when nothing is blamed: `Grew most: java (pid 2240), +1.0 MiB, most of it heap.` Nil for
  /// a space that did not grow.
  package var growthSentence: String? {
    guard virtualGrowth > 0 else { return nil }
    let kind = growingKind.map { ", most of it \($0.rawValue)" } ?? ""
    return "Grew most: \(truncate(printable(name), to: 24)) (pid \(process.raw)),"
      + " \(formatSignedBytes(virtualGrowth))\(kind)."
  }
}
