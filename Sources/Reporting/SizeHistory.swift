// SPDX-License-Identifier: Apache-2.0

/// Sizes of a space over time, in bounded memory. When it is full, every other sample is dropped and new
/// samples are taken half as often.
struct SizeHistory: Sendable {
  static let most = 120

  private(set) var samples: [SizeSample] = []
  /// Nanoseconds between samples.
  private(set) var step: UInt64 = 1_000_000_000

  mutating func add(_ sample: SizeSample) {
    // Reports are not exact to the nanosecond, so a sample may come a little early.
    if let last = samples.last, sample.when.since(last.when) < step - min(step / 8, 250_000_000) {
      return
    }
    samples.append(sample)
    guard samples.count > Self.most else { return }
    samples = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
    step = samples[samples.count - 1].when.since(samples[0].when) / UInt64(samples.count - 1)
  }

  /// The samples with the present one at the end, though its turn has not come.
  func samples(upTo now: SizeSample) -> [SizeSample] {
    guard let last = samples.last, last.when < now.when else { return samples }
    return samples + [now]
  }
}
