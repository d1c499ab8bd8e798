// SPDX-License-Identifier: Apache-2.0

/// Stands for a text in a `TextTable`.
public struct TextID: Hashable, Sendable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}

/// Each distinct path once.
///
/// Bounded: those that nobody uses any more are forgotten in sweeps, and past `capacity` new ones all
/// become one that says so, because paths come from traced processes and a hostile one can invent
/// them without end.
public struct TextTable: Sendable {
  private var texts: [String] = ["", "(too many distinct paths)"]
  private var ids: [String: TextID] = ["": TextID(0)]
  private let capacity: Int
  /// Places of texts that were forgotten.
  private var free: [TextID] = []
  private var sweepAt = leastToSweep
  private static let leastToSweep = 4096

  public static let empty = TextID(0)

  public init(capacity: Int = 1 << 17) {
    self.capacity = capacity
  }

  public subscript(id: TextID) -> String { texts[Int(id.raw)] }

  public var count: Int { ids.count }

  /// Whether there are twice as many as were in use at the last sweep, and many, or some did not fit in.
  public var isDueForSweep: Bool { count >= sweepAt || hasRefused }
  private var hasRefused = false

  /// Forgets all texts but these. Their ids will stand for others.
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

  /// `bytes` as text; what is no UTF-8 becomes U+FFFD.
  public mutating func intern(_ bytes: UnsafeRawBufferPointer) -> TextID {
    intern(String(decoding: bytes, as: UTF8.self))
  }
}
