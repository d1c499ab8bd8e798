// SPDX-License-Identifier: Apache-2.0
import LeakDetection
import Reporting

/// The column that the table of processes is sorted by.
public enum SortColumn: String, Sendable, CaseIterable {
  /// The report's own order: leaks first, then by growth.
  case growth = "+VIRT"
  case rate = "+VIRT/M"
  case virtual = "VIRT"
  case resident = "RES"
  case residentGrowth = "+RES"
  case mappings = "MAPS"
  case mapRate = "MAP/S"
  case name = "NAME"
  case process = "PID"

  /// The order in words, for the status line.
  var words: String {
    switch self {
    case .growth: "verdict, then growth"
    case .rate: "growth per minute"
    case .virtual: "virtual size"
    case .resident: "resident size"
    case .residentGrowth: "growth of resident size"
    case .mappings: "mappings"
    case .mapRate: "mappings made per second"
    case .name: "name"
    case .process: "process id"
    }
  }

  /// Numbers in descending order, names and ids in ascending order.
  func precedes(_ a: SpaceRow, _ b: SpaceRow) -> Bool {
    func down<Value: Comparable>(_ first: Value, _ second: Value) -> Bool {
      first != second ? first > second : a.space < b.space
    }
    func up<Value: Comparable>(_ first: Value, _ second: Value) -> Bool {
      first != second ? first < second : a.space < b.space
    }
    return switch self {
    case .growth: down(a.virtualGrowth, b.virtualGrowth)
    case .rate: down(a.virtualPerMinute, b.virtualPerMinute)
    case .virtual: down(a.virtualBytes, b.virtualBytes)
    case .resident: down(a.residentBytes ?? 0, b.residentBytes ?? 0)
    case .residentGrowth: down(a.residentGrowth, b.residentGrowth)
    case .mappings: down(a.mappings, b.mappings)
    case .mapRate: down(a.mapsPerSecond, b.mapsPerSecond)
    case .name: up(a.name, b.name)
    case .process: up(a.process, b.process)
    }
  }
}
