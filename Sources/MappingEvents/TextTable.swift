// SPDX-License-Identifier: Apache-2.0

/// Stands for a text in a `TextTable`.
public struct TextID: Hashable, Sendable {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}

/// Each distinct path once.
///
/// Bounded: past `capacity` texts new ones all become one that says so, because paths come from
/// traced processes and a hostile one can invent them without end.
public struct TextTable: Sendable {
  private var texts: [String] = ["", "(too many distinct paths)"]
  private var ids: [String: TextID] = ["": TextID(0)]
  private let capacity: Int

  public static let empty = TextID(0)

  public init(capacity: Int = 1 << 17) {
    self.capacity = capacity
  }

  public subscript(id: TextID) -> String { texts[Int(id.raw)] }

  public var count: Int { ids.count }

  public mutating func intern(_ text: String) -> TextID {
    if let known = ids[text] { return known }
    guard texts.count < capacity else { return TextID(1) }
    let id = TextID(UInt32(texts.count))
    texts.append(text)
    ids[text] = id
    return id
  }

  /// `bytes` as text; what is no UTF-8 becomes U+FFFD.
  public mutating func intern(_ bytes: UnsafeRawBufferPointer) -> TextID {
    intern(String(decoding: bytes, as: UTF8.self))
  }
}
