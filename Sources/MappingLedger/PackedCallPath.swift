// SPDX-License-Identifier: Apache-2.0
import MappingEvents

/// A `CallPathID?` in four bytes. Tables store one for every mapping.
struct PackedCallPath: Hashable, Sendable, BitwiseCopyable {
  /// Negative when the call path is unknown.
  private let raw: Int32

  init(_ id: CallPathID?) { raw = id?.raw ?? -1 }

  var id: CallPathID? { raw < 0 ? nil : CallPathID(raw) }

  /// The bits of the id, for hashing.
  var bits: UInt64 { UInt64(UInt32(bitPattern: raw)) }
}
