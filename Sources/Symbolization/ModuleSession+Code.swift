// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc
import Runtimes

extension ModuleSession {
  /// Whether elfutils can unwind the code at a place: by tables, or by frame pointers that are known to
  /// be there. Just-in-time compilers and Go keep them.
  func canUnwind(at place: UInt64) -> Bool {
    guard let (module, _) = module(at: place) else { return true }
    let hasTables = [dwfl_module_eh_cfi, dwfl_module_dwarf_cfi].contains { read in
      var bias: Dwarf_Addr = 0
      guard let tables = read(module, &bias) else { return false }
      var frame: OpaquePointer?
      guard dwarf_cfi_addrframe(tables, place &- bias, &frame) == 0 else { return false }
      free(UnsafeMutableRawPointer(frame))
      return true
    }
    return hasTables || keepsFramePointers(module)
  }

  /// Whether a runtime that keeps frame pointers made the file, by a section that only it writes.
  private func keepsFramePointers(_ module: OpaquePointer) -> Bool {
    var bias: GElf_Addr = 0
    var names = 0
    guard let elf = dwfl_module_getelf(module, &bias), elf_getshdrstrndx(elf, &names) == 0 else {
      return false
    }
    var section = elf_nextscn(elf, nil)
    while let current = section {
      var header = GElf_Shdr()
      if gelf_getshdr(current, &header) != nil,
        let name = elf_strptr(elf, names, Int(header.sh_name)),
        RuntimeProfile.allFramePointerSections.contains(where: String(cString: name).hasSuffix)
      {
        return true
      }
      section = elf_nextscn(elf, current)
    }
    return false
  }

  /// Up to eight bytes of code that end at an address, from the file that is mapped there; nil where no
  /// code is.
  func code(before address: UInt64) -> [UInt8]? {
    guard let (module, _) = module(at: address &- 1) else { return nil }
    var bias: GElf_Addr = 0
    var headers = 0
    var size = 0
    guard let elf = dwfl_module_getelf(module, &bias), elf_getphdrnum(elf, &headers) == 0,
      let bytes = elf_rawfile(elf, &size)
    else { return nil }
    let place = address &- bias
    for index in 0..<headers {
      var segment = GElf_Phdr()
      guard gelf_getphdr(elf, Int32(index), &segment) != nil, segment.p_type == UInt32(PT_LOAD),
        segment.p_flags & UInt32(PF_X) != 0, place > segment.p_vaddr,
        place &- segment.p_vaddr <= segment.p_filesz
      else { continue }
      let length = min(8, place &- segment.p_vaddr)
      let end = segment.p_offset &+ (place &- segment.p_vaddr)
      guard end <= UInt64(size), end >= length else { return nil }
      return (end - length..<end).map { UInt8(bitPattern: bytes[Int($0)]) }
    }
    return nil
  }
}
