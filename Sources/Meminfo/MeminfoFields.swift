// SPDX-License-Identifier: Apache-2.0

/// All fields of one read of /proc/meminfo, in its order, with sizes in bytes.
///
/// Fields differ between kernels and build options. Only MemTotal and MemFree are required, and unknown fields
/// are kept.
public struct MeminfoFields: Equatable, Sendable {
  public struct Field: Equatable, Sendable {
    public let name: String
    /// Bytes, or a count where the kernel prints no unit (`HugePages_Total`).
    public let value: UInt64
    public let isBytes: Bool
  }

  public enum ParseFailure: Error, Equatable {
    case missing(field: String)
  }

  public let all: [Field]
  /// Lines that are no field. The kernel prints none.
  public let unreadableLines: [String]
  private let values: [String: UInt64]

  public init(parsing text: String) throws(ParseFailure) {
    var fields: [Field] = []
    var unreadable: [String] = []
    for line in text.split(separator: "\n") {
      if let field = Self.field(line) { fields.append(field) } else { unreadable.append("\(line)") }
    }
    all = fields
    unreadableLines = unreadable
    values = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    for needed in ["MemTotal", "MemFree"] where values[needed] == nil {
      throw .missing(field: needed)
    }
  }

  /// The value of a field; `nil` when this kernel does not have it.
  public subscript(name: String) -> UInt64? { values[name] }

  private static func field(_ line: Substring) -> Field? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let words = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
    guard let number = words.first.flatMap({ UInt64($0) }) else { return nil }
    let isBytes = words.count > 1
    let (value, overflow) = number.multipliedReportingOverflow(by: isBytes ? 1024 : 1)
    guard words.count <= 2, !isBytes || words[1] == "kB", !overflow else { return nil }
    return Field(name: String(line[..<colon]), value: value, isBytes: isBytes)
  }
}
