// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import Procfs
import Reporting

/// The command lines of processes. Each is read once, because reading one waits for the lock of the
/// process's address space. On an ailing machine that can take long.
struct CommandLines {
  private var known: [ProcessID: (name: String, text: String)] = [:]

  mutating func fill(_ rows: inout [SpaceRow]) {
    let before = known
    known.removeAll(keepingCapacity: true)
    for index in rows.indices {
      let (process, name) = (rows[index].process, rows[index].name)
      // A process that executes another program gets another name.
      let told = before[process].flatMap { $0.name == name ? $0.text : nil }
      let text = told ?? ProcessFiles(process).commandLine ?? ""
      known[process] = (name, text)
      rows[index].commandLine = text
    }
  }
}
