// SPDX-License-Identifier: Apache-2.0
package import LeakDetection
package import MappingEvents
package import MappingLedger

extension Verdict.Standing {
  /// In capitals, so that it is found without color.
  package var word: String { rawValue.uppercased() }
}

extension MappingKind {
  /// At most seven letters, for narrow tables.
  package var shortWord: String {
    switch self {
    case .anonymous: "anon"
    case .file, .heap, .guard, .special: rawValue
    case .mainStack: "main"
    case .threadStack: "stack"
    case .sharedMemory: "shm"
    }
  }
}

extension Protection {
  /// As in /proc/PID/maps: `rw-p`.
  package func word(isShared: Bool) -> String {
    (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-")
      + (contains(.execute) ? "x" : "-") + (isShared ? "s" : "p")
  }

  /// Without the sharing: `rw-`.
  package var word: StaticString {
    switch rawValue & 7 {
    case 0: "---"
    case 1: "r--"
    case 2: "-w-"
    case 3: "rw-"
    case 4: "--x"
    case 5: "r-x"
    case 6: "-wx"
    default: "rwx"
    }
  }
}
