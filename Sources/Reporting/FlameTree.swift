// SPDX-License-Identifier: Apache-2.0
public import MappingLedger
public import Symbolization

/// The samples of a profile, merged where their call paths begin alike, outermost call first.
///
/// The first level is processes, the last one kinds of memory. Rows are in drawing order: each before its
/// children, siblings by size.
public struct FlameTree: Sendable {
  public var rows: [FlameRow]
  /// Rows that were too small to keep: how many, and their live bytes.
  public var leftOut: ProfileSample.Amount
  public var total: FlameAmounts

  public var depth: Int { rows.reduce(0) { max($0, $1.depth + 1) } }

  /// The kinds of memory in the rows, by live bytes, the largest first.
  public var kinds: [MappingKind] {
    var bytes: [MappingKind: UInt64] = [:]
    for row in rows {
      if case .kind(let kind) = row.content {
        bytes[kind] = (bytes[kind] ?? 0).addingClamped(row.amounts.live.bytes)
      }
    }
    return bytes.sorted { ($0.value, $0.key.rawValue) > ($1.value, $1.key.rawValue) }.map(\.key)
  }
}

/// The size of a box of a flame graph, measured in three ways.
public struct FlameAmounts: Sendable, Hashable {
  public var live = ProfileSample.Amount()
  /// The part of it that was mapped since tracing began.
  public var fresh = ProfileSample.Amount()
  /// The part of the live memory that a verdict calls leaking.
  public var leaked = ProfileSample.Amount()

  public init() {}

  mutating func add(_ sample: ProfileSample) {
    live.add(sample.live)
    fresh.add(sample.fresh)
    leaked.add(sample.leaked)
  }
}

/// One box of a flame graph.
public struct FlameRow: Sendable {
  public enum Content: Hashable, Sendable {
    case everything
    case process(space: Int, id: UInt32, name: String)
    case frame(StackFrame)
    case noStack
    case kind(MappingKind)
  }

  public var content: Content
  /// 0 for the box of everything.
  public var depth: Int
  public var amounts: FlameAmounts
  /// The kind of most of its memory.
  public var mainKind: MappingKind
}

extension FlameTree {
  /// Of deeper call paths the innermost frames are kept.
  private static let deepest = 120

  /// Keeps `mostRows` boxes. The smallest are dropped, unless something in them leaks.
  public init(of profile: ProfileReport, mostRows: Int = 4000) {
    let root = Node()
    for sample in profile.samples where sample.live.bytes > 0 {
      root.take(sample, path: Self.path(of: sample)[...])
    }
    total = root.amounts
    var sizes: [UInt64] = []
    root.listSizes(into: &sizes)
    sizes.sort(by: >)
    let least = sizes.count > mostRows ? sizes[max(0, mostRows - 1)] : 0
    rows = []
    leftOut = ProfileSample.Amount()
    guard total.live.bytes > 0 else { return }
    append(root, .everything, depth: 0, least: least)
  }

  private static func path(of sample: ProfileSample) -> [FlameRow.Content] {
    var path: [FlameRow.Content] = [
      .process(space: sample.space, id: sample.process.raw, name: sample.processName)
    ]
    if let frames = sample.callPath?.frames, !frames.isEmpty {
      path += frames.prefix(deepest).reversed().map { .frame($0.unplaced) }
    } else {
      path.append(.noStack)
    }
    return path + [.kind(sample.kind)]
  }

  private mutating func append(
    _ node: Node, _ content: FlameRow.Content, depth: Int, least: UInt64
  ) {
    if node.amounts.live.bytes < least, node.amounts.leaked.bytes == 0 {
      return leftOut.add(
        ProfileSample.Amount(count: node.rowCount, bytes: node.amounts.live.bytes))
    }
    rows.append(
      FlameRow(content: content, depth: depth, amounts: node.amounts, mainKind: node.mainKind))
    let order = node.children.sorted { a, b in
      let (first, second) = (a.value.amounts, b.value.amounts)
      if first.leaked.bytes != second.leaked.bytes {
        return first.leaked.bytes > second.leaked.bytes
      }
      if first.live.bytes != second.live.bytes { return first.live.bytes > second.live.bytes }
      return a.value.ordinal < b.value.ordinal
    }
    for (content, child) in order { append(child, content, depth: depth + 1, least: least) }
  }
}

/// A row under construction.
private final class Node {
  var amounts = FlameAmounts()
  var kinds: [MappingKind: UInt64] = [:]
  var children: [FlameRow.Content: Node] = [:]
  /// The order in which samples first reached it, among its siblings.
  let ordinal: Int

  init(ordinal: Int = 0) { self.ordinal = ordinal }

  func take(_ sample: ProfileSample, path: ArraySlice<FlameRow.Content>) {
    var node = self
    node.count(sample)
    for content in path {
      if let child = node.children[content] {
        node = child
      } else {
        let child = Node(ordinal: node.children.count)
        node.children[content] = child
        node = child
      }
      node.count(sample)
    }
  }

  private func count(_ sample: ProfileSample) {
    amounts.add(sample)
    kinds[sample.kind, default: 0] &+= sample.live.bytes
  }

  var mainKind: MappingKind {
    kinds.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .anonymous
  }

  var rowCount: Int { children.values.reduce(1) { $0 + $1.rowCount } }

  func listSizes(into sizes: inout [UInt64]) {
    sizes.append(amounts.live.bytes)
    for child in children.values { child.listSizes(into: &sizes) }
  }
}

extension StackFrame {
  /// The frame without its address, which differs between processes. Boxes are told apart by function and
  /// line, or by offset in a module.
  fileprivate var unplaced: StackFrame {
    StackFrame(
      address: module == nil && function == nil ? address : 0, function: function, module: module,
      offset: function == nil ? offset : nil, file: file, line: line, isInlined: isInlined,
      unresolved: unresolved)
  }
}
