// SPDX-License-Identifier: Apache-2.0
import CLibbpf

extension BPFObject {
  /// Every hook that the object declares, in the order of its source, which is the order of attaching.
  func hooks() throws(TracerError) -> [Hook] {
    let tags = functionTags()
    var hooks: [Hook] = []
    var program = bpf_object__next_program(raw, nil)
    while let one = program {
      let name = String(cString: bpf_program__name(one))
      let section = String(cString: bpf_program__section_name(one))
      if let hook = try Hook(program: name, section: section, tags: tags[name] ?? []) {
        hooks.append(hook)
      }
      program = bpf_object__next_program(raw, one)
    }
    return hooks
  }

  /// The BTF tags of each function, by its name.
  private func functionTags() -> [String: [String]] {
    guard let types = bpf_object__btf(raw) else { return [:] }
    var tags: [String: [String]] = [:]
    for id in 1..<btf__type_cnt(types) {
      // The tag of the function itself has no index; that of an argument has one.
      guard let type = btf__type_by_id(types, id), btf_is_decl_tag(type),
        btf_decl_tag(type).pointee.component_idx == -1,
        let function = btf__type_by_id(types, type.pointee.type),
        let name = btf__name_by_offset(types, function.pointee.name_off),
        let text = btf__name_by_offset(types, type.pointee.name_off)
      else { continue }
      tags[String(cString: name), default: []].append(String(cString: text))
    }
    return tags
  }

  /// The numbers of the helpers that a program calls, subprograms aside.
  func helpers(of program: String) throws(TracerError) -> Set<Int32> {
    let program = try self.program(program)
    let instructions = UnsafeBufferPointer(
      start: bpf_program__insns(program), count: bpf_program__insn_cnt(program))
    // BPF_CALL; a source register other than 0 marks a subprogram or a function of the kernel.
    return Set(instructions.lazy.filter { $0.code == 0x85 && $0.src_reg == 0 }.map(\.imm))
  }
}
