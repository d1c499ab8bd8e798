// SPDX-License-Identifier: Apache-2.0
import CBPFLeakWire

/// A user stack with a new fingerprint: what unwinding needs to find its call path.
public struct CapturedStack: Sendable {
  public var id: CallPathID
  public var when: KernelInstant
  public var process: ProcessID
  public var thread: ThreadID
  public var space: SpaceKey
  /// The program counter and the stack pointer at the system call.
  public var instruction: UInt64
  public var stackPointer: UInt64
  /// The callee-saved registers. x86_64: rbx, rbp, r12 to r15; arm64: x19 to x30.
  public var registers: [UInt64]
  /// The hash by which the BPF programs recognize this stack.
  public var fingerprint: UInt64
  public var content: Content

  public enum Content: Sendable, Equatable {
    /// A copy of the stack from the stack pointer up. `isCut`: the stack goes on after the copy.
    case copy([UInt8], isCut: Bool)
    /// The return addresses that the frame pointers led to, innermost first.
    case addresses([UInt64])
    /// The stack memory could not be read.
    case unreadable
  }

  public init(
    id: CallPathID, when: KernelInstant, process: ProcessID, thread: ThreadID, space: SpaceKey,
    instruction: UInt64, stackPointer: UInt64, registers: [UInt64], fingerprint: UInt64 = 0,
    content: Content
  ) {
    self.id = id
    self.when = when
    self.process = process
    self.thread = thread
    self.space = space
    self.instruction = instruction
    self.stackPointer = stackPointer
    self.registers = registers
    self.fingerprint = fingerprint
    self.content = content
  }
}

extension CapturedStack {
  /// Roughly how many bytes this value occupies.
  public var byteCount: Int {
    switch content {
    case .copy(let memory, _): 256 + memory.count
    case .addresses(let addresses): 256 + 8 * addresses.count
    case .unreadable: 256
    }
  }

  /// Whether `record` is a stack rather than an event.
  @inline(__always)
  public static func isStack(_ record: UnsafeRawBufferPointer) -> Bool {
    record.count >= MemoryLayout<bpfleak_stack>.size
      && UInt32(record.load(as: UInt16.self)) == BPFLEAK_STACK.rawValue
  }

  /// Reads the stack in `record`, which must be 8-byte aligned.
  public init(_ record: UnsafeRawBufferPointer) throws(RecordDefect) {
    let size = MemoryLayout<bpfleak_stack>.size
    guard record.count >= size else { throw .truncated(bytes: record.count) }
    let head = record.load(as: bpfleak_stack.self)
    guard record.count >= size + Int(head.bytes) else { throw .truncated(bytes: record.count) }
    let bytes = record[size..<size + Int(head.bytes)]
    let content: Content
    switch bpfleak_stack_format(rawValue: head.format) {
    case BPFLEAK_STACK_COPY: content = .copy([UInt8](bytes), isCut: false)
    case BPFLEAK_STACK_CUT_COPY: content = .copy([UInt8](bytes), isCut: true)
    case BPFLEAK_STACK_ADDRESSES:
      content = .addresses(
        stride(from: size, to: size + bytes.count, by: 8).map {
          record.load(fromByteOffset: $0, as: UInt64.self)
        })
    default: content = .unreadable
    }
    self.init(
      id: CallPathID(head.header.stack), when: KernelInstant(nanoseconds: head.header.when_ns),
      process: ProcessID(head.header.pid), thread: ThreadID(head.header.tid),
      space: SpaceKey(head.header.space), instruction: head.ip, stackPointer: head.sp,
      registers: withUnsafeBytes(of: head.registers) { [UInt64]($0.bindMemory(to: UInt64.self)) },
      fingerprint: head.fingerprint, content: content)
  }
}
