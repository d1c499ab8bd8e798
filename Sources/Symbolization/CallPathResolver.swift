// SPDX-License-Identifier: Apache-2.0
import Glibc
public import MappingEvents
import Synchronization

/// Turns captured stacks into call paths on a thread of its own, while their processes live.
///
/// The thread that drains the ring hands stacks over and never waits. When too many come at once, some
/// are answered as `.tooManyAtOnce`.
public final class CallPathResolver: Sendable {
  /// One answer.
  public struct Resolved: Sendable {
    public var id: CallPathID
    public var space: SpaceKey
    /// The id that this call path had first, or `id` when the call path is new.
    public var canonical: CallPathID
    public var stack: CallPath
    /// The build ids of modules that this process was not seen with before, by path.
    public var buildIDs: [String: [UInt8]]

    public init(
      id: CallPathID, space: SpaceKey, canonical: CallPathID, stack: CallPath,
      buildIDs: [String: [UInt8]] = [:]
    ) {
      self.id = id
      self.space = space
      self.canonical = canonical
      self.stack = stack
      self.buildIDs = buildIDs
    }
  }

  /// A call path that was unwound without symbols, which are wanted now.
  public struct Unwound: Sendable {
    public var id: CallPathID
    public var space: SpaceKey
    public var stack: CallPath

    public init(id: CallPathID, space: SpaceKey, stack: CallPath) {
      self.id = id
      self.space = space
      self.stack = stack
    }
  }

  private enum Job: Sendable {
    case stack(CapturedStack, process: UInt32, layout: Int, symbolizes: Bool)
    case symbols(Unwound, process: UInt32)
    case ended(SpaceKey)
  }

  private struct State {
    var jobs = JobQueue<SpaceKey, Job>()
    var waitingBytes = 0
    var done: [Resolved] = []
    /// Requests that are not answered yet.
    var open = 0
    var isStopping = false
  }

  private let state = Mutex(State())
  private nonisolated(unsafe) let wakeUp: UnsafeMutablePointer<sem_t>
  /// The most that may wait, in bytes of copied stacks.
  private let mostWaiting: Int

  public init(mostWaitingBytes: Int = 16 << 20) {
    mostWaiting = mostWaitingBytes
    wakeUp = .allocate(capacity: 1)
    sem_init(wakeUp, 0, 0)
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    // elfutils follows debug information by recursion, sometimes deep.
    pthread_attr_setstacksize(&attributes, 2 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let own = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<CallPathResolver>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, own)
    pthread_attr_destroy(&attributes)
  }

  deinit {
    sem_destroy(wakeUp)
    wakeUp.deallocate()
  }

  /// Hands over a stack.
  ///
  /// `process` lives in the stack's space. `layout` is a different number each time that code was mapped
  /// there. Without `symbolizes` frames get an address and a module only: to look for symbols in a large
  /// program takes longer than to unwind its stacks.
  public func submit(
    _ stack: CapturedStack, process: ProcessID, layout: Int, symbolizes: Bool = true
  ) {
    let bytes = stack.byteCount
    state.withLock { state in
      guard state.waitingBytes + bytes <= mostWaiting else {
        state.done.append(
          Resolved(
            id: stack.id, space: stack.space, canonical: stack.id,
            stack: CallPath(frames: [], incomplete: .tooManyAtOnce)))
        return
      }
      state.waitingBytes += bytes
      state.open += 1
      state.jobs.add(
        .stack(stack, process: process.raw, layout: layout, symbolizes: symbolizes),
        of: stack.space)
    }
    wake()
  }

  /// Asks for the symbols of a call path that was unwound without.
  ///
  /// This goes before all unwinding that waits: a verdict needs the symbols, and the process may end
  /// soon.
  public func symbolize(_ unwound: Unwound, process: ProcessID) {
    state.withLock { state in
      state.open += 1
      state.jobs.addUrgent(.symbols(unwound, process: process.raw))
    }
    wake()
  }

  /// Drops what was kept for a space that has ended, after its stacks that still wait and before those of the
  /// next space with that key.
  public func ended(_ space: SpaceKey) {
    state.withLock { $0.jobs.add(.ended(space), of: space) }
    wake()
  }

  /// What was done since this was last called.
  public func take() -> [Resolved] {
    state.withLock { state in
      defer { state.done.removeAll() }
      return state.done
    }
  }

  /// Whether everything handed over is answered.
  public var isIdle: Bool { state.withLock { $0.open == 0 } }

  /// Ends the thread once it is through with what it does.
  public func stop() {
    state.withLock { $0.isStopping = true }
    wake()
  }

  private func wake() { sem_post(wakeUp) }

  // MARK: The thread

  private func work() {
    // Symbols must not take time from the traced programs. Linux applies the priority to this thread
    // alone.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
    var images = ProcessImages()
    while true {
      waitForWork()
      while true {
        // One at a time: an urgent job may have come meanwhile.
        let (job, isStopping) = state.withLock { ($0.jobs.next(), $0.isStopping) }
        if isStopping { return }
        images.closeUnused()
        guard let job else { break }
        switch job {
        case .ended(let space): images.forget(space)
        case .stack(let stack, let process, let layout, let symbolizes):
          answer(
            images.resolve(stack, process: process, layout: layout, symbolizes: symbolizes),
            bytes: stack.byteCount)
        case .symbols(let unwound, let process):
          answer(images.symbolize(unwound, process: process), bytes: 0)
        }
      }
    }
  }

  /// Also returns when nothing came for 3 s, so that the files of processes can be closed.
  private func waitForWork() {
    var limit = timespec()
    clock_gettime(CLOCK_REALTIME, &limit)
    limit.tv_sec += 3
    while sem_timedwait(wakeUp, &limit) != 0, errno == EINTR {}
  }

  private func answer(_ resolved: Resolved, bytes: Int) {
    state.withLock { state in
      state.waitingBytes -= bytes
      state.open -= 1
      state.done.append(resolved)
    }
  }
}
