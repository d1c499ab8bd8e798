// Leaks 256 KiB every 200 ms: uploads appended to an array that is never emptied.
// SPDX-License-Identifier: Apache-2.0
import Glibc

struct Archive {
  var uploads: [[UInt8]] = []

  @inline(never)
  mutating func recordUpload(_ number: Int) {
    let upload = [UInt8](repeating: UInt8(number % 256), count: 256 << 10)  // culprit
    uploads.append(upload)
  }
}

setvbuf(stdout, nil, _IOLBF, 0)
alarm(600)
print("pid \(getpid())")
print("ready")
var archive = Archive()
var number = 0
while true {
  archive.recordUpload(number)
  number += 1
  usleep(200_000)
}
