// SPDX-License-Identifier: Apache-2.0

/// Records as the BPF programs write them: one thread keeps `live` mappings, and by turns unmaps one of
/// them and maps another.
struct Stream {
  private(set) var words: [UInt64] = []
  /// The offset of each record and the end of the last one, in words.
  private(set) var places: [Int] = [0]
  private var time: UInt64 = 1_000_000_000_000
  private var random = Numbers(seed: 1)
  private let space: UInt64 = 0xffff_8881_0000_0000

  var count: Int { places.count - 1 }

  /// The first `live` records map. Each of the `pairs` after them unmaps one mapping and maps another.
  init(live: Int, pairs: Int) {
    var held: [UInt64] = []
    for index in 0..<live {
      // Every other slot of 32 KiB stays free, so that no mapping has a neighbor.
      held.append(0x7f00_0000_0000 + UInt64(index) << 16)
      map(held[index])
    }
    for _ in 0..<pairs {
      let place = random.below(held.count)
      unmap(held[place])
      held[place] ^= 0x8000
      map(held[place])
    }
  }

  func eachRecord(_ body: (UnsafeRawBufferPointer) -> Void) {
    words.withUnsafeBytes { bytes in
      for index in 0..<count {
        body(UnsafeRawBufferPointer(rebasing: bytes[places[index] << 3..<places[index + 1] << 3]))
      }
    }
  }

  private mutating func map(_ address: UInt64) {
    // PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS.
    append(kind: 1, [address, 16384, 0x22_0000_0003, 0])
  }

  private mutating func unmap(_ address: UInt64) { append(kind: 3, [address, 16384]) }

  private mutating func append(kind: UInt64, _ body: [UInt64]) {
    time += 900 + UInt64(random.below(400))
    let length = UInt64(32 + 8 * body.count)
    words += [kind | length << 16 | 0xffff_ffff << 32, 4711 << 32 | 4711, time, space] + body
    places.append(words.count)
  }
}

/// Random numbers that are the same in every run.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }
}
