// SPDX-License-Identifier: Apache-2.0
public import LeakDetection
public import MappingEvents
public import MappingLedger
public import Symbolization

extension ProfileReport {
  /// What is live now, and what was mapped while it was watched, by space, kind and call path.
  ///
  /// `callPath` tells the call paths that are known. `ended` are samples of spaces that are gone. A nil
  /// `only` means all spaces.
  public init(
    of ledger: Ledger, only: Space? = nil, header: ReportHeader, verdicts: [Verdict],
    ended: [ProfileSample] = [], buildIDs: [String: String] = [:],
    callPath: (CallPathID) -> CallPath? = { _ in nil }
  ) {
    let spaces = only.map { [$0] } ?? Array(ledger.spaces.values)
    let living = spaces.filter { !$0.processes.isEmpty }.map {
      SpaceProfile(of: $0, ledger, verdicts: verdicts, at: header.when)
    }
    var samples = ended + living.flatMap { $0.samples(callPath: callPath) }
    samples.sort { $0.rank > $1.rank }
    self.init(header: header, samples: samples, buildIDs: buildIDs)
  }
}

extension ProfileSample {
  /// Leaks first, then larger samples. The other parts only make the order stable.
  fileprivate var rank: (UInt64, UInt64, Int, String, Int) {
    (leaked.bytes, live.bytes, -space, kind.rawValue, callPath?.hashValueOfAddresses ?? 0)
  }
}

extension CallPath {
  fileprivate var hashValueOfAddresses: Int {
    Int(truncatingIfNeeded: frames.reduce(5381 as UInt64) { $0 &* 33 &+ $1.address })
  }
}

extension ProfileSample.Amount {
  mutating func add(_ other: Self) {
    count += other.count
    let (sum, overflow) = bytes.addingReportingOverflow(other.bytes)
    bytes = overflow ? .max : sum
  }
}
