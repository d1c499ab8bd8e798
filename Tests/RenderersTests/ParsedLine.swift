// SPDX-License-Identifier: Apache-2.0
import Foundation
import MappingEvents
import Testing

@testable import Renderers

/// A line of NDJSON as a reader sees it.
struct ParsedLine {
  let fields: [String: Any]

  /// Field name and JSON type, `number?` when it is null.
  var shape: [String: String] { fields.mapValues { Self.type(of: $0) } }

  subscript(name: String) -> String? { fields[name] as? String }
  func number(_ name: String) -> UInt64? { (fields[name] as? NSNumber)?.uint64Value }
  func signed(_ name: String) -> Int64? { (fields[name] as? NSNumber)?.int64Value }
  func list(_ name: String) -> [String]? { fields[name] as? [String] }
  func flag(_ name: String) -> Bool? { fields[name] as? Bool }
  func isNull(_ name: String) -> Bool { fields[name] is NSNull }

  /// The fields that every event has, and `others`.
  static func event(_ others: [String: String] = [:]) -> [String: String] {
    [
      "type": "string", "ts_ns": "number", "pid": "number", "tid": "number", "comm": "string",
      "space": "number",
    ].merging(others) { $1 }
  }

  /// The one line that `body` writes.
  static func written(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (inout JSONLines) -> Void
  ) throws -> ParsedLine {
    var lines = JSONLines(ownProcess: ProcessID(9))
    body(&lines)
    let parsed = lines.parsed(sourceLocation: sourceLocation)
    #expect(parsed.count == 1, sourceLocation: sourceLocation)
    return try #require(parsed.first, sourceLocation: sourceLocation)
  }

  private static func type(of value: Any) -> String {
    switch value {
    case is NSNull: "null"
    case is String: "string"
    case let number as NSNumber: String(cString: number.objCType) == "c" ? "bool" : "number"
    case is [Any]: "list"
    case is [String: Any]: "object"
    default: "unknown"
    }
  }
}

extension JSONLines {
  /// What is written, line by line; fails the test for one that is no JSON object.
  func parsed(sourceLocation: SourceLocation = #_sourceLocation) -> [ParsedLine] {
    #expect(bytes.isEmpty || bytes.last == UInt8(ascii: "\n"), sourceLocation: sourceLocation)
    return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).compactMap {
      guard
        let fields = try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
      else {
        Issue.record(
          "no JSON object: \(String(decoding: $0, as: UTF8.self))", sourceLocation: sourceLocation)
        return nil
      }
      return ParsedLine(fields: fields)
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}
