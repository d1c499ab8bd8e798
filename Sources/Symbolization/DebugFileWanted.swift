// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// The debug file that a module asks for, and how to know it.
struct DebugFileWanted {
  let name: DebugFileName
  /// The checksum in .gnu_debuglink; nil when the module names no file.
  private let checksum: UInt32?
  /// The module's own file, which is not the answer.
  private let main: FileIdentity?

  /// `link` and `checksum` are what elfutils hands to its callback. It asks for an alternate file with a
  /// name and no checksum.
  init(
    by module: OpaquePointer, file: String, link: String?, checksum: UInt32, main: FileIdentity?
  ) {
    let isAlternate = link != nil && checksum == 0
    name = DebugFileName(
      modulePath: file, buildID: isAlternate ? Self.alternateID(of: module) : Self.id(of: module),
      link: link, isAlternate: isAlternate)
    self.checksum = link == nil || isAlternate ? nil : checksum
    self.main = main
  }

  /// Whether `file` belongs to the module. A build id decides alone; without one the checksum does.
  ///
  /// Without either a file of the guessed name is taken.
  func isRight(_ file: borrowing OpenedFile) -> Bool {
    if let main, file.identity == main { return false }
    if !name.buildID.isEmpty { return Self.id(ofFile: file.descriptor) == name.buildID }
    if name.isAlternate { return false }
    return checksum.map { bpfleak_crc32_of_file(file.descriptor) == Int64($0) } ?? true
  }

  private static func id(of module: OpaquePointer) -> [UInt8] {
    var bytes: UnsafePointer<UInt8>?
    var address: GElf_Addr = 0
    let count = dwfl_module_build_id(module, &bytes, &address)
    return count > 0 ? Array(UnsafeBufferPointer(start: bytes, count: Int(count))) : []
  }

  /// The build id of the alternate file, by the debug information that refers to it.
  private static func alternateID(of module: OpaquePointer) -> [UInt8] {
    var bias: Dwarf_Addr = 0
    // At this point elfutils has the debug information and only hands it out.
    guard let dwarf = dwfl_module_getdwarf(module, &bias) else { return [] }
    var name: UnsafePointer<CChar>?
    var bytes: UnsafeRawPointer?
    let count = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &bytes)
    return count > 0 ? Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))) : []
  }

  private static func id(ofFile descriptor: Int32) -> [UInt8] {
    guard let elf = elf_begin(descriptor, ELF_C_READ_MMAP, nil) else { return [] }
    defer { elf_end(elf) }
    var bytes: UnsafeRawPointer?
    let count = dwelf_elf_gnu_build_id(elf, &bytes)
    return count > 0 ? Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))) : []
  }
}
