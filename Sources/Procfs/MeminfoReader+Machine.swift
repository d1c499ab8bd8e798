// SPDX-License-Identifier: Apache-2.0
import Glibc
public import Meminfo

extension MachineQuestion {
  /// Asks this machine.
  public func answer() -> MachineAnswer {
    do throws(ProcfsError) {
      switch self {
      case .contents(let path):
        return .success(String(decoding: try FileDescriptor.contents(of: path), as: UTF8.self))
      case .names(let directory):
        return .success(try entryNames(in: directory).joined(separator: "\n"))
      case .bytesInUse(let path): return bytesInUse(on: path)
      case .exists(let path):
        return access(path, F_OK) == 0 ? .success("") : .failure(Refusal(errno: errno))
      }
    } catch {
      switch error {
      case .unreadable(_, let code): return .failure(Refusal(errno: code))
      case .unexpected: return .failure(Refusal(errno: EINVAL))
      }
    }
  }

  private func bytesInUse(on mountPoint: String) -> MachineAnswer {
    var usage = statvfs()
    guard statvfs(mountPoint, &usage) == 0 else { return .failure(Refusal(errno: errno)) }
    let blocks = usage.f_blocks >= usage.f_bfree ? usage.f_blocks - usage.f_bfree : 0
    return .success(String(UInt64(blocks) &* UInt64(usage.f_frsize)))
  }
}

extension MeminfoReader {
  /// Asks this machine, or whoever stands between and notes the answers.
  public init(asking ask: @escaping (MachineQuestion) -> MachineAnswer = { $0.answer() }) {
    self.init(pageSize: MachineFacts.pageBytes, asking: ask)
  }

  public func sample() throws(Failure) -> MeminfoSample {
    try sample(at: Clock.now.nanoseconds)
  }

  public func machineMemory() -> MachineMemory? { machineMemory(at: Clock.now.nanoseconds) }
}
