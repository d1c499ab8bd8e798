// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import MappingLedger
import Reporting
import Symbolization
import TestKit

/// Literal profiles: what the goldens, the readers of pprof and the browser are given.
enum ProfileTestReports {
  typealias Amount = ProfileSample.Amount

  static func seconds(_ ago: UInt64) -> KernelInstant {
    KernelInstant(nanoseconds: TextTestReports.now.nanoseconds - ago * 1_000_000_000)
  }

  /// A line from the first mapping to now, an even share at each step.
  static func growing(_ total: Amount, over: UInt64, steps: Int = 10) -> [AmountSample] {
    (0...steps).map { step in
      AmountSample(
        when: seconds(over - over * UInt64(step) / UInt64(steps)),
        amount: Amount(
          count: total.count * step / steps, bytes: total.bytes * UInt64(step) / UInt64(steps)))
    }
  }

  static let library = "/usr/lib/x86_64-linux-gnu/libc.so.6"
  static let program = "/opt/server/bin/server"

  static let mmap = StackFrame(
    address: 0x7f3a_4010_1a2b, function: "mmap", module: library, offset: 0x101a2b)
  static let create = StackFrame(
    address: 0x7f3a_4009_1c3d, function: "pthread_create", module: library, offset: 0x91c3d)
  static let inlined = StackFrame(
    address: 0x5581_0000_1234, function: "start_worker", module: program, offset: 0x1234,
    file: "/src/server/worker.c", line: 41, isInlined: true)
  static let spawn = StackFrame(
    address: 0x5581_0000_1234, function: "accept_request", module: program, offset: 0x1234,
    file: "/src/server/accept.c", line: 118)
  static let plugin = StackFrame(
    address: 0x7f3a_3000_2222, module: "/opt/server/lib/plugin.so", offset: 0x2222,
    unresolved: .noSymbol)
  static let unknown = StackFrame(address: 0x7f3a_1111_0000, unresolved: .noModule)
  static let main = StackFrame(
    address: 0x5581_0000_2000, function: "main", module: program, offset: 0x2000,
    file: "/src/server/main.c", line: 77)

  static let leakStack = CallPath(frames: [mmap, create, inlined, spawn, main])
  static let strippedStack = CallPath(
    frames: [mmap, plugin, unknown, main], incomplete: .copyTooShort)

  static let leaking = ProfileSample(
    space: 31_108, process: ProcessID(31_108), processName: "server", kind: .threadStack,
    callPath: leakStack, mapped: Amount(count: 420, bytes: 4_404_019_200),
    live: Amount(count: 412, bytes: 4_320_133_120),
    leaked: Amount(count: 411, bytes: 4_309_647_360),
    retained: growing(Amount(count: 412, bytes: 4_320_133_120), over: 140))

  static let rest: [ProfileSample] = [
    ProfileSample(
      space: 31_108, process: ProcessID(31_108), processName: "server", kind: .anonymous,
      callPath: strippedStack, mapped: Amount(count: 90, bytes: 943_718_400),
      live: Amount(count: 64, bytes: 671_088_640), leaked: Amount(),
      retained: growing(Amount(count: 64, bytes: 671_088_640), over: 90)),
    ProfileSample(
      space: 31_108, process: ProcessID(31_108), processName: "server", kind: .file, callPath: nil,
      mapped: Amount(), live: Amount(count: 38, bytes: 120_586_240), leaked: Amount()),
    ProfileSample(
      space: 2240, process: ProcessID(2240), processName: "worker;\nevil <b>", kind: .heap,
      callPath: CallPath(frames: [
        StackFrame(
          address: 0x40_1000, function: "std::vector<int>::reserve(unsigned long); drop",
          module: "/tmp/a\u{1b}[2J\"'&.so", offset: 0x1000, file: "/tmp/<script>.cc", line: 9),
        StackFrame(address: 0x40_2000, module: "/tmp/a\u{1b}[2J\"'&.so", offset: 0x2000),
      ]), mapped: Amount(count: 3, bytes: 3 << 20), live: Amount(count: 2, bytes: 2 << 20),
      leaked: Amount()),
    ProfileSample(
      space: 2240, process: ProcessID(2240), processName: "worker;\nevil <b>", kind: .anonymous,
      callPath: nil, mapped: Amount(count: 5, bytes: 5 << 20), live: Amount(), leaked: Amount()),
  ]

  static let deep = ProfileSample(
    space: 99, process: ProcessID(99), processName: "deep", kind: .anonymous,
    callPath: CallPath(
      frames: [mmap]
        + (0..<90).map { index in
          StackFrame(
            address: 0x60_0000 + UInt64(index) * 16, function: "walk_\(index)", module: "/bin/deep",
            offset: UInt64(index) * 16, file: "deep.c", line: 100 + index)
        }), mapped: Amount(count: 1, bytes: 900 << 20), live: Amount(count: 1, bytes: 900 << 20),
    leaked: Amount(), retained: growing(Amount(count: 1, bytes: 900 << 20), over: 20, steps: 4))

  static var mixed: ProfileReport {
    ProfileReport(
      header: TextTestReports.header(isFinal: true), samples: [leaking] + rest,
      buildIDs: [program: "0123456789abcdef0123456789abcdef01234567"])
  }

  static var calm: ProfileReport {
    ProfileReport(
      header: TextTestReports.header(lost: 12_345, isFinal: true), samples: [deep] + rest)
  }

  static var empty: ProfileReport {
    ProfileReport(header: TextTestReports.header(scope: "pid 7", events: 0), samples: [])
  }
}
