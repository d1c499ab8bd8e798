// Innocent: a dictionary of buffers that holds 32 at most, and an array that grows and is emptied.
// SPDX-License-Identifier: Apache-2.0
import Glibc

struct Pages {
  var kept: [Int: [UInt8]] = [:]
  var journal: [Int] = []

  @inline(never)
  mutating func visit(_ number: Int) {
    kept[number] = [UInt8](repeating: 1, count: 192 << 10)
    if kept.count > 32 { kept[number - 32] = nil }
    journal.append(contentsOf: number..<number + 2000)
    if number % 40 == 0 { journal = [] }
  }
}

setvbuf(stdout, nil, _IOLBF, 0)
alarm(600)
print("pid \(getpid())")
print("ready")
var pages = Pages()
var number = 0
while true {
  pages.visit(number)
  number += 1
  usleep(50_000)
}
