// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How much slower than a machine this one is: under emulation everything takes many times as long.
enum Slowness {
  /// Whole, and 1 on hardware.
  static let factor = max(1, setting("BPFLEAK_TEST_SLOWNESS") ?? 1)

  static var isEmulated: Bool { factor > 1 }

  static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }
}

extension Trait where Self == ConditionTrait {
  /// For a test whose load cannot be had under emulation in any time that one would wait.
  static func emulationTooSlow(_ because: String) -> Self {
    .disabled(if: Slowness.isEmulated, "emulation is too slow: \(because)")
  }
}
