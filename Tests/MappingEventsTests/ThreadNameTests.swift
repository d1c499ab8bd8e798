// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Testing

@Suite struct ThreadNameTests {
  @Test(
    "a name of up to 15 bytes comes back unchanged",
    arguments: [
      ("", ""), ("a", "a"), ("12345678", "12345678"), ("123456789", "123456789"),
      ("123456789012345", "123456789012345"), ("1234567890123456", "123456789012345"),
    ])
  func text(given: String, kept: String) {
    #expect(ThreadName(given).text == kept)
  }

  @Test("a character that was cut in the middle shows a replacement character")
  func cut() {
    #expect(ThreadName("12345678901234é").text == "12345678901234\u{fffd}")
  }

  @Test("sixteen bytes without a NUL are all part of the name")
  func unterminated() {
    let word: UInt64 = 0x6161_6161_6161_6161
    #expect(ThreadName(low: word, high: word).text == String(repeating: "a", count: 16))
  }
}
