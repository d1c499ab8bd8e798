// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

/// The truth that storms compare the ledger with: an address space of a few hundred pages, kept page
/// by page. It is slow, and too simple to be wrong in the ways a table of ranges can be.
package struct KernelModel {
  package struct Page: Hashable {
    package var protection: Protection
    /// The thread that may work on it, in a storm of several.
    package var owner: Int
    package var isHeap = false
    package var isShared = false
    package var segment: Segment?
    /// Which call made it, and which one put it where it is.
    package var origin = 0
    package var placed = 0

    package init(
      protection: Protection, owner: Int, isHeap: Bool = false, isShared: Bool = false,
      segment: Segment? = nil
    ) {
      self.protection = protection
      self.owner = owner
      self.isHeap = isHeap
      self.isShared = isShared
      self.segment = segment
    }
  }

  package struct Segment: Hashable {
    package var inode: UInt64
    /// The page that shows the first one of the segment, whether or not it still does.
    package var base: Int
  }

  package static let count = 320
  /// Pages that only the heap uses.
  package static let heap = 0..<64

  package var pages: [Page?] = Array(repeating: nil, count: count)
  package var brk = address(0)
  package var random: SplitMix64
  private var calls = 0

  package init(seed: UInt64) { random = SplitMix64(state: seed) }

  package static func address(_ page: Int) -> UInt64 { 0x1000_0000 + UInt64(page) << 12 }

  /// The pages that `bytes` of heap reach up to.
  package var heapEnd: Int { Int((brk - Self.address(0) + 0xfff) >> 12) }

  package var mappedBytes: UInt64 { UInt64(pages.count { $0 != nil }) << 12 }

  /// The most entries a table needs to keep apart what calls and protections keep apart; shared
  /// pages, which file offsets keep apart as well, may each need their own.
  package var runs: Int {
    var runs = 0
    for (index, page) in pages.enumerated() {
      guard let page else { continue }
      let before = index > 0 ? pages[index - 1] : nil
      let joins =
        before?.origin == page.origin && before?.placed == page.placed
        && before?.protection == page.protection && before?.isShared == false && !page.isShared
      if !joins { runs += 1 }
    }
    return runs
  }

  package mutating func newID() -> Int {
    calls += 1
    return calls
  }

  package func isMapped(_ range: Range<Int>) -> Bool { range.allSatisfy { pages[$0] != nil } }

  package func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { pages[$0] == nil } }

  /// A free place outside the heap, by chance; nil when a few tries found none.
  package mutating func free(_ count: Int) -> Range<Int>? {
    for _ in 0..<20 {
      let start = Int.random(in: Self.heap.upperBound...(Self.count - count), using: &random)
      if isFree(start..<start + count) { return start..<start + count }
    }
    return nil
  }

  // MARK: What calls do

  package mutating func map(_ range: Range<Int>, _ page: Page) {
    var page = page
    page.origin = newID()
    page.placed = page.origin
    for index in range { pages[index] = page }
  }

  package mutating func unmap(_ range: Range<Int>) {
    for index in range { pages[index] = nil }
  }

  /// Up to the first hole; answers whether there was none.
  package mutating func protect(_ range: Range<Int>, _ protection: Protection) -> Bool {
    for index in range {
      guard pages[index] != nil else { return false }
      pages[index]?.protection = protection
    }
    return true
  }

  package mutating func setBreak(_ end: UInt64) {
    let old = heapEnd
    brk = end
    if heapEnd > old {
      var page = Page(protection: [.read, .write], owner: -1, isHeap: true)
      map(old..<heapEnd, page)
      // One piece with what it extends.
      if old > 0, let below = pages[old - 1], below.protection == page.protection {
        page = below
        for index in old..<heapEnd { pages[index] = page }
      }
    } else {
      unmap(heapEnd..<old)
    }
  }

  /// Extends `range` in place by copies of its last page.
  package mutating func grow(_ range: Range<Int>, to end: Int) {
    for index in range.upperBound..<end { pages[index] = pages[range.upperBound - 1] }
  }

  package mutating func move(_ old: Range<Int>, to new: Range<Int>, keepSource: Bool) {
    let moved = pages[old]
    if !keepSource { unmap(old) }
    let id = newID()
    var copies: [Int: Int] = [:]
    for (offset, index) in new.enumerated() {
      var page = moved[old.lowerBound + min(offset, old.count - 1)]
      page?.placed = id
      if keepSource, let origin = page?.origin {
        if copies[origin] == nil { copies[origin] = newID() }
        page?.origin = copies[origin] ?? id
      }
      page?.isHeap = false
      page?.segment?.base += new.lowerBound - old.lowerBound
      pages[index] = page
    }
  }

  /// A second mapping of shared page `page`.
  package mutating func duplicate(_ page: Int, at new: Range<Int>) {
    guard var copy = pages[page] else { return }
    copy.origin = newID()
    copy.placed = copy.origin
    if let base = copy.segment?.base { copy.segment?.base = base + new.lowerBound - page }
    for index in new { pages[index] = copy }
  }

  /// The pages that shmdt at `base` takes: all of the segment whose lowest page is found first.
  package func attached(at base: Int) -> [Int] {
    guard let first = pages.first(where: { $0?.segment?.base == base }) else { return [] }
    return pages.indices.filter { pages[$0]?.segment == first?.segment }
  }
}
