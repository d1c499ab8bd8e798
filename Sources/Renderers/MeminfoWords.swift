// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TextLayout

extension MeminfoRow {
  var sizeText: String { item.isCount ? formatCount(size) : formatBytes(size) }

  var deltaText: String? { delta.map { Self.signed($0, isCount: item.isCount) } }

  /// Empty for no change, so that changes stand out in a column.
  var rateText: String? {
    perMinute.map { $0 == 0 ? "" : Self.signed($0, isCount: item.isCount) }
  }

  var rateWords: String { rateText.map { $0.isEmpty ? "" : ", \($0)/min" } ?? "" }

  func words(_ reason: MeminfoReason) -> String {
    switch reason.fact {
    case .above(let share) where item == .committed && share == 1:
      return "more than RAM and swap together: programs cannot use all of it at once"
    case .above(let share):
      return "\(Int((share * 100).rounded()))% or more is \(reason.severity.rawValue)"
    case .below(let share):
      return "less than \(Int((share * 100).rounded()))% is left"
    case .exhausted(let inNs):
      let time = formatDuration(nanoseconds: inNs)
      let hasOwnLimit = item.standing == .limit && item != .available
      return "at this rate, "
        + (hasOwnLimit ? "the limit is reached in \(time)" : "no memory is left in \(time)")
    case .present:
      return item == .outOfMemoryKills ? "happened since boot" : "there should be none"
    case .happenedWhileWatching:
      return "happened while watching"
    case .reservedUnused(let bytes):
      return
        "\(formatBytes(bytes.magnitude)) more reserved, less than half of it used so far"
    }
  }

  static func signed(_ value: Int64, isCount: Bool) -> String {
    guard isCount, value != 0 else { return isCount ? "0" : formatSignedBytes(value) }
    return (value < 0 ? "-" : "+") + formatCount(value.magnitude)
  }
}

extension MeminfoDetail {
  var words: String {
    let size = isCount ? formatCount(size) : formatBytes(size)
    guard let delta, delta.magnitude >= (isCount ? 1 : 64 << 10) else { return "\(label) \(size)" }
    return "\(label) \(size) \(MeminfoRow.signed(delta, isCount: isCount))"
  }
}

extension MeminfoNote {
  var words: String {
    switch self {
    case .pressure(let hundredths):
      """
      some task waited for memory during \(formatShare(Double(hundredths) / 10_000)) of the last 10 s
      """
    case .totalChanged(let delta):
      """
      MemTotal changed by \(formatSignedBytes(delta)): a balloon, or memory plugged in or out
      """
    case .overcounted(let bytes):
      """
      the counters add up to \(formatBytes(bytes)) too much: the kernel does not read them at one \
      instant, or counts pages twice
      """
    case .unknownField(let name, let value, let isBytes):
      """
      \(name) (\(isBytes ? formatBytes(value) : formatCount(value))) is a field that bpfleak does \
      not know; if no other field counts it, it is in UNACCOUNTED
      """
    case .notCounted(let field, let version):
      "this kernel has no \(field), which came with Linux \(version); that memory is in UNACCOUNTED"
    case .unreadableLines(let count):
      "\(count) lines of /proc/meminfo could not be read"
    }
  }
}
