// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire
import CLibbpf
public import MappingEvents
public import MappingLedger

/// What the programs know about the code of a space, which tells its stacks apart.
extension Tracer {
  /// Tells where the code of a space begins that was there before the programs were.
  ///
  /// Without it every pointer into mapped memory counts as code, and one call path comes as many.
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

  /// Forgets stacks by their fingerprints: the next call from there sends its stack again.
  public func forgetStacks(_ fingerprints: some Sequence<UInt64>) {
    for var fingerprint in fingerprints { bpf_map_delete_elem(callPathIDs, &fingerprint) }
  }

  /// Has more copied of the stacks of a space; false when it is the most already.
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
  /// Without bpf_loop (before 5.17) the verifier lets us look through no more than a page.
  static func mostStackBytes(on probe: Probe) -> Int { probe.hasLoop ? mostStackBytes : 4096 }

  /// What to copy of a stack at first: whole words.
  func stackBytes(on probe: Probe) -> Int { min(stackBytes, Self.mostStackBytes(on: probe)) & ~7 }
}
