// SPDX-License-Identifier: Apache-2.0
import CLibdw

/// Finds the compilation unit of an address in a module, by the ranges of each unit.
///
/// elfutils before 0.190 finds it in .debug_aranges alone. LLVM's compilers do not write that section.
struct UnitRanges {
  private struct Row {
    var start: Dwarf_Addr
    var end: Dwarf_Addr
    var unit: Dwarf_Off
  }

  /// Ascending by start.
  private let rows: [Row]
  private let dwarf: OpaquePointer?
  private let bias: Dwarf_Addr

  /// Reads the ranges of every unit of `module`, which takes long.
  init(of module: OpaquePointer) {
    var bias: Dwarf_Addr = 0
    dwarf = dwfl_module_getdwarf(module, &bias)
    self.bias = bias
    guard dwarf != nil else {
      rows = []
      return
    }
    var rows: [Row] = []
    var last: UnsafeMutablePointer<Dwarf_Die>?
    while let unit = dwfl_module_nextcu(module, last, &bias) {
      last = unit
      let offset = dwarf_dieoffset(unit)
      var (base, start, end): (Dwarf_Addr, Dwarf_Addr, Dwarf_Addr) = (0, 0, 0)
      var next = dwarf_ranges(unit, 0, &base, &start, &end)
      while next > 0 {
        if start < end { rows.append(Row(start: start, end: end, unit: offset)) }
        next = dwarf_ranges(unit, next, &base, &start, &end)
      }
    }
    rows.sort { $0.start < $1.start }
    self.rows = rows
  }

  /// The unit of a place in the process, and by how much addresses are higher there than in the file.
  func unit(at place: UInt64) -> (unit: Dwarf_Die, bias: Dwarf_Addr)? {
    let address = place &- bias
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address < rows[low - 1].end else { return nil }
    var unit = Dwarf_Die()
    guard dwarf_offdie(dwarf, rows[low - 1].unit, &unit) != nil else { return nil }
    return (unit, bias)
  }
}
