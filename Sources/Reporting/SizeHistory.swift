// SPDX-License-Identifier: Apache-2.0

/// How large a space was over time, in bounded memory: when it is full every other sample goes, and
/// from then on they come half as often.
struct SizeHistory: Sendable {
  static let most = 120

  private(set) var samples: [SizeSample] = []
  /// Nanoseconds from one to the next.
  private(set) var step: UInt64 = 1_000_000_000

  mutating func add(_ sample: SizeSample) {
    // A little early is on time: the clock of the reports is not to the nanosecond.
    if let last = samples.last, sample.when.since(last.when) < step - min(step / 8, 250_000_000) {
      return
    }
    samples.append(sample)
    guard samples.count > Self.most else { return }
    samples = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
    step = samples[samples.count - 1].when.since(samples[0].when) / UInt64(samples.count - 1)
  }

  /// With the present one at the end, though its turn has not come.
  func samples(upTo now: SizeSample) -> [SizeSample] {
    guard let last = samples.last, last.when < now.when else { return samples }
    return samples + [now]
  }
}
