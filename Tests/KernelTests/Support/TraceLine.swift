// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A value of JSON; whole numbers keep all their digits.
indirect enum JSONValue: Equatable, Sendable {
  case null
  case flag(Bool)
  case whole(Int64)
  case fraction(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(_ raw: Any) {
    switch raw {
    case let text as String: self = .text(text)
    case let list as [Any]: self = .list(list.map { JSONValue($0) })
    case let object as [String: Any]: self = .object(object.mapValues { JSONValue($0) })
    case let number as NSNumber where number.objCType.pointee == CChar(UInt8(ascii: "c")):
      self = .flag(number.boolValue)
    case let number as NSNumber:
      self = Int64(exactly: number).map { .whole($0) } ?? .fraction(number.doubleValue)
    default: self = .null
    }
  }
}

/// One line of NDJSON.
struct TraceLine: Sendable, Equatable {
  var fields: [String: JSONValue]

  enum Failure: Error { case notAnObject(String) }

  init(fields: [String: JSONValue]) { self.fields = fields }

  init(_ bytes: some Collection<UInt8>) throws {
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    guard case .object(let fields) = JSONValue(object) else {
      throw Failure.notAnObject(String(decoding: bytes, as: UTF8.self))
    }
    self.fields = fields
  }

  /// Every line that is complete; throws for one that does not parse.
  static func all(_ bytes: [UInt8]) throws -> [TraceLine] {
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    return try bytes[...end].split(separator: UInt8(ascii: "\n")).map { try TraceLine($0) }
  }

  var type: String { text("type") ?? "" }
  var pid: Int { number("pid") ?? -1 }
  var tid: Int { number("tid") ?? -1 }
  var space: Int { number("space") ?? -1 }

  func number(_ name: String) -> Int? {
    if case .whole(let value) = fields[name] { Int(value) } else { nil }
  }

  func text(_ name: String) -> String? {
    if case .text(let value) = fields[name] { value } else { nil }
  }

  func flag(_ name: String) -> Bool? {
    if case .flag(let value) = fields[name] { value } else { nil }
  }

  func texts(_ name: String) -> [String] {
    guard case .list(let values) = fields[name] else { return [] }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  func numbers(_ name: String) -> [Int] {
    guard case .list(let values) = fields[name] else { return [] }
    return values.compactMap { if case .whole(let number) = $0 { Int(number) } else { nil } }
  }

  /// The thread of a stack.
  var thread: (tid: Int, isAlive: Bool)? {
    guard case .object(let thread) = fields["thread"], case .whole(let tid) = thread["tid"],
      case .flag(let isAlive) = thread["alive"]
    else { return nil }
    return (Int(tid), isAlive)
  }

  func address(_ name: String) -> UInt64? {
    text(name).flatMap { $0.hasPrefix("0x") ? UInt64($0.dropFirst(2), radix: 16) : nil }
  }

  /// `addr` and as many bytes as `len` says.
  var range: Range<UInt64>? {
    guard let start = address("addr"), let length = number("len") else { return nil }
    return start..<start + UInt64(length)
  }
}

extension [TraceLine] {
  func ofType(_ types: String...) -> [TraceLine] { filter { types.contains($0.type) } }
  func ofProcess(_ pid: Int) -> [TraceLine] { filter { $0.pid == pid } }
}
