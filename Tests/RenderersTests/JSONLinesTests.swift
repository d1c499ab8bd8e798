// SPDX-License-Identifier: Apache-2.0
import Foundation
import MappingEvents
import Testing

@testable import Renderers

@Suite struct JSONLinesTests {
  private func line(_ body: (inout JSONLines) -> Void) -> String {
    var lines = JSONLines(ownProcess: ProcessID(9))
    lines.begin()
    body(&lines)
    lines.end()
    return lines.text
  }

  @Test("an object is one line, its fields apart by commas")
  func fields() {
    #expect(line { _ in } == "{}\n")
    let text = line {
      $0.field("a", 1)
      $0.field("b", true)
      $0.field("c", "x")
      $0.field("d", word: "y")
      $0.null("e")
    }
    #expect(text == #"{"a":1,"b":true,"c":"x","d":"y","e":null}"# + "\n")
  }

  @Test("quotes, backslashes and every control character are escaped")
  func escapes() {
    #expect(line { $0.field("t", #"a"b\c"#) } == #"{"t":"a\"b\\c"}"# + "\n")
    #expect(
      line { $0.field("t", "\u{0}\t\n\r\u{1b}[2J\u{7f}") }
        == #"{"t":"\u0000\u0009\u000a\u000d\u001b[2J\u007f"}"# + "\n")
  }

  @Test("every character from 0 to 0x7f, and those above, come back as they were")
  func roundTrip() throws {
    let text = String((0...0x7f).map { Character(Unicode.Scalar($0)) }) + "é\u{2028}\u{1f427}"
    var lines = JSONLines(ownProcess: ProcessID(9))
    lines.begin()
    lines.field("t", text)
    lines.end()
    #expect(lines.bytes.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(!lines.bytes.dropLast().contains { $0 < 0x20 || $0 == 0x7f })
    #expect(try #require(lines.parsed().first)["t"] == text)
  }

  @Test("bytes that are no UTF-8 are the replacement character")
  func invalidUTF8() throws {
    let text = String(decoding: [0x61, 0xff, 0xc3, 0x62] as [UInt8], as: UTF8.self)
    #expect(line { $0.field("t", text) } == "{\"t\":\"a\u{fffd}\u{fffd}b\"}\n")
  }

  @Test(
    "whole numbers are written to their last digit",
    arguments: [
      (0, "0"), (9, "9"), (10, "10"), (4_294_967_296, "4294967296"),
      (UInt64.max, "18446744073709551615"),
    ] as [(UInt64, String)])
  func unsigned(number: UInt64, text: String) {
    #expect(line { $0.field("n", number) } == "{\"n\":\(text)}\n")
  }

  @Test(
    "signed numbers reach from the least to the greatest",
    arguments: [
      (-1, "-1"), (0, "0"), (Int64.min, "-9223372036854775808"),
      (Int64.max, "9223372036854775807"),
    ] as [(Int64, String)])
  func signed(number: Int64, text: String) {
    #expect(line { $0.field("n", number) } == "{\"n\":\(text)}\n")
  }

  @Test(
    "addresses are strings of hexadecimal digits, without leading zeros",
    arguments: [
      (0, "0x0"), (0xf, "0xf"), (0x10, "0x10"), (0x7f3a_5c00_0000, "0x7f3a5c000000"),
      (UInt64.max, "0xffffffffffffffff"),
    ] as [(UInt64, String)])
  func addresses(address: UInt64, text: String) {
    #expect(line { $0.field("a", address: address) } == "{\"a\":\"\(text)\"}\n")
  }

  @Test("what is not known is null")
  func unknown() {
    let text = line {
      $0.field("a", address: nil)
      $0.field("b", optional: nil as UInt64?)
      $0.field("c", optional: nil as String?)
      $0.stack(nil)
    }
    #expect(text == #"{"a":null,"b":null,"c":null,"stack":null}"# + "\n")
  }

  @Test("lists and objects nest, and the field after them has its comma")
  func nested() {
    let text = line {
      $0.array("none", [])
      $0.array("names", ["a\"", "b"])
      $0.object("empty") { _ in }
      $0.object("inner") { inner in
        inner.field("x", 1)
        inner.object("deep") { $0.field("y", false) }
        inner.field("z", 2)
      }
      $0.objects("list", [1, 2]) { line, element in
        line.field("n", element)
        line.array("tags", ["t"])
      }
      $0.objects("nothing", [Int]()) { _, _ in }
      $0.field("last", 3)
    }
    #expect(
      text
        == #"{"none":[],"names":["a\"","b"],"empty":{},"#
        + #""inner":{"x":1,"deep":{"y":false},"z":2},"#
        + #""list":[{"n":1,"tags":["t"]},{"n":2,"tags":["t"]}],"nothing":[],"last":3}"# + "\n")
  }

  @Test("a line that turned out wrong is taken out whole")
  func removal() {
    var lines = JSONLines(ownProcess: ProcessID(9))
    var ends = [0]
    for number in 1...3 {
      lines.begin()
      lines.field("n", number)
      lines.end()
      ends.append(lines.count)
    }
    lines.remove(ends[1]..<ends[2])
    #expect(lines.text == "{\"n\":1}\n{\"n\":3}\n")
    lines.removeAll()
    #expect(lines.isEmpty && lines.text.isEmpty)
  }
}
