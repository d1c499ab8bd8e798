// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import TestKit

@testable import LeakDetection
@testable import MappingLedger

/// For one constant: something that judging says, and another value by which it says something else.
struct ConstantFlip: Sendable {
  let name: String
  let seen: @Sendable (LeakPolicy) -> String
  let change: @Sendable (inout LeakPolicy) -> Void

  init(
    _ name: String, _ change: @escaping @Sendable (inout LeakPolicy) -> Void,
    _ seen: @escaping @Sendable (LeakPolicy) -> String
  ) {
    self.name = name
    self.change = change
    self.seen = seen
  }

  static let all = threadStacks + scepticism + life + stuck + floors + told + programs
}

extension ConstantFlip {
  /// So many stacks of 10 MiB whose threads ended in the first second, with a new one mapped at 30 s.
  private static func outlived(
    _ policy: LeakPolicy, _ count: Int, bytes: UInt64 = 10 << 20, reused: Int = 0,
    longest: Double = 0
  ) -> OutlivedThreads? {
    var past = ThreadStacks.History()
    past.lastFreshAt = instant(30_000)
    past.reused = reused
    past.longestIdle = KernelDuration.seconds(longest).nanoseconds
    return OutlivedThreads(
      (0..<count).map { stack($0, bytes) }, bytes: bytes, past: past, policy.threadStacks,
      at: instant(40_000))
  }

  private static func stack(_ number: Int, _ bytes: UInt64, live: UInt64? = nil) -> ThreadStack {
    ThreadStack(
      range: AddressRange(start: 0x7000_0000_0000 + UInt64(number) << 30, length: bytes),
      liveBytes: live ?? bytes, guardBytes: 0, mappedAt: instant(0), mappedBy: nil,
      mappedCallPath: nil, hasStackFlag: true, thread: ThreadID(1000), process: ProcessID(1),
      creator: nil, createdCallPath: nil, pointer: 0, startedAt: instant(0),
      exitedAt: instant(1000),
      uses: 1, liveThreads: 0, isCarved: false)
  }

  static let threadStacks: [ConstantFlip] = [
    ConstantFlip(
      "threadStacks.patience", { $0.threadStacks.patience.value = 8 },
      {
        "\(outlived($0, 5, reused: 5, longest: 5)?.passedOver.count ?? -1)"
      }),
    ConstantFlip(
      "threadStacks.mostPatience", { $0.threadStacks.mostPatience.value = .seconds(10) },
      { "\(outlived($0, 5, reused: 5, longest: 9)?.passedOver.count ?? -1)" }),
    ConstantFlip(
      "threadStacks.usualShare", { $0.threadStacks.usualShare.value = 1 },
      {
        "\(outlived($0, 50, reused: 5, longest: 9)?.passedOver.count ?? -1)"
      }),
    ConstantFlip(
      "threadStacks.cacheBytes", { $0.threadStacks.cacheBytes.value = 60 << 20 },
      {
        "\(outlived($0, 5)?.fitsCache ?? false)"
      }),
    ConstantFlip(
      "threadStacks.mostOversize", { $0.threadStacks.mostOversize.value = 2 },
      {
        "\($0.threadStacks.serves(3 << 20, 1 << 20))"
      }),
    ConstantFlip(
      "threadStacks.fewestBeyondCache", { $0.threadStacks.fewestBeyondCache.value = 3 },
      { "\(outlived($0, 8, reused: 1, longest: 1)?.fitsCache ?? false)" }),
    ConstantFlip(
      "threadStacks.leftBehindPart", { $0.threadStacks.leftBehindPart.value = 4 },
      {
        "\(stack(0, 1 << 20, live: 600 << 10).isLeftBehind($0.threadStacks))"
      }),
  ]

  private static func factor(_ policy: LeakPolicy, _ kind: MappingKind, threads: Int = 0) -> String
  {
    let known = Circumstances(lostEvents: kind == .anonymous, hasGoHeap: kind == .heap)
    var seen = Observation(at: 0, [])
    seen.origin.kind = kind
    seen.live.count = threads
    let doubts = policy.scepticism.doubts(about: kind, known)
    return "\(policy.scepticism.easedDoubts(doubts, about: seen).factor)"
  }

  static let scepticism: [ConstantFlip] = [
    ConstantFlip(
      "scepticism.lostEvents", { $0.scepticism.lostEvents.value = 3 },
      {
        factor($0, .anonymous)
      }),
    ConstantFlip(
      "scepticism.threadPool", { $0.scepticism.threadPool.value = 3 },
      {
        factor($0, .threadStack)
      }),
    ConstantFlip("scepticism.goHeap", { $0.scepticism.goHeap.value = 3 }, { factor($0, .heap) }),
    ConstantFlip(
      "scepticism.fewestUnpooled", { $0.scepticism.fewestUnpooled.value = 60 },
      {
        factor($0, .threadStack, threads: 50)
      }),
    ConstantFlip(
      "scepticism.unpooledPart", { $0.scepticism.unpooledPart.value = 4 },
      {
        factor($0, .threadStack, threads: 50)
      }),
  ]

  private static func state(
    _ policy: LeakPolicy, after earlier: Verdict.Standing, quiet: Double, ofMappings: Bool = false
  ) -> String {
    let life = VerdictLife(
      policy: policy.life, leastFading: ofMappings ? policy.life.fadingOfMappings.value : .zero)
    let present = VerdictLife.Present(
      quiet: .seconds(quiet), span: .seconds(3), isSuspectPausing: true)
    return "\(life.next(after: earlier, holds: nil, present))"
  }

  static let life: [ConstantFlip] = [
    ConstantFlip(
      "life.pause", { $0.life.pause.value = .seconds(10) },
      {
        state($0, after: .leaking, quiet: 15)
      }),
    ConstantFlip(
      "life.fadingSpans", { $0.life.fadingSpans.value = 9 },
      {
        state($0, after: .leaking, quiet: 25)
      }),
    ConstantFlip(
      "life.fadingOfMappings", { $0.life.fadingOfMappings.value = .seconds(30) },
      {
        state($0, after: .leaking, quiet: 45, ofMappings: true)
      }),
    ConstantFlip(
      "life.suspectPause", { $0.life.suspectPause.value = .seconds(4) },
      {
        state($0, after: .suspect, quiet: 5)
      }),
  ]
}
