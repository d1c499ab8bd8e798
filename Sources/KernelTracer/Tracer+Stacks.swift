// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import CLibbpf
public import MappingEvents
public import MappingLedger

/// What the programs know about the code of each space. It decides which words of a user stack count when
/// they tell call paths apart.
extension Tracer {
  /// Tells the programs where the code of an older space begins, one that they did not see grow.
  ///
  /// Without it every pointer into mapped memory counts as code, and one call path is sent as many.
  public func noteCode(of space: SpaceSnapshot) {
    guard spec.stacks == .auto, !space.key.isProvisional else { return }
    // The program's own file lies below the heap.
    let code = space.areas.filter {
      $0.protection.contains(.execute) && $0.range.start > space.totals.currentBreak
    }
    guard let lowest = code.map(\.range.start).min() else { return }
    var key = space.key.raw
    var value = bpfleak_space_code()
    if bpf_map_lookup_elem(spacesCode, &key, &value) == 0 {
      value.lowest = min(value.lowest, lowest)
    } else {
      value.lowest = lowest
    }
    bpf_map_update_elem(spacesCode, &key, &value, 0)
  }

  /// Forgets call paths by their fingerprints. The next call from there is sent as a new one.
  public func forgetStacks(_ fingerprints: some Sequence<UInt64>) {
    for var fingerprint in fingerprints { bpf_map_delete_elem(callPathIDs, &fingerprint) }
  }

  /// Has the programs copy more of the user stacks of a space. False when they copy the most already.
  @discardableResult
  public func copyMoreStack(of space: SpaceKey) -> Bool {
    var key = space.raw
    var value = bpfleak_space_code()
    if bpf_map_lookup_elem(spacesCode, &key, &value) != 0 { value.lowest = 0x10000 }
    let now = value.stack_bytes == 0 ? UInt32(spec.stackBytes) : value.stack_bytes
    let most = UInt32(TracerSpec.mostStackBytes(on: probe))
    guard now < most else { return false }
    value.stack_bytes = min(now * 4, most)
    return bpf_map_update_elem(spacesCode, &key, &value, 0) == 0
  }
}

extension TracerSpec {
  /// Without bpf_loop (before 5.17) the verifier accepts a look through one page and no more.
  static func mostStackBytes(on probe: Probe) -> Int { probe.hasLoop ? mostStackBytes : 4096 }

  /// How much of a user stack to copy at first, in whole words.
  func stackBytes(on probe: Probe) -> Int { min(stackBytes, Self.mostStackBytes(on: probe)) & ~7 }
}
