// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Sinks

@Suite struct GzipTests {
  @Test("what is packed is gzip: gunzip gives it back, also nothing and what does not shrink")
  func gzip() throws {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for bytes in [[], Array("hello".utf8), Array(repeating: 7, count: 1 << 20), noise] {
      let packed = try #require(Gzip.compress(bytes))
      let path = FileManager.default.temporaryDirectory.appending(path: "bpfleak-\(UUID()).gz")
      try Data(packed).write(to: path)
      defer { try? FileManager.default.removeItem(at: path) }
      let gunzip = Process()
      gunzip.executableURL = URL(filePath: "/usr/bin/env")
      gunzip.arguments = ["gzip", "--decompress", "--stdout", path.path]
      let pipe = Pipe()
      gunzip.standardOutput = pipe
      try gunzip.run()
      #expect(Array(pipe.fileHandleForReading.readDataToEndOfFile()) == bytes)
      gunzip.waitUntilExit()
      #expect(gunzip.terminationStatus == 0)
    }
  }
}
