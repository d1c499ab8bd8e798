// SPDX-License-Identifier: Apache-2.0
package import MappingEvents

/// A system call in three moments: entered, taking effect, returned. Other threads' moments can
/// come between any two.
package struct ModelCall {
  /// What is told when the call is entered.
  package var entered: [MappingEvent] = []
  /// Takes effect; answers what is told when the call returns, which may look at the space then.
  package var effect: (inout KernelModel) -> (KernelModel) -> [MappingEvent]
}

/// Events of a call that are settled once it has taken effect.
private func told(_ events: MappingEvent...) -> (KernelModel) -> [MappingEvent] { { _ in events } }

private func bytes(_ pages: Int) -> UInt64 { UInt64(pages) << 12 }

private func address(_ page: Int) -> UInt64 { KernelModel.address(page) }

extension Caller {
  package func map(_ count: Int, _ page: KernelModel.Page) -> ModelCall {
    ModelCall { model in
      guard let range = model.free(count) else { return told() }
      model.map(range, page)
      return told(mmap(address(range.lowerBound), bytes(count) - 0x10, page))
    }
  }

  package func mapFixed(_ range: Range<Int>, _ page: KernelModel.Page) -> ModelCall {
    ModelCall { model in
      model.map(range, page)
      return told(mmap(address(range.lowerBound), bytes(range.count), page))
    }
  }

  private func mmap(_ start: UInt64, _ bytes: UInt64, _ page: KernelModel.Page) -> MappingEvent {
    mmap(start, bytes, page.protection, page.isShared ? [.shared, .anonymous] : [.anonymous])
  }

  package func unmap(_ range: Range<Int>) -> ModelCall {
    ModelCall(entered: [munmap(address(range.lowerBound), bytes(range.count) - 1)]) { model in
      model.unmap(range)
      return told()
    }
  }

  package func unmapFailing(_ range: Range<Int>) -> ModelCall {
    ModelCall(entered: [munmap(address(range.lowerBound), bytes(range.count))]) { _ in
      told(munmapFailed())
    }
  }

  package func unmapRefused(_ range: Range<Int>) -> ModelCall {
    ModelCall(entered: [munmap(address(range.lowerBound) + 8, bytes(range.count))]) { _ in
      told(munmapFailed())
    }
  }

  package func protect(_ range: Range<Int>, _ protection: Protection) -> ModelCall {
    ModelCall { model in
      let done = model.protect(range, protection)
      return told(
        mprotect(
          address(range.lowerBound), bytes(range.count), protection, error: done ? 0 : 12))
    }
  }

  /// mremap to another size, in place when there is room and luck.
  package func resize(_ old: Range<Int>, to count: Int) -> ModelCall {
    remap(old) { model in
      let end = old.lowerBound + count
      if count <= old.count {
        model.unmap(end..<old.upperBound)
        return old.lowerBound..<end
      }
      if old.lowerBound >= KernelModel.heap.upperBound, end <= KernelModel.count,
        model.isFree(old.upperBound..<end), Bool.random(using: &model.random)
      {
        model.grow(old, to: end)
        return old.lowerBound..<end
      }
      guard let new = model.free(count) else { return nil }
      model.move(old, to: new, keepSource: false)
      return new
    } failing: {
      mremap(address(old.lowerBound), bytes(old.count), to: nil, bytes(count))
    }
  }

  package func moveFixed(_ old: Range<Int>, to new: Range<Int>) -> ModelCall {
    remap(old, [.mayMove, .fixed]) { model in
      model.move(old, to: new, keepSource: false)
      return new
    }
  }

  package func moveKeeping(_ old: Range<Int>) -> ModelCall {
    remap(old, [.mayMove, .doNotUnmap]) { model in
      guard let new = model.free(old.count) else { return nil }
      model.move(old, to: new, keepSource: true)
      return new
    }
  }

  package func duplicate(_ page: Int, count: Int) -> ModelCall {
    remap(page..<page) { model in
      guard let new = model.free(count) else { return nil }
      model.duplicate(page, at: new)
      return new
    }
  }

  private func remap(
    _ old: Range<Int>, _ flags: RemapFlags = .mayMove,
    _ effect: @escaping (inout KernelModel) -> Range<Int>?,
    failing: (() -> MappingEvent)? = nil
  ) -> ModelCall {
    let start = address(old.lowerBound)
    let size = bytes(old.count)
    let failed = failing?() ?? mremap(start, size, to: nil, size)
    return ModelCall(entered: [mremapEntered(start, size)]) { model in
      guard let new = effect(&model) else { return told(failed) }
      return told(mremap(start, size, to: address(new.lowerBound), bytes(new.count), flags))
    }
  }

  /// The record has the break as it is when the call returns.
  package func setBreak(_ end: UInt64) -> ModelCall {
    ModelCall { model in
      model.setBreak(end)
      return { model in [brk(model.brk, start: address(0))] }
    }
  }

  package func attach(_ inode: UInt64, owner: Int) -> ModelCall {
    ModelCall { model in
      let count = Int(inode) * 3
      guard let range = model.free(count) else { return told() }
      model.map(
        range,
        KernelModel.Page(
          protection: [.read, .write], owner: owner, isShared: true,
          segment: KernelModel.Segment(inode: inode, base: range.lowerBound)))
      return told(shmat(address(range.lowerBound), bytes(count), inode: inode))
    }
  }

  /// Takes what is attached now: another thread that moves a segment over it races in earnest.
  package func detach(_ base: Int, in model: KernelModel) -> ModelCall {
    let attached = model.attached(at: base)
    return ModelCall(entered: [shmdt(address(base))]) { model in
      for page in attached { model.pages[page] = nil }
      return told()
    }
  }
}
