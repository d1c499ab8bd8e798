// SPDX-License-Identifier: Apache-2.0
import Glibc
import Meminfo
import Reporting

/// A file of Tests/Captures.
func capture(_ name: String, filePath: String = #filePath) -> String {
  let tests = filePath.split(separator: "/").dropLast(2).joined(separator: "/")
  guard let file = fopen("/\(tests)/Captures/\(name)", "r") else { return "" }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

func sample(_ meminfo: String, atSeconds seconds: UInt64 = 0) throws -> MeminfoSample {
  MeminfoSample(
    takenNs: seconds * 1_000_000_000, pageSize: 4096, fields: try MeminfoFields(parsing: meminfo))
}

/// A machine of 16 GiB, with the fields that a test is about, in KiB. All is free unless said
/// otherwise, so that what a test adds overlaps with that, and no rest disturbs it.
func machine(
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

let mebibyte: UInt64 = 1 << 20
let gibibyte: UInt64 = 1 << 30
