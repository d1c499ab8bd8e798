// SPDX-License-Identifier: Apache-2.0

/// The number of a text in a `TextTable`.
public struct TextID: Hashable, Sendable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}

/// Paths, each stored once.
///
/// The size is bounded, because paths come from traced processes and a hostile process can invent any
/// number of them. Sweeps forget the paths that are no longer used. Past `capacity`, every new path
/// becomes one text that says there are too many.
public struct TextTable: Sendable {
  private var texts: [String] = ["", "(too many distinct paths)"]
  private var ids: [String: TextID] = ["": TextID(0)]
  private let capacity: Int
  /// Ids of forgotten texts, free to be used again.
  private var free: [TextID] = []
  private var sweepAt = leastToSweep
  private static let leastToSweep = 4096

  public static let empty = TextID(0)

  public init(capacity: Int = 1 << 17) {
    self.capacity = capacity
  }

  public subscript(id: TextID) -> String { texts[Int(id.raw)] }

  public var count: Int { ids.count }

  /// Whether a sweep is worth its cost: the table has doubled since the last one and is not small, or a
  /// text did not fit.
  public var isDueForSweep: Bool { count >= sweepAt || hasRefused }
  private var hasRefused = false

  /// Forgets all texts but `used`. The ids of forgotten texts are given to new ones.
  public mutating func keep(_ used: Set<TextID>) {
    for (text, id) in ids where id != Self.empty && !used.contains(id) {
      ids[text] = nil
      texts[Int(id.raw)] = ""
      free.append(id)
    }
    sweepAt = max(Self.leastToSweep, 2 * count)
    hasRefused = false
  }

  public mutating func intern(_ text: String) -> TextID {
    if let known = ids[text] { return known }
    if free.isEmpty, texts.count >= capacity {
      hasRefused = true
      return TextID(1)
    }
    let id = free.popLast() ?? TextID(UInt32(texts.count))
    if Int(id.raw) < texts.count { texts[Int(id.raw)] = text } else { texts.append(text) }
    ids[text] = id
    return id
  }

  /// The id of `bytes` read as UTF-8. Other bytes become U+FFFD.
  public mutating func intern(_ bytes: UnsafeRawBufferPointer) -> TextID {
    intern(String(decoding: bytes, as: UTF8.self))
  }
}
