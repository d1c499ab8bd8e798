// SPDX-License-Identifier: Apache-2.0

/// The name of a row of docs/judging.md. A verdict carries the one that made it.
public struct RuleName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let raw: String

  public init(_ raw: String) { self.raw = raw }
  public init(stringLiteral raw: String) { self.raw = raw }

  public var description: String { raw }
}
