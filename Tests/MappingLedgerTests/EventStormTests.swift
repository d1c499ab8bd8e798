// SPDX-License-Identifier: Apache-2.0
import AddressSpace
import MappingEvents
import MappingLedger
import TestKit
import Testing

/// Random calls, compared with a model of the kernel that keeps every page.
@Suite struct EventStormTests {
  @Test(
    "whatever one thread does, each page is as the kernel has it",
    arguments: 1...4 as ClosedRange<UInt64>)
  func sequential(seed: UInt64) throws {
    var model = KernelModel(seed: seed)
    let ledger = emptySpace()
    ledger.play(.main.brk(KernelModel.address(0), start: KernelModel.address(0)))
    for step in 0..<3000 {
      guard let call = Caller(100).anyCall(&model) else { continue }
      ledger.play(call.entered)
      let returned = call.effect(&model)
      ledger.play(returned(model))
      if step % 5 == 0 { try compare(ledger, model, "seed \(seed), step \(step)") }
    }
    // After an mprotect that failed midway the kernel is asked, even if a hole explains the failure.
    #expect(ledger.wants() == nil || ledger.wants() == .unsure)
    #expect(model.pages.contains { $0 != nil })
  }

  @Test(
    "whatever several threads do at once, each page is as the kernel has it when all is quiet",
    arguments: 1...4 as ClosedRange<UInt64>)
  func concurrent(seed: UInt64) throws {
    var model = KernelModel(seed: seed)
    let ledger = emptySpace()
    ledger.play(.main.brk(KernelModel.address(0), start: KernelModel.address(0)))
    let callers = (0..<4).map { Caller(100, thread: 100 + $0) }
    var entered: [Int: ModelCall] = [:]
    var effective: [Int: (KernelModel) -> [MappingEvent]] = [:]
    for step in 0..<5000 {
      // From time to time, no new call begins until all others have returned.
      let drains = step % 100 > 80
      let index = Int.random(in: callers.indices, using: &model.random)
      if let returned = effective.removeValue(forKey: index) {
        ledger.play(returned(model))
      } else if let call = entered.removeValue(forKey: index) {
        effective[index] = call.effect(&model)
      } else if !drains, let call = callers[index].ownCall(index, &model) {
        ledger.play(call.entered)
        entered[index] = call
      }
      if entered.isEmpty && effective.isEmpty {
        try compare(ledger, model, "seed \(seed), step \(step)")
      }
    }
    #expect(ledger.wants() == nil)
  }

  @Test("children forked in a storm keep the table of the moment of the fork")
  func forks() throws {
    var model = KernelModel(seed: 9)
    let ledger = emptySpace()
    ledger.play(.main.brk(KernelModel.address(0), start: KernelModel.address(0)))
    var moments: [UInt32: KernelModel] = [:]
    for step in 0..<2000 {
      guard let call = Caller(100).anyCall(&model) else { continue }
      ledger.play(call.entered)
      let returned = call.effect(&model)
      ledger.play(returned(model))
      if step % 200 == 0 {
        let child = 200 + UInt32(moments.count)
        ledger.play(.main.fork(child, in: UInt64(child), pages: model.mappedBytes >> 12))
        #expect(ledger.wants(UInt64(child)) == nil || ledger.wants() == .unsure)
        moments[child] = model
      }
    }
    for (child, moment) in moments {
      #expect(pages(of: ledger, in: UInt64(child)) == pages(of: moment))
    }
  }

  private struct Seen: Equatable {
    var protection: Protection
    var isHeap: Bool
  }

  private func pages(of model: KernelModel) -> [Seen?] {
    model.pages.map { page in
      page.map { Seen(protection: $0.protection, isHeap: $0.isHeap) }
    }
  }

  private func pages(of ledger: Ledger, in number: UInt64) -> [Seen?] {
    var pages: [Seen?] = Array(repeating: nil, count: KernelModel.count)
    let all = AddressRange(start: 0, end: .max)
    ledger.space(number)?.table.forEach(in: all) { entry in
      let first = Int((entry.range.start - KernelModel.address(0)) >> 12)
      for page in first..<first + Int(entry.range.length >> 12) {
        pages[page] = Seen(
          protection: entry.value.protection, isHeap: entry.value.kind == .heap)
      }
    }
    return pages
  }

  private func compare(_ ledger: Ledger, _ model: KernelModel, _ moment: Comment) throws {
    let space = try #require(ledger.space())
    try #require(pages(of: ledger, in: 0xa) == pages(of: model), moment)
    try #require(space.virtualBytes == model.mappedBytes, moment)
    try #require(space.accountedBytes == model.mappedBytes, moment)
    try #require(space.table.count <= model.runs, moment)
  }
}

extension Caller {
  /// A random call on random pages; nil when the chosen call makes no sense now.
  func anyCall(_ model: inout KernelModel) -> ModelCall? {
    let start = Int.random(in: 0..<KernelModel.count - 16, using: &model.random)
    let range = start..<start + Int.random(in: 1...16, using: &model.random)
    let mmapArea = range.lowerBound >= KernelModel.heap.upperBound
    switch Int.random(in: 0..<16, using: &model.random) {
    case 0: return mmapArea ? mapFixed(range, randomPage(0, &model)) : nil
    case 1, 2: return unmap(range)
    case 3: return unmapFailing(range)
    case 4: return unmapRefused(range)
    case 5, 6, 7: return protect(range, randomPage(0, &model).protection)
    case 8:
      let new = range.lowerBound % 160 + 64
      let fits = new + range.count <= range.lowerBound || new >= range.upperBound
      return model.isMapped(range) && fits
        ? moveFixed(range, to: new..<new + Int.random(in: 1...range.count, using: &model.random))
        : nil
    case 9: return detach(start, in: model)
    default: return callOnMapped(range, 0, &model)
    }
  }

  /// A call that touches no other thread's pages.
  func ownCall(_ owner: Int, _ model: inout KernelModel) -> ModelCall? {
    let own = model.pages.indices.filter { model.pages[$0]?.owner == owner }
    guard let start = own.randomElement(using: &model.random) else {
      return map(4, randomPage(owner, &model))
    }
    var end = start + 1
    let most = start + Int.random(in: 1...16, using: &model.random)
    while end < most, end < KernelModel.count, model.pages[end]?.owner == owner { end += 1 }
    let range = start..<end
    switch Int.random(in: 0..<16, using: &model.random) {
    case 0: return mapFixed(range, randomPage(owner, &model))
    case 1, 2: return unmap(range)
    case 3: return unmapFailing(range)
    case 4: return unmapRefused(range)
    case 5, 6, 7: return protect(range, randomPage(owner, &model).protection)
    default: return callOnMapped(range, owner, &model)
    }
  }

  /// A call that makes a new mapping, or needs all of `range` to be mapped.
  private func callOnMapped(
    _ range: Range<Int>, _ owner: Int, _ model: inout KernelModel
  ) -> ModelCall? {
    let first = model.pages[range.lowerBound]
    let count = Int.random(in: 1...12, using: &model.random)
    switch Int.random(in: 0..<10, using: &model.random) {
    case 0, 1, 2:
      // Grown segments are longer than their files. The model does not cover that.
      guard model.isMapped(range) else { return nil }
      let hasSegment = range.contains { model.pages[$0]?.segment != nil }
      return resize(range, to: hasSegment ? min(count, range.count) : count)
    case 3: return model.isMapped(range) ? moveKeeping(range) : nil
    case 4: return first?.isShared == true ? duplicate(range.lowerBound, count: 1) : nil
    case 5: return attach(UInt64.random(in: 1...3, using: &model.random), owner: owner)
    case 6:
      guard let base = first?.segment?.base else { return nil }
      let isOwn = model.attached(at: base).allSatisfy { model.pages[$0]?.owner == owner }
      return isOwn ? detach(base, in: model) : nil
    case 7:
      let end = UInt64.random(in: 0..<(64 << 12), using: &model.random)
      return setBreak(KernelModel.address(0) + end)
    default: return map(count, randomPage(owner, &model))
    }
  }

  private func randomPage(_ owner: Int, _ model: inout KernelModel) -> KernelModel.Page {
    let protections: [Protection] = [[], .read, [.read, .write], [.read, .execute]]
    return KernelModel.Page(
      protection: protections.randomElement(using: &model.random) ?? [], owner: owner,
      isShared: Int.random(in: 0..<4, using: &model.random) == 0)
  }
}
