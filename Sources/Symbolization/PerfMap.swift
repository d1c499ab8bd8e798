// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The functions that a just-in-time compiler wrote down in /tmp/perf-PID.map: `START SIZE NAME`, in
/// hexadecimal, a line each; later lines win.
struct PerfMap {
  private var functions: [(start: UInt64, end: UInt64, name: String)] = []

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2)
      guard fields.count == 3, let start = UInt64(fields[0], radix: 16),
        let bytes = UInt64(fields[1], radix: 16), !start.addingReportingOverflow(bytes).overflow
      else { continue }
      functions.append((start, start + bytes, String(fields[2])))
    }
    // Stable, so that of those that start together the later comes last.
    functions.sort { $0.start < $1.start }
  }

  /// Reads the map of a process through its own root directory; empty when there is none.
  init(of process: UInt32) {
    // In its own namespace a process may go by another id, which its map is named by.
    let status = readText("/proc/\(process)/status") ?? ""
    let inner = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }?
      .split(whereSeparator: { $0 == "\t" || $0 == " " }).last.map(String.init)
    self.init(
      readText("/proc/\(process)/root/tmp/perf-\(inner ?? String(process)).map", most: 64 << 20)
        ?? "")
  }

  func function(at address: UInt64) -> String? {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address < functions[low - 1].end else { return nil }
    return functions[low - 1].name
  }
}

/// A file's text, up to `most` bytes of it; nil when it can't be read.
func readText(_ path: String, most: Int = 16 << 20) -> String? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count < most {
    let got = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    if got < 0, errno == EINTR { continue }
    guard got > 0 else { break }
    bytes += chunk[..<got]
  }
  return String(decoding: bytes, as: UTF8.self)
}
