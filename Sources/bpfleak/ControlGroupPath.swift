// SPDX-License-Identifier: Apache-2.0
import Procfs

/// The directory of a control group of version 2, or the sentence for whoever named it.
func controlGroupDirectory(_ given: String) throws(Failure) -> String {
  do throws(ControlGroup.Obstacle) { return try ControlGroup.directory(named: given) } catch {
    switch error {
    case .noSuchGroup(let path, let code): throw .noSuchCgroup(path: path, code: code)
    case .otherVersion(let path, let root): throw .cgroupOfOtherVersion(path: path, root: root)
    }
  }
}
