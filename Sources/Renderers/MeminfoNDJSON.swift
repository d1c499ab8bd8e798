// SPDX-License-Identifier: Apache-2.0
public import Meminfo

/// The memory report as one line of NDJSON, of type `meminfo`.
///
/// Sizes are bytes unless `"unit"` is `"count"`. `delta`, `per_minute` and `elapsed_ns` are null with a single
/// sample. `share` is a fraction of `limit`.
public enum MeminfoNDJSON {
  public static func render(_ report: MeminfoReport) -> String {
    object([
      ("type", string("meminfo")),
      ("ts_ns", "\(report.takenNs)"),
      ("elapsed_ns", number(report.elapsedNs)),
      ("total", "\(report.total)"),
      ("holders", object(report.groups.map { ($0.holder.rawValue, "\($0.size)") })),
      ("findings", list(report.findings.map { string($0.item.name) })),
      ("items", list(report.rows.map(item))),
      ("notes", list(report.notes.map { string($0.words) })),
    ]) + "\n"
  }

  private static func item(_ row: MeminfoRow) -> String {
    object([
      ("name", string(row.item.name)),
      ("kind", string(kind(row.item))),
      ("holder", holder(row.item)),
      ("unit", string(row.item.isCount ? "count" : "bytes")),
      ("size", "\(row.size)"),
      ("delta", number(row.delta)),
      ("per_minute", number(row.perMinute)),
      ("limit", number(row.limit?.most)),
      ("limit_name", row.limit.map { string($0.name) } ?? "null"),
      ("share", row.share.map(fraction) ?? "null"),
      ("severity", string(row.severity.rawValue)),
      ("why", list(row.reasons.map { string(row.words($0)) })),
      ("meaning", string(row.item.meaning)),
      ("next", string(row.next.command)),
      ("next_tells", string(row.next.tells)),
      ("details", list(row.details.map(detail))),
    ])
  }

  private static func detail(_ detail: MeminfoDetail) -> String {
    object([
      ("name", string(detail.label)),
      ("size", "\(detail.size)"),
      ("delta", number(detail.delta)),
    ])
  }

  private static func kind(_ item: MeminfoItem) -> String {
    switch item.standing {
    case .place: "place"
    case .part: "part"
    case .limit: "limit"
    }
  }

  private static func holder(_ item: MeminfoItem) -> String {
    if case .place(let holder) = item.standing { string(holder.rawValue) } else { "null" }
  }

  private static func number(_ value: (some BinaryInteger)?) -> String {
    value.map { "\($0)" } ?? "null"
  }

  /// Four decimals, without the exponents and rounding noise of a Double.
  private static func fraction(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e12 else { return "null" }
    let scaled = UInt64((value * 10_000).rounded())
    let decimals = String(scaled % 10_000)
    return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - decimals.count) + decimals
  }

  private static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  private static func list(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ",") + "]"
  }

  private static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
