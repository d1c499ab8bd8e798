// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import Benchmark
import CountedMalloc
import MappingEvents
import MappingLedger
import Recording

/// Prints how many allocations `body` made, if any. There must be none.
private func withoutAllocations(_ name: String, _ body: () -> Void) {
  let before = counted_mallocs()
  body()
  let count = counted_mallocs() - before
  if count > 0 { print("\(name): \(count) allocations") }
}

private let sizes = [100, 1_000, 10_000, 65_000]
private let operations = 100_000

private func slot(_ index: Int) -> AddressRange {
  AddressRange(start: 0x7f00_0000_0000 + UInt64(index) << 16, length: 16384)
}

/// A value as large as a `LiveMapping`.
private struct Value: BitwiseCopyable, Sendable {
  var origin: UInt64
  var rest: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
}

private func map(of size: Int) -> RangeMap<Value> {
  var map = RangeMap<Value>()
  for index in 0..<size { map.replace(slot(index), with: mapping(index)) { _ in } }
  return map
}

private func mapping(_ index: Int) -> Value { Value(origin: UInt64(index)) }

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.cpuUser, .wallClock], scalingFactor: .one, maxDuration: .seconds(2),
    maxIterations: 50)

  for size in sizes {
    let names = Array(repeating: 0, count: operations)
    var random = Numbers(seed: 3)
    let places = names.map { _ in random.below(size) }

    Benchmark("range map, \(size) mappings: look up, 100,000 times") { benchmark in
      let map = map(of: size)
      benchmark.startMeasurement()
      withoutAllocations("look up, \(size)") {
        for place in places { blackHole(map.entry(containing: slot(place).start + 4096)) }
      }
    }
    Benchmark("range map, \(size) mappings: remove and insert, 100,000 times") { benchmark in
      var map = map(of: size)
      for place in places {
        map.remove(slot(place)) { _ in }
        map.replace(slot(place), with: mapping(place)) { _ in }
      }
      benchmark.startMeasurement()
      withoutAllocations("remove and insert, \(size)") {
        for place in places {
          map.remove(slot(place)) { _ in }
          map.replace(slot(place), with: mapping(place)) { _ in }
        }
      }
      blackHole(map)
    }
    Benchmark("range map, \(size) mappings: split and fill, 100,000 times") { benchmark in
      var map = map(of: size)
      func hole(_ place: Int) -> AddressRange {
        AddressRange(start: slot(place).start + 4096, length: 4096)
      }
      func splitAndFill() {
        for place in places {
          map.remove(hole(place)) { _ in }
          map.replace(slot(place), with: mapping(place)) { _ in }
        }
      }
      splitAndFill()
      benchmark.startMeasurement()
      withoutAllocations("split and fill, \(size)") { splitAndFill() }
      blackHole(map)
    }
  }

  let pairs = 250_000
  for size in [100, 10_000, 65_000] {
    let stream = Stream(live: size, pairs: pairs)
    Benchmark("decode, \(2 * pairs + size) events") { benchmark in
      var decoder = RecordDecoder()
      benchmark.startMeasurement()
      stream.eachRecord { blackHole(try? decoder.decode($0)) }
    }
    Benchmark("decode and apply, \(size) live mappings, \(2 * pairs) events") { benchmark in
      var decoder = RecordDecoder()
      let ledger = Ledger()
      var seen = 0
      stream.eachRecord { record in
        if seen == size { benchmark.startMeasurement() }
        seen += 1
        if let event = try? decoder.decode(record) { blackHole(ledger.apply(event)) }
      }
    }
    Benchmark("record, \(2 * pairs + size) events") { benchmark in
      var writer = RecordingWriter(start)
      var bytes = 0
      benchmark.startMeasurement()
      stream.eachRecord { record in
        if writer.append(record) {
          bytes += writer.finished.count
          writer.take()
        }
      }
      blackHole(bytes)
    }
    let file = recorded(stream)
    Benchmark("replay, \(size) live mappings, \(2 * pairs + size) events") { benchmark in
      benchmark.startMeasurement()
      file.withUnsafeBytes { bytes in
        guard var reader = try? RecordingReader(bytes) else { return }
        var decoder = RecordDecoder()
        let ledger = Ledger()
        while let item = reader.next(texts: &decoder.texts) {
          if case .record(let record) = item, let event = try? decoder.decode(record) {
            blackHole(ledger.apply(event))
          }
        }
      }
    }
  }
}

private let start = StartFacts(
  wireVersion: RecordDecoder.wireVersion, version: "0", began: KernelInstant(nanoseconds: 0),
  wall: "", wallNanoseconds: 0, host: "", kernel: "", architecture: "", ownProcess: ProcessID(0),
  scope: .system, hooks: [],
  pageBytes: 4096, hugePageBytes: 2 << 20, reportsSpaceEnd: true,
  sharedMemoryDevices: [], stacks: "none", stackBytes: 0, auditEvery: nil)

private func recorded(_ stream: Stream) -> [UInt8] {
  var writer = RecordingWriter(start)
  stream.eachRecord { writer.append($0) }
  writer.closeBlock()
  return writer.finished
}
