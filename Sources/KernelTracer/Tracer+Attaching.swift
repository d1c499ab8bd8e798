// SPDX-License-Identifier: Apache-2.0
import CLibbpf
import Glibc

extension Tracer {
  /// Begins to observe. Records pile up in the ring from here on.
  ///
  /// An optional hook that cannot be attached to goes to `absences` with the reason.
  public mutating func attach() throws(TracerError) {
    let tracefs = try Tracefs()
    for hook in plan.loaded where hook.kind != .iterator {
      switch try link(to: hook, tracefs) {
      case .success(let link):
        attachments.append(Attachment(owning: link))
        hooks.append(hook)
      case .failure(let reason):
        absences.append(plan.absence(of: hook, because: reason))
        if !hook.isOptional { throw reason.error(for: hook.name) }
      }
    }
  }

  private func link(
    to hook: Hook, _ tracefs: borrowing Tracefs
  ) throws(TracerError) -> Result<OpaquePointer, HookAbsence.Reason> {
    let program = try object.program(hook.program)
    var link: OpaquePointer?
    switch hook.kind {
    case .tracepoint:
      switch try tracefs.id(of: hook.name) {
      case .success(let id): link = bpfleak_libbpf_attach_tracepoint(program, id)
      case .failure(let reason): return .failure(reason)
      }
    case .typed, .iterator: link = bpf_program__attach(program)
    }
    guard let link else { return .failure(.init(attachingFailedWith: errno)) }
    return .success(link)
  }
}

/// An attached program; detaches itself.
struct Attachment: ~Copyable {
  private let link: OpaquePointer

  init(owning link: OpaquePointer) { self.link = link }

  deinit { bpf_link__destroy(link) }
}

/// Several attachments; a box, because arrays hold no noncopyable values.
struct Attachments: ~Copyable {
  private final class Node {
    let attachment: Attachment
    let next: Node?

    init(_ attachment: consuming Attachment, next: Node?) {
      self.attachment = attachment
      self.next = next
    }
  }

  private var head: Node?

  mutating func append(_ attachment: consuming Attachment) {
    head = Node(attachment, next: head)
  }
}
