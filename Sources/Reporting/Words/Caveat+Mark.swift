// SPDX-License-Identifier: Apache-2.0

extension SpaceRow.Caveat {
  /// One character for a table.
  package var mark: String {
    switch self {
    case .notYetListed: "*"
    case .lostEvents: "!"
    case .compat: "~"
    }
  }
}
