// SPDX-License-Identifier: Apache-2.0
import TestKit

/// Innocent programs by chance: how long they fill, hold and live, as ranges to draw from.
///
/// The ranges are those of programs and know nothing of how bpfleak judges. Wider ones make some
/// innocent programs look like leaks for longer than any rule waits; how many of them are then blamed is
/// what to measure.
struct InnocentDraw: Sendable {
  enum Shape: Int, CaseIterable, Sendable {
    case pool, cache, sawtooth, sessions, slowingFill, batches
  }

  /// Milliseconds from here on.
  var watched: UInt64 = 60_000
  var starts: ClosedRange<UInt64> = 0...3000
  /// Between two mappings, on average.
  var gap: ClosedRange<UInt64> = 20...200
  /// How long a pool fills.
  var poolFills: ClosedRange<UInt64> = 1000...11_000
  /// How long a cache fills before it frees the oldest for each new one.
  var cacheFills: ClosedRange<UInt64> = 1000...11_000
  var tooth: ClosedRange<UInt64> = 1000...11_500
  /// The longest session.
  var longestSession: ClosedRange<UInt64> = 500...9000
  /// Keys that are asked for at random and kept, and within what time as often as there are keys.
  var keys: ClosedRange<Int> = 50...200
  var keysAsked: UInt64 = 6000
  var batch: ClosedRange<Int> = 5...60
  var batchLives: ClosedRange<UInt64> = 500...6000
  var batchPause: ClosedRange<UInt64> = 1000...8000

  func program(_ shape: Shape, _ dice: inout SplitMix64) -> Program {
    var program = Program()
    let stack = Int32.random(in: 1...5, using: &dice)
    var at = UInt64.random(in: starts, using: &dice)
    let gap = UInt64.random(in: gap, using: &dice)
    func next(_ dice: inout SplitMix64) -> UInt64 { UInt64.random(in: 1...2 * gap, using: &dice) }
    switch shape {
    case .pool:
      let end = at + UInt64.random(in: poolFills, using: &dice)
      var number = 0
      while at < end {
        program.mapBlock(number, at: at, from: stack)
        number += 1
        at += next(&dice)
      }
    case .cache:
      let bound = Int(UInt64.random(in: cacheFills, using: &dice) / gap) + 2
      for number in 0..<Int(watched / gap) {
        program.mapBlock(number, at: at, from: stack)
        if number >= bound { program.freeBlock(number - bound, at: at) }
        at += gap
      }
    case .sawtooth:
      let tooth = UInt64.random(in: tooth, using: &dice)
      var number = 0
      while at < watched {
        let (first, end) = (number, at + tooth)
        while at < end {
          program.mapBlock(number, at: at, from: stack)
          number += 1
          at += next(&dice)
        }
        for old in first..<number { program.freeBlock(old, at: at) }
      }
    case .sessions:
      let longest = UInt64.random(in: longestSession, using: &dice)
      var number = 0
      while at < watched {
        program.useBlock(
          number, at: at, lives: UInt64.random(in: 1...longest, using: &dice), from: stack)
        number += 1
        at += next(&dice)
      }
    case .slowingFill:
      // Each of so many keys is asked for at random, and kept.
      let keys = Int.random(in: keys, using: &dice)
      var known: Set<Int> = []
      while at < watched {
        let key = Int.random(in: 0..<keys, using: &dice)
        if known.insert(key).inserted { program.mapBlock(key, at: at, from: stack) }
        at += UInt64.random(in: 1...max(2, 2 * keysAsked / UInt64(keys)), using: &dice)
      }
    case .batches:
      var number = 0
      while at < watched {
        let count = Int.random(in: batch, using: &dice)
        let lives = UInt64.random(in: batchLives, using: &dice)
        for index in 0..<count {
          program.useBlock(number, at: at + UInt64(index), lives: lives, from: stack)
          number += 1
        }
        at += UInt64.random(in: batchPause, using: &dice)
      }
    }
    return program
  }
}
