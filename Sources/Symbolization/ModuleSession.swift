// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// The modules of one address space as elfutils has them: their files, unwind tables and symbols.
///
/// Not thread-safe.
final class ModuleSession {
  let dwfl: OpaquePointer
  let files: any SpaceFiles
  private let callbacks: UnsafeMutablePointer<Dwfl_Callbacks>
  private let debugPath: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let programFile: OpenedFile?
  /// The ELF file of the program, which tells elfutils the machine; nil for a machine that bpfleak cannot
  /// unwind.
  ///
  /// Without it elfutils takes the first module for that. It fails an assertion where a process mapped a
  /// file of another machine first, or no program at all.
  let program: OpaquePointer?
  let machine: Machine?
  /// By start address.
  private(set) var modules: [UInt64: MappedModule] = [:]
  /// Why a module has no file, by its start address.
  fileprivate(set) var missing: [UInt64: UnresolvedReason] = [:]
  /// The files of modules, by start address.
  fileprivate var identities: [UInt64: FileIdentity] = [:]

  /// Nil when the process is gone.
  ///
  /// Debug information is read only where `readsDebugInfo`. elfutils unpacks all of a module's, which
  /// can be hundreds of MB, and unwinding hardly ever needs it.
  init?(_ files: any SpaceFiles, readsDebugInfo: Bool) {
    self.files = files
    debugPath = .allocate(capacity: 1)
    // elfutils shall open no debug file itself.
    debugPath.pointee = strdup("/nonexistent")
    callbacks = .allocate(capacity: 1)
    callbacks.initialize(
      to: Dwfl_Callbacks(
        find_elf: findFile, find_debuginfo: findNoDebugFile,
        section_address: nil, debuginfo_path: debugPath))
    if readsDebugInfo { callbacks.pointee.find_debuginfo = findDebugFile }
    elf_version(UInt32(EV_CURRENT))
    guard let dwfl = dwfl_begin(callbacks) else {
      callbacks.deallocate()
      free(debugPath.pointee)
      debugPath.deallocate()
      return nil
    }
    self.dwfl = dwfl
    let programFile = files.openProgram()
    let elf = Self.elf(of: programFile)
    self.programFile = programFile
    machine = elf.flatMap { Machine(of: $0) }
    if machine == nil, let elf { elf_end(elf) }
    program = machine == nil ? nil : elf
    guard refresh() else { return nil }
  }

  deinit {
    dwfl_end(dwfl)
    if let program { elf_end(program) }
    callbacks.deallocate()
    free(debugPath.pointee)
    debugPath.deallocate()
  }

  private static func elf(of file: borrowing OpenedFile?) -> OpaquePointer? {
    switch file {
    case .some(let file): elf_begin(file.descriptor, ELF_C_READ_MMAP, nil)
    case .none: nil
    }
  }

  /// Reads anew what is mapped; false when nothing is.
  func refresh() -> Bool {
    let found = files.modules()
    guard !found.isEmpty else { return false }
    modules = Dictionary(found.map { ($0.start, $0) }, uniquingKeysWith: { first, _ in first })
    dwfl_report_begin(dwfl)
    for module in found {
      guard let handle = dwfl_report_module(dwfl, module.path, module.start, module.end) else {
        continue
      }
      var slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
      _ = dwfl_module_info(handle, &slot, nil, nil, nil, nil, nil, nil)
      slot?.pointee = Unmanaged.passUnretained(self).toOpaque()
    }
    return dwfl_report_end(dwfl, nil, nil) == 0
  }

  /// The module around an address, and where it starts.
  func module(at address: UInt64) -> (handle: OpaquePointer, start: UInt64)? {
    guard let handle = dwfl_addrmodule(dwfl, address) else { return nil }
    var start: Dwarf_Addr = 0
    _ = dwfl_module_info(handle, nil, &start, nil, nil, nil, nil, nil)
    return (handle, start)
  }
}

// MARK: What elfutils asks

private func session(
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> ModuleSession? {
  (slot?.pointee).map { Unmanaged<ModuleSession>.fromOpaque($0).takeUnretainedValue() }
}

/// The file of a module. elfutils closes the descriptor and frees the name.
private func findFile(
  _ module: OpaquePointer?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ name: UnsafePointer<CChar>?, _ base: Dwarf_Addr,
  _ fileName: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ elf: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guard let session = session(slot), let mapped = session.modules[base] else { return -1 }
  do throws(UnresolvedReason) {
    let file = try session.files.open(mapped)
    session.identities[base] = file.identity
    fileName?.pointee = strdup(file.path)
    return file.release()
  } catch {
    session.missing[base] = error
    return -1
  }
}

/// The debug file of a module, or the alternate file of that.
private func findDebugFile(
  _ module: OpaquePointer?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ name: UnsafePointer<CChar>?, _ base: Dwarf_Addr, _ file: UnsafePointer<CChar>?,
  _ link: UnsafePointer<CChar>?, _ checksum: GElf_Word,
  _ found: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  guard let session = session(slot), let module, let file else { return -1 }
  let wanted = DebugFileWanted(
    by: module, file: String(cString: file), link: link.map { String(cString: $0) },
    checksum: checksum, main: session.identities[base])
  if let opened = session.files.openDebugFile(wanted.name, where: wanted.isRight) {
    found?.pointee = strdup(opened.path)
    return opened.release()
  }
  guard session.files.asksDebugServers else { return -1 }
  return dwfl_standard_find_debuginfo(module, slot, name, base, file, link, checksum, found)
}

private func findNoDebugFile(
  _ module: OpaquePointer?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ name: UnsafePointer<CChar>?, _ base: Dwarf_Addr, _ file: UnsafePointer<CChar>?,
  _ link: UnsafePointer<CChar>?, _ checksum: GElf_Word,
  _ found: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 { -1 }
