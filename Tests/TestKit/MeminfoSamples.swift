// SPDX-License-Identifier: Apache-2.0
package import Meminfo

package func sample(_ meminfo: String, atSeconds seconds: UInt64 = 0) throws -> MeminfoSample {
  MeminfoSample(
    takenNs: seconds * 1_000_000_000, pageSize: 4096, fields: try MeminfoFields(parsing: meminfo))
}

/// A machine of 16 GiB, with the fields that a test is about, in KiB. All is free unless said
/// otherwise, so that what a test adds overlaps with that, and no rest disturbs it.
package func machine(
  _ fields: KeyValuePairs<String, UInt64> = [:], atSeconds seconds: UInt64 = 0
) throws -> MeminfoSample {
  var text = "MemTotal: 16777216 kB\n"
  let given = Set(fields.map(\.key))
  let ordinary: KeyValuePairs<String, UInt64> = ["MemFree": 16_777_216, "MemAvailable": 12_582_912]
  for (name, value) in Array(ordinary).filter({ !given.contains($0.key) }) + Array(fields) {
    text += name.hasPrefix("HugePages_") ? "\(name): \(value)\n" : "\(name): \(value) kB\n"
  }
  return try sample(text, atSeconds: seconds)
}

package let mebibyte: UInt64 = 1 << 20
package let gibibyte: UInt64 = 1 << 30
