// SPDX-License-Identifier: Apache-2.0
import KernelTracer
import MappingEvents
import MappingLedger

/// Where a session's events come from: the kernel, or a recording of what came from it.
///
/// Chosen once for every drain and list, never for a record. Of a recording nothing is asked here: its
/// frames say what to do, in the order in which it was done.
enum EventSource: ~Copyable {
  case kernel(Tracer)
  case recording(TracerSpec)

  var isRecording: Bool {
    switch self {
    case .kernel: false
    case .recording: true
    }
  }

  var spec: TracerSpec {
    switch self {
    case .kernel(let tracer): tracer.spec
    case .recording(let spec): spec
    }
  }

  var listsText: Bool { spec.listsText }

  var hasIteratorOverOneTask: Bool {
    switch self {
    case .kernel(let tracer): tracer.probe.hasIteratorOverOneTask
    case .recording: false
    }
  }

  var descriptor: Int32 {
    switch self {
    case .kernel(let tracer): tracer.descriptor
    case .recording: -1
    }
  }

  var position: UInt64 {
    switch self {
    case .kernel(let tracer): tracer.position
    case .recording: 0
    }
  }

  var drainedPosition: UInt64 {
    switch self {
    case .kernel(let tracer): tracer.drainedPosition
    case .recording: 0
    }
  }

  func wakeAtNextRecord() -> Bool {
    switch self {
    case .kernel(let tracer): tracer.wakeAtNextRecord()
    case .recording: false
    }
  }

  func wakeWhenMuchWaits() {
    switch self {
    case .kernel(let tracer): tracer.wakeWhenMuchWaits()
    case .recording: break
    }
  }

  @discardableResult
  func drain(upTo end: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int {
    switch self {
    case .kernel(let tracer): tracer.drain(upTo: end, body)
    case .recording: 0
    }
  }

  var lost: UInt64 {
    switch self {
    case .kernel(let tracer): tracer.lost
    case .recording: 0
    }
  }

  func takeLostSpaces() -> (spaces: [SpaceKey], complete: Bool) {
    switch self {
    case .kernel(let tracer): tracer.takeLostSpaces()
    case .recording: ([], true)
    }
  }

  func isInScope(_ space: SpaceKey) -> Bool {
    switch self {
    case .kernel(let tracer): tracer.isInScope(space)
    case .recording: true
    }
  }

  func addToScope(_ process: ProcessID, space: SpaceKey?) {
    switch self {
    case .kernel(let tracer): tracer.addToScope(process, space: space)
    case .recording: break
    }
  }

  var stacksUnsent: UInt64 {
    switch self {
    case .kernel(let tracer): tracer.stacksUnsent
    case .recording: 0
    }
  }

  func noteCode(of space: SpaceSnapshot) {
    switch self {
    case .kernel(let tracer): tracer.noteCode(of: space)
    case .recording: break
    }
  }

  func copyMoreStack(of space: SpaceKey) {
    switch self {
    case .kernel(let tracer): tracer.copyMoreStack(of: space)
    case .recording: break
    }
  }

  func forgetStacks(_ fingerprints: [UInt64]) {
    switch self {
    case .kernel(let tracer): tracer.forgetStacks(fingerprints)
    case .recording: break
    }
  }

  func tasks() throws(TracerError) -> [ListedTask] {
    switch self {
    case .kernel(let tracer): try tracer.tasks()
    case .recording: []
    }
  }

  func areas(
    of tasks: [ListedTask], texts: inout TextTable
  ) throws(TracerError) -> [SpaceKey: [SpaceSnapshot.Area]] {
    switch self {
    case .kernel(let tracer): try tracer.areas(of: tasks, texts: &texts)
    case .recording: [:]
    }
  }

  func snapshot(
    of key: SpaceKey, through thread: ThreadID, texts: inout TextTable
  ) throws(TracerError) -> (space: SpaceSnapshot, tasks: [ListedTask])? {
    switch self {
    case .kernel(let tracer): try tracer.snapshot(of: key, through: thread, texts: &texts)
    case .recording: nil
    }
  }
}
