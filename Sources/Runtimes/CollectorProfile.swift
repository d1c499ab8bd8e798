// SPDX-License-Identifier: Apache-2.0

/// How to recognize a process whose memory a garbage collector manages, and what that means for
/// judging it.
public struct CollectorProfile: Sendable, Equatable {
  /// Names of programs, as the kernel keeps them (at most 15 bytes).
  public var processNames: [String]
  /// Names of threads that every such process has. A program can rename itself, as node does by
  /// process.title; its threads keep their names.
  public var threadNames: [String]
  /// How many times as long, and as much, as usual memory must grow before it is called a leak: a
  /// collector frees late or never.
  public var patience: UInt64

  public init(processNames: [String] = [], threadNames: [String] = [], patience: UInt64 = 4) {
    self.processNames = processNames
    self.threadNames = threadNames
    self.patience = patience
  }

  private static let byName: [String: CollectorProfile] = {
    var table: [String: CollectorProfile] = [:]
    for case let collector? in RuntimeProfile.all.map(\.collector) {
      for name in collector.processNames + collector.threadNames { table[name] = collector }
    }
    return table
  }()

  /// The collector of a process that has this name, or a thread of this name; nil when none is known.
  ///
  /// One table serves both, because the first thread of a process has the name of the process.
  public static func named(_ name: String) -> CollectorProfile? { byName[name] }
}
