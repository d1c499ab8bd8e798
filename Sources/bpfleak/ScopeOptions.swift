// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Which processes to trace.
struct ScopeOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Only this process's address space (repeatable).", valueName: "pid"),
    transform: ProcessArgument.parse)
  var pid: [UInt32] = []

  @Option(help: ArgumentHelp("Only processes of that name.", valueName: "name"))
  var comm: String?

  @Option(
    help: ArgumentHelp("Only that control group (version 2) and below.", valueName: "path"),
    completion: .directory)
  var cgroup: String?

  func validate(command: [String]) throws {
    let given = [
      pid.isEmpty ? nil : "--pid", comm == nil ? nil : "--comm", cgroup == nil ? nil : "--cgroup",
      command.isEmpty ? nil : "a command",
    ].compactMap { $0 }
    if given.count > 1 {
      throw ValidationError(
        "\(given[0]) and \(given[1]) cannot be used together; give one of them")
    }
    if let comm, comm.isEmpty || comm.utf8.count > 15 {
      throw ValidationError(
        "--comm takes the kernel's name of a process, 1 to 15 bytes; see: ps -e -o comm")
    }
    if cgroup == "" {
      throw ValidationError("--cgroup takes the path of a control group; see: /proc/PID/cgroup")
    }
  }
}
