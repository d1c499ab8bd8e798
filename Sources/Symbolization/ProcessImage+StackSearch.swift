// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc
import Runtimes

/// How unwinding goes on where code has no unwind tables: musl's libc has none, nor has what was
/// built without.
///
/// elfutils would take the frame pointer there, which such code mostly doesn't keep: it would leave out
/// the very caller that is to blame. So the stack is searched, upward, for where the call returns to.
extension ProcessImage {
  /// Where unwinding stopped for want of tables.
  struct Gap {
    /// Where the frame's code is, a call that it makes included.
    var place: UInt64
    var stackPointer: UInt64
    /// By DWARF's numbers.
    var registers: [UInt64]
  }

  /// What is searched of a stack at most: what was not found by then may be anybody's.
  static let mostSearches = 8
  private static let mostWords = 64

  /// Whether unwinding has tables for a place, or needs none: in what just-in-time compilers write, and
  /// in Go's programs, elfutils finds its way by frame pointers.
  func hasTables(at place: UInt64) -> Bool {
    if let known = tables[place] { return known }
    var found = true
    if let module = dwfl_addrmodule(session, place) {
      found = [dwfl_module_eh_cfi, dwfl_module_dwarf_cfi].contains { read in
        var bias: Dwarf_Addr = 0
        guard let tables = read(module, &bias) else { return false }
        var frame: OpaquePointer?
        guard dwarf_cfi_addrframe(tables, place &- bias, &frame) == 0 else { return false }
        free(UnsafeMutableRawPointer(frame))
        return true
      }
      if !found { found = keepsFramePointers(module) }
    }
    if tables.count >= Self.mostKnown { tables.removeAll() }
    tables[place] = found
    return found
  }

  /// Whether it is Go's: by the table that its runtime needs, which no stripping takes away.
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

  /// The caller of the frame at `gap`, which unwinding can go on from; nil when none is found.
  func caller(of gap: Gap) -> (returns: UInt64, isSure: Bool, from: Gap)? {
    let function = functionStart(of: gap.place)
    var first: UInt64?
    var sure: UInt64?
    for index in 0..<UInt64(Self.mostWords) {
      let slot = gap.stackPointer &+ index &* 8
      guard let word = capturedWord(at: slot) else { break }
      guard let call = self.call(before: word) else { continue }
      if first == nil { first = slot }
      // What was left behind by calls long done is passed over for the one that called this function.
      if case .direct(let distance) = call, let function,
        word &+ UInt64(bitPattern: distance) == function
      {
        sure = slot
        break
      }
    }
    guard let slot = sure ?? first, let returns = capturedWord(at: slot) else { return nil }
    var from = gap
    from.place = returns &- 1
    from.stackPointer = slot &+ 8
    from.registers[Self.stackPointerRegister] = from.stackPointer
    var isSure = sure != nil
    // It keeps a frame pointer after all: then the caller's is known too.
    let framePointer = gap.registers[Self.framePointerRegister]
    if framePointer &+ 8 == slot, let outer = capturedWord(at: framePointer) {
      from.registers[Self.framePointerRegister] = outer
      isSure = true
    }
    return (returns, isSure, from)
  }

  /// A word of the stack that is being unwound; nil beyond what was copied.
  func capturedWord(at address: UInt64) -> UInt64? {
    guard let capture else { return nil }
    let place = address &- capture.stack.stackPointer
    guard place < UInt64(capture.memory.count), place &+ 8 <= UInt64(capture.memory.count) else {
      return nil
    }
    return capture.memory.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: Int(place), as: UInt64.self)
    }
  }

  private func functionStart(of place: UInt64) -> UInt64? {
    guard let module = dwfl_addrmodule(session, place) else { return nil }
    var start: Dwarf_Addr = 0
    _ = dwfl_module_info(module, nil, &start, nil, nil, nil, nil, nil)
    if let known = functions[start] { return known.start(of: place) }
    let found = FunctionStarts(of: module)
    let count = functions.values.reduce(found.count) { $0 + $1.count }
    if count > Self.mostFunctions { functions.removeAll() }
    functions[start] = found
    return found.start(of: place)
  }

  /// The call before an address of code, if a return there can be.
  private func call(before address: UInt64) -> CallInstruction? {
    guard address > 4096, let code = self.code(before: address),
      let found = CallInstruction(before: code)
    else { return nil }
    // Bytes that look like a call by chance mostly lead nowhere.
    if case .direct(let distance) = found,
      self.code(before: address &+ UInt64(bitPattern: distance) &+ 1) == nil
    {
      return nil
    }
    return found
  }

  /// Up to eight bytes of code, by the file that is mapped there; nil where no code is.
  private func code(before address: UInt64) -> [UInt8]? {
    guard let module = dwfl_addrmodule(session, address &- 1) else { return nil }
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
      guard end <= UInt64(size) else { return nil }
      return (end - length..<end).map { UInt8(bitPattern: bytes[Int($0)]) }
    }
    return nil
  }
}
