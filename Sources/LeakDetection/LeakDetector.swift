// SPDX-License-Identifier: Apache-2.0
public import MappingEvents
public import MappingLedger

/// One hypothesis about how memory is lost. Pure: time is an argument.
public protocol LeakDetector: Sendable {
  /// What is to be said of one space now; nothing when all is well. `isEnding`: it is about to end,
  /// so that what was not given back until now never will be. `earlier`: what stands so far; it
  /// takes more to take a verdict back than not to give it.
  func verdicts(
    on space: Space, in ledger: Ledger, at now: KernelInstant, isEnding: Bool,
    earlier: [Verdict.Subject: Verdict]
  ) -> [Verdict]
}
