// SPDX-License-Identifier: Apache-2.0
import CLibdw

/// Where the functions of a module begin and end, by its symbols.
///
/// elfutils looks through all symbols of a module for each question. This looks through them once.
struct FunctionStarts {
  private struct Row {
    var start: UInt64
    var end: UInt64
  }

  /// Ascending by start.
  private let rows: [Row]

  var count: Int { rows.count }

  init(of module: OpaquePointer) {
    var sized: [Range<UInt64>] = []
    var labels: [UInt64] = []
    let count = dwfl_module_getsymtab(module)
    for index in 1..<max(1, count) {
      var symbol = GElf_Sym()
      var address: GElf_Addr = 0
      var section: GElf_Word = 0
      guard
        dwfl_module_getsym_info(module, index, &symbol, &address, &section, nil, nil) != nil,
        section != GElf_Word(SHN_UNDEF), section != GElf_Word(SHN_ABS)
      else { continue }
      switch Int32(symbol.st_info & 0xf) {
      case STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE: break
      default: continue
      }
      if symbol.st_size > 0 {
        sized.append(address..<max(address, address &+ symbol.st_size))
      } else {
        labels.append(address)
      }
    }
    self.init(sized: sized, labels: labels)
  }

  /// `labels` are symbols without a size: functions in assembly, or places within other functions.
  init(sized: [Range<UInt64>], labels: [UInt64]) {
    var all = sized.map { Row(start: $0.lowerBound, end: $0.upperBound) }
    all += labels.map { Row(start: $0, end: .max) }
    // Of symbols at one place those with a size come first.
    all.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    var rows: [Row] = []
    var covered: UInt64 = 0
    for row in all {
      let isLabel = row.end == .max
      if isLabel, row.start < covered || rows.last?.start == row.start { continue }
      if !isLabel { covered = max(covered, row.end) }
      if let last = rows.last, last.start == row.start {
        rows[rows.count - 1].end = row.end
      } else {
        rows.append(row)
      }
    }
    self.rows = rows
  }

  /// Where the function begins that has code at `place`.
  func start(of place: UInt64) -> UInt64? {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= place { low = middle + 1 } else { high = middle }
    }
    guard low > 0, place < rows[low - 1].end else { return nil }
    return rows[low - 1].start
  }
}
