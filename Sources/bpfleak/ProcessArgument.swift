// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A process id on the command line: 1 and up, in decimal digits.
enum ProcessArgument {
  static func parse(_ text: String) throws -> UInt32 {
    guard let id = UInt32(text), id > 0 else {
      throw ValidationError(
        "it takes a process id, such as 31108; list them with: ps -e -o pid,comm")
    }
    return id
  }
}
