// SPDX-License-Identifier: Apache-2.0
import CLibdw

/// Functions, files and lines of addresses, by symbols and debug information.
///
/// Not thread-safe.
final class Symbolizer {
  private let session: ModuleSession
  /// The frames of each address asked for so far.
  private var known: [UInt64: [StackFrame]] = [:]
  /// By start address of their module, where elfutils does not know the unit of an address.
  private var units: [UInt64: UnitRanges] = [:]
  private var perfMap: PerfMap?
  /// Start addresses of the modules whose build id was looked up.
  private var identified: Set<UInt64> = []
  private var buildIDs: [String: [UInt8]] = [:]

  private static let mostKnown = 20_000

  init(_ session: ModuleSession) { self.session = session }

  /// Forgets what other modules than before can have made wrong.
  func modulesChanged() {
    known.removeAll()
    units.removeAll()
    identified.removeAll()
  }

  /// The build ids of the modules that were met since the last call, by path.
  func takeBuildIDs() -> [String: [UInt8]] {
    defer { buildIDs.removeAll() }
    return buildIDs
  }

  /// The frames of one address, the innermost inlined function first. `isCall`: a call returns there, and
  /// the frames are those of the call.
  func frames(at address: UInt64, isCall: Bool) -> [StackFrame] {
    if let frames = known[address] { return frames }
    let frames = symbolize(address, at: isCall ? address &- 1 : address)
    if known.count >= Self.mostKnown { known.removeAll() }
    known[address] = frames
    return frames
  }

  /// The frame of an address with no more than its module: looking for symbols takes much longer.
  func place(of address: UInt64) -> StackFrame {
    guard let (module, start) = session.module(at: address) else {
      return StackFrame(address: address, unresolved: .noModule)
    }
    var frame = StackFrame(address: address, module: session.modules[start]?.path)
    frame.offset = offset(of: address, in: module, start)
    identify(module, start)
    return frame
  }

  /// Of an address in its module, as symbol tables count. Where the file cannot be opened it is counted
  /// from where the module starts.
  private func offset(of address: UInt64, in module: OpaquePointer, _ start: UInt64) -> UInt64 {
    var relative = address
    return dwfl_module_relocate_address(module, &relative) >= 0 ? relative : address &- start
  }

  /// Notes the build id of the module that starts there. Its file is open by then.
  private func identify(_ module: OpaquePointer, _ start: UInt64) {
    guard !identified.contains(start), let path = session.modules[start]?.path else { return }
    var id: UnsafePointer<UInt8>?
    var address: GElf_Addr = 0
    let count = dwfl_module_build_id(module, &id, &address)
    guard count >= 0 else { return }
    identified.insert(start)
    if count > 0 { buildIDs[path] = Array(UnsafeBufferPointer(start: id, count: Int(count))) }
  }

  private func symbolize(_ address: UInt64, at place: UInt64) -> [StackFrame] {
    guard let (module, start) = session.module(at: place) else { return [jitted(address, place)] }
    var frame = StackFrame(address: address, module: session.modules[start]?.path)
    var offset = GElf_Off()
    var symbol = GElf_Sym()
    if let name = dwfl_module_addrinfo(module, place, &offset, &symbol, nil, nil, nil) {
      frame.function = demangled(String(cString: name))
    }
    // elfutils knows where the file's addresses begin once it has opened the file for the symbol.
    frame.offset = self.offset(of: address, in: module, start)
    identify(module, start)
    var frames = [frame]
    if let found = unit(of: module, start, at: place) {
      var unit = found.unit
      let inFile = place &- found.bias
      (frame.file, frame.line) = line(of: &unit, at: inFile)
      frames = DebugScopes(&unit, at: inFile).frames(around: frame)
    }
    for index in frames.indices where frames[index].function == nil {
      frames[index].unresolved = session.missing[start] ?? .noSymbol
    }
    return frames
  }

  /// The frame of code that belongs to no file.
  private func jitted(_ address: UInt64, _ place: UInt64) -> StackFrame {
    let map = perfMap ?? session.files.perfMap()
    perfMap = map
    let function = map.function(at: place)
    return StackFrame(
      address: address, function: function, unresolved: function == nil ? .noModule : nil)
  }

  /// The compilation unit of a place, and by how much addresses of the process are higher than in the
  /// file.
  private func unit(
    of module: OpaquePointer, _ start: UInt64, at place: UInt64
  ) -> (unit: Dwarf_Die, bias: Dwarf_Addr)? {
    var bias: Dwarf_Addr = 0
    if let unit = dwfl_module_addrdie(module, place, &bias) { return (unit.pointee, bias) }
    if units[start] == nil { units[start] = UnitRanges(of: module) }
    return units[start]?.unit(at: place)
  }

  private func line(of unit: inout Dwarf_Die, at place: UInt64) -> (file: String?, line: Int?) {
    var number: Int32 = 0
    // Code that the compiler made up has line 0.
    guard let line = dwarf_getsrc_die(&unit, place), dwarf_lineno(line, &number) == 0, number > 0,
      let file = dwarf_linesrc(line, nil, nil)
    else { return (nil, nil) }
    return (String(cString: file), Int(number))
  }
}
