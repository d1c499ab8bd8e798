// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelTracer
import Testing

/// Why a test cannot run on this machine.
enum Unsupported: Error, CustomStringConvertible {
  case tracing(TracerError)
  case cgroupVersion2NotMounted
  case notInstalled(String)
  case kernelBefore(KernelVersion, for: String)
  case onlyRootChangesUsers
  case outOfReach(path: String)

  var description: String {
    switch self {
    case .tracing(let obstacle): "this machine does not let these tests trace: \(obstacle)"
    case .cgroupVersion2NotMounted: "no writable hierarchy of control groups version 2 is mounted"
    case .notInstalled(let name): "\(name) is not installed"
    case .kernelBefore(let version, let name): "\(name) came with Linux \(version)"
    case .onlyRootChangesUsers: "only root can run something as somebody else"
    case .outOfReach(let path): "user nobody cannot reach \(path)"
    }
  }
}

/// What a test needs, and why this machine does not have it.
enum Need {
  case tracing
  case cgroupVersion2
  case program(String)
  case kernel(KernelVersion, for: String)
  case becomingNobody

  var obstacle: Unsupported? {
    switch self {
    case .tracing: Probe().obstacle.map { .tracing($0) }
    case .cgroupVersion2: ControlGroup.root == nil ? .cgroupVersion2NotMounted : nil
    case .program(let name): Programs.installed(name) == nil ? .notInstalled(name) : nil
    case .kernel(let version, let name):
      Probe().version.map { $0 < version } == true ? .kernelBefore(version, for: name) : nil
    case .becomingNobody: Self.obstacleToBecomingNobody
    }
  }

  private static var obstacleToBecomingNobody: Unsupported? {
    if geteuid() != 0 { return .onlyRootChangesUsers }
    if Programs.installed("setpriv") == nil { return .notInstalled("setpriv") }
    // Every directory down to the program lets others pass.
    guard let path = try? Programs.bpfleak() else { return nil }
    var directory = URL(filePath: path)
    while directory.path != "/" {
      var status = stat()
      guard stat(directory.path, &status) == 0, status.st_mode & 0o001 != 0 else {
        return .outOfReach(path: directory.path)
      }
      directory.deleteLastPathComponent()
    }
    return nil
  }
}

extension Trait where Self == ConditionTrait {
  static func needs(_ need: Need) -> Self {
    let obstacle = need.obstacle
    return .disabled(if: obstacle != nil, "\(obstacle.map { "\($0)" } ?? "")")
  }
}
