// SPDX-License-Identifier: Apache-2.0

// A static Swift library comes without swift-testing.
#if canImport(Testing)
  import Glibc
  package import Testing

  /// Expects `text` to equal the file `Goldens/<name>` beside the suite that calls.
  ///
  /// A missing golden is written and fails: a new expectation is read by a person before it holds.
  /// `BPFLEAK_UPDATE_GOLDENS=1` rewrites those that differ, and fails just the same.
  package func expectGolden(
    _ text: String, named name: String, filePath: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let suite = filePath.prefix(upTo: filePath.lastIndex(of: "/") ?? filePath.endIndex)
    let folder = suite + "/Goldens"
    let path = "\(folder)/\(name)"
    guard let golden = contents(of: path) else {
      mkdir(String(folder), 0o755)
      write(text, to: path)
      Issue.record("no golden yet: wrote \(path); read it, keep it", sourceLocation: sourceLocation)
      return
    }
    if golden == text { return }
    if getenv("BPFLEAK_UPDATE_GOLDENS") != nil { write(text, to: path) }
    Issue.record(
      "\(path) differs; set BPFLEAK_UPDATE_GOLDENS=1 to rewrite it\n\(difference(golden, text))",
      sourceLocation: sourceLocation)
  }

  /// The lines that went (`-`) and came (`+`), with their numbers in the golden and in the text.
  private func difference(_ golden: String, _ text: String) -> String {
    func lines(_ text: String) -> [Substring] {
      text.split(separator: "\n", omittingEmptySubsequences: false)
    }
    return lines(text).difference(from: lines(golden)).map { change in
      switch change {
      case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
      case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
      }
    }.joined(separator: "\n")
  }

  private func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else {
      Issue.record("cannot write \(path)")
      return
    }
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    fwrite(bytes, 1, bytes.count, file)
  }
#endif
