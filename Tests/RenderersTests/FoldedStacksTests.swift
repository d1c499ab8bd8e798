// SPDX-License-Identifier: Apache-2.0
import Renderers
import TestKit
import Testing

@Suite struct FoldedStacksTests {
  @Test("a line for each live sample: process, frames from the outermost, live bytes")
  func lines() {
    #expect(
      renderFolded(ProfileTestReports.mixed) == """
        server-31108;main;accept_request;start_worker;pthread_create;mmap 4320133120
        server-31108;main;[unknown];[plugin.so+0x2222];mmap 671088640
        server-31108;[no stack] 120586240
        worker:\\nevil <b>-2240;[a\\x1b[2J"'&.so+0x2000];std::vector<int>::reserve(unsigned long): drop \
        2097152

        """)
  }

  @Test("every line is frames, a space and a number, whatever names hold")
  func form() {
    for line in renderFolded(ProfileTestReports.calm).split(separator: "\n") {
      let space = line.lastIndex(of: " ") ?? line.startIndex
      #expect(UInt64(line[line.index(after: space)...]) != nil, "\(line)")
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f })
    }
  }

  @Test("nothing live gives no line")
  func empty() {
    #expect(renderFolded(ProfileTestReports.empty).isEmpty)
  }
}
