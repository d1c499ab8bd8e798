// SPDX-License-Identifier: Apache-2.0
import MappingEvents
import TestKit
import Testing

@testable import Reporting

@Suite struct SizeHistoryTests {
  private func sample(_ second: UInt64, _ bytes: UInt64 = 4096) -> SizeSample {
    SizeSample(
      when: KernelInstant(nanoseconds: second * 1_000_000_000), virtualBytes: bytes,
      residentBytes: nil)
  }

  @Test("a day of samples every two seconds stays within the bound, at even steps")
  func bounded() {
    var history = SizeHistory()
    for second in stride(from: 0, to: 86_400, by: 2) { history.add(sample(UInt64(second))) }
    #expect(history.samples.count <= 120 && history.samples.count > 60)
    let gaps = zip(history.samples.dropFirst(), history.samples).map { $0.when.since($1.when) }
    #expect(Set(gaps).count == 1)
    #expect(history.samples.first?.when.nanoseconds == 0)
  }

  @Test("samples that come too fast are dropped")
  func tooFast() {
    var history = SizeHistory()
    for tenth in 0..<50 {
      history.add(
        SizeSample(
          when: KernelInstant(nanoseconds: UInt64(tenth) * 100_000_000), virtualBytes: 1,
          residentBytes: nil))
    }
    #expect(history.samples.count == 5 || history.samples.count == 6)
  }

  @Test("the present size is always the last one")
  func present() {
    var history = SizeHistory()
    history.add(sample(1, 10))
    #expect(history.samples(upTo: sample(2, 20)).map(\.virtualBytes) == [10, 20])
    #expect(history.samples(upTo: sample(1, 10)).count == 1)
  }
}
