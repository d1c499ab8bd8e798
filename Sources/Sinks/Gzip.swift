// SPDX-License-Identifier: Apache-2.0
import CZlib

enum Gzip {
  /// `bytes` in the gzip format; nil when they are more than one call of zlib takes, 4 GiB.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    let bound = bpfleak_gzip_bound(bytes.count)
    let packed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = bytes.withUnsafeBufferPointer { input in
        // An empty array may have no address; zlib then reads nothing from it.
        buffer.baseAddress.map { bpfleak_gzip(input.baseAddress, input.count, $0, bound) } ?? 0
      }
    }
    return packed.isEmpty ? nil : packed
  }
}
