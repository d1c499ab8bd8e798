// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc
import MappingEvents
import Runtimes

/// One process as elfutils sees it: its modules with their unwind tables and symbols.
///
/// Reads files of /proc only: the process is neither stopped nor traced. Not thread-safe.
final class ProcessImage {
  let process: UInt32
  let session: OpaquePointer
  private let callbacks: UnsafeMutablePointer<Dwfl_Callbacks>
  private let debugPath: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private var isAttached = false
  /// The program's own file, which tells the machine. elfutils would take the first module there is for
  /// that, and fails an assertion where somebody mapped another machine's, or no program at all.
  private let programFile: Int32
  private let program: OpaquePointer?
  /// By start address.
  var modules: [UInt64: MappedModule] = [:]
  /// Modules without a file, by start address, and why.
  var missing: [UInt64: UnresolvedReason] = [:]
  /// The frames of each return address asked for so far.
  private var known: [UInt64: [StackFrame]] = [:]
  /// By start address of their module, where elfutils did not know the unit of an address.
  private var units: [UInt64: UnitRanges] = [:]
  private var perfMap: PerfMap?
  /// Start addresses of the modules whose build id was looked up.
  private var identified: Set<UInt64> = []
  private var buildIDs: [String: [UInt8]] = [:]
  /// Whether unwinding has tables for a place, of those asked for so far.
  var tables: [UInt64: Bool] = [:]
  /// By start address of their module, of those that have code without unwind tables.
  var functions: [UInt64: FunctionStarts] = [:]
  var capture: Capture?

  static let mostFrames = 128
  /// With repeats of a recursion, of which one is kept.
  static let mostUnwound = 1024
  static let mostKnown = 20_000
  /// With 16 bytes each; a module that has more by itself is kept alone.
  static let mostFunctions = 500_000

  /// One frame unwound, and whether its address is where it was interrupted: else a call returns there.
  struct Step: Equatable {
    var address: UInt64
    var isActivation: Bool
  }

  /// What is being unwound.
  struct Capture {
    var stack: CapturedStack
    var memory: [UInt8]
    /// Whether memory beyond the copy was asked for.
    var ranPast = false
    var steps: [Step] = []
    /// Where unwinding begins: at the system call, or anew beyond a gap.
    var start: Gap
    /// Whether the frame that it begins at is among `steps` already.
    var isAnew = false
    /// Where it stopped for want of tables.
    var gap: Gap?
    var searchesLeft = ProcessImage.mostSearches
    /// Whether a caller was found that need not be the one.
    var isGuessed = false

    init(stack: CapturedStack, memory: [UInt8]) {
      self.stack = stack
      self.memory = memory
      start = Gap(
        place: stack.instruction, stackPointer: stack.stackPointer,
        registers: ProcessImage.registers(of: stack))
    }
  }

  /// Nil when the process is gone. Debug information is read only where `readsDebugInfo`: elfutils
  /// unpacks all of a module's, which can be hundreds of MB, and unwinding hardly ever needs it.
  init?(_ process: UInt32, readsDebugInfo: Bool) {
    self.process = process
    debugPath = .allocate(capacity: 1)
    debugPath.pointee = strdup(":.debug:/usr/lib/debug:/proc/\(process)/root/usr/lib/debug")
    callbacks = .allocate(capacity: 1)
    callbacks.initialize(
      to: Dwfl_Callbacks(
        find_elf: findFile, find_debuginfo: findNoDebugInfo, section_address: nil,
        debuginfo_path: debugPath))
    if readsDebugInfo { callbacks.pointee.find_debuginfo = dwfl_standard_find_debuginfo }
    guard let session = dwfl_begin(callbacks) else {
      callbacks.deallocate()
      free(debugPath.pointee)
      debugPath.deallocate()
      return nil
    }
    self.session = session
    elf_version(UInt32(EV_CURRENT))
    programFile = open("/proc/\(process)/exe", O_RDONLY | O_CLOEXEC)
    program = Self.nativeProgram(programFile)
    guard refresh() else { return nil }
  }

  /// Nil for what is not of this machine: a 32-bit program, for one.
  private static func nativeProgram(_ file: Int32) -> OpaquePointer? {
    guard file >= 0, let elf = elf_begin(file, ELF_C_READ_MMAP, nil) else { return nil }
    var header = GElf_Ehdr()
    #if arch(x86_64)
      let machine = EM_X86_64
    #else
      let machine = EM_AARCH64
    #endif
    if gelf_getehdr(elf, &header) != nil, Int(header.e_machine) == Int(machine),
      Int(header.e_ident.4) == Int(ELFCLASS64)
    {
      return elf
    }
    elf_end(elf)
    return nil
  }

  deinit {
    dwfl_end(session)
    if let program { elf_end(program) }
    if programFile >= 0 { close(programFile) }
    callbacks.deallocate()
    free(debugPath.pointee)
    debugPath.deallocate()
  }

  private var own: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// Reads anew what is mapped; false when nothing is.
  func refresh() -> Bool {
    let found = MappedModule.list(readText("/proc/\(process)/maps") ?? "")
    guard !found.isEmpty else { return false }
    let before = modules
    modules = Dictionary(found.map { ($0.start, $0) }, uniquingKeysWith: { first, _ in first })
    if before != modules {
      known.removeAll()
      tables.removeAll()
      units.removeAll()
      identified.removeAll()
      // Programs map code all the time, and what was mapped mostly stays where it is.
      functions = functions.filter { before[$0.key] == modules[$0.key] }
    }
    dwfl_report_begin(session)
    for module in found {
      // The name by which dwfl_linux_proc_find_elf knows to read the process's memory.
      let name = module.path == MappedModule.vdso ? "[vdso: \(process)]" : module.path
      guard let handle = dwfl_report_module(session, name, module.start, module.end) else {
        continue
      }
      var slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
      _ = dwfl_module_info(handle, &slot, nil, nil, nil, nil, nil, nil)
      slot?.pointee = own
    }
    return dwfl_report_end(session, nil, nil) == 0
  }

  // MARK: Unwinding

  /// The frames of `stack`, or why they stop short.
  func callPath(of stack: CapturedStack, symbolizes: Bool) -> CallPath {
    switch stack.content {
    case .unreadable: return CallPath(frames: [], incomplete: .unreadable)
    case .addresses(let addresses): return symbolized(addresses)
    case .copy(let memory, let isCut):
      return unwound(stack, memory, isCut: isCut, symbolizes: symbolizes)
    }
  }

  /// `stack`, unwound before, with its symbols.
  func symbolized(_ stack: CallPath) -> CallPath {
    CallPath(
      frames: stack.frames.enumerated().flatMap { frames(at: $1.address, isCall: $0 > 0) },
      incomplete: stack.incomplete)
  }

  private func symbolized(_ addresses: [UInt64]) -> CallPath {
    var frames: [StackFrame] = []
    for (index, address) in addresses.enumerated() {
      frames += self.frames(at: address, isCall: index > 0)
    }
    return CallPath(
      frames: frames, incomplete: Self.reachStart(frames) ? nil : .framePointersOnly)
  }

  /// Whether the outermost one is where a thread starts.
  private static func reachStart(_ frames: [StackFrame]) -> Bool {
    RuntimeProfile.allThreadStarts.contains(frames.last?.function ?? "")
  }

  private func unwound(
    _ stack: CapturedStack, _ memory: [UInt8], isCut: Bool, symbolizes: Bool
  ) -> CallPath {
    capture = Capture(stack: stack, memory: memory)
    defer { capture = nil }
    if !isAttached {
      guard let program, dwfl_attach_state(session, program, pid_t(process), &threadCallbacks, own)
      else {
        return CallPath(
          frames: frames(at: stack.instruction, isCall: false), incomplete: .noUnwindTables)
      }
      isAttached = true
    }
    var status = dwfl_getthread_frames(session, pid_t(process), tookFrame, own)
    while let gap = capture?.gap {
      goOn(from: gap)
      status = dwfl_getthread_frames(session, pid_t(process), tookFrame, own)
    }
    guard let done = capture else { return CallPath(frames: []) }
    var frames: [StackFrame] = []
    var steps = done.steps
    // Deep recursion is shown once, for the sake of what called it.
    if steps.count > Self.mostFrames { steps = withoutRepeats(steps) }
    for step in steps.prefix(Self.mostFrames) {
      frames +=
        symbolizes
        ? self.frames(at: step.address, isCall: !step.isActivation) : [place(of: step.address)]
    }
    if frames.isEmpty { frames = self.frames(at: stack.instruction, isCall: false) }
    var incomplete: IncompleteReason?
    // elfutils takes a frame whose caller it can't read for the outermost one.
    if status != 0 || done.ranPast, !symbolizes || !Self.reachStart(frames) {
      incomplete = done.ranPast && isCut ? .copyTooShort : .noUnwindTables
    }
    if done.isGuessed, incomplete != .copyTooShort { incomplete = .callerSearched }
    if steps.count > Self.mostFrames || done.steps.count >= Self.mostUnwound {
      incomplete = .tooDeep
    }
    return CallPath(frames: frames, incomplete: incomplete)
  }

  /// Has the next round of unwinding begin at the caller of the frame at `gap`; where none is found,
  /// at that frame, by what elfutils does without tables.
  private func goOn(from gap: Gap) {
    let caller = self.caller(of: gap)
    capture?.gap = nil
    capture?.isAnew = true
    capture?.start = caller?.from ?? gap
    guard let caller else {
      capture?.searchesLeft = 0
      capture?.isGuessed = true
      return
    }
    if !caller.isSure {
      capture?.searchesLeft -= 1
      capture?.isGuessed = true
    }
    capture?.steps.append(Step(address: caller.returns, isActivation: false))
  }

  // MARK: Symbols

  /// The frames of one address, innermost inlined function first. `isCall`: it is where a call
  /// returns to, and what is asked for is the call before it.
  private func frames(at address: UInt64, isCall: Bool) -> [StackFrame] {
    if let frames = known[address] { return frames }
    let frames = symbolize(address, at: isCall ? address &- 1 : address)
    if known.count >= Self.mostKnown { known.removeAll() }
    known[address] = frames
    return frames
  }

  /// The build ids of the modules come across since this was last called, by path.
  func takeBuildIDs() -> [String: [UInt8]] {
    defer { buildIDs.removeAll() }
    return buildIDs
  }

  /// Notes the build id of the module that starts there, once its file is open.
  private func identify(_ module: OpaquePointer, _ start: UInt64) {
    guard !identified.contains(start), let path = modules[start]?.path else { return }
    var id: UnsafePointer<UInt8>?
    var address: GElf_Addr = 0
    let count = dwfl_module_build_id(module, &id, &address)
    guard count >= 0 else { return }
    identified.insert(start)
    if count > 0 { buildIDs[path] = Array(UnsafeBufferPointer(start: id, count: Int(count))) }
  }

  /// The module of an address, without looking for symbols.
  private func place(of address: UInt64) -> StackFrame {
    guard let module = dwfl_addrmodule(session, address) else {
      return StackFrame(address: address, unresolved: .noModule)
    }
    var start: Dwarf_Addr = 0
    _ = dwfl_module_info(module, nil, &start, nil, nil, nil, nil, nil)
    var relative = address
    let isKnown = dwfl_module_relocate_address(module, &relative) >= 0
    identify(module, start)
    return StackFrame(
      address: address, module: modules[start]?.path, offset: isKnown ? relative : address &- start)
  }

  /// The compilation unit of a place in the module that starts there, and its distance from where
  /// the file has it.
  private func unit(
    of module: OpaquePointer, _ start: UInt64, at place: UInt64
  ) -> (unit: Dwarf_Die, bias: Dwarf_Addr)? {
    var bias: Dwarf_Addr = 0
    if let unit = dwfl_module_addrdie(module, place, &bias) { return (unit.pointee, bias) }
    if units[start] == nil { units[start] = UnitRanges(of: module) }
    return units[start]?.unit(at: place)
  }

  private func symbolize(_ address: UInt64, at place: UInt64) -> [StackFrame] {
    guard let module = dwfl_addrmodule(session, place) else {
      if perfMap == nil { perfMap = PerfMap(of: process) }
      let function = perfMap?.function(at: place)
      return [
        StackFrame(
          address: address, function: function, unresolved: function == nil ? .noModule : nil)
      ]
    }
    var start: Dwarf_Addr = 0
    _ = dwfl_module_info(module, nil, &start, nil, nil, nil, nil, nil)
    var frame = StackFrame(
      address: address, module: modules[start]?.path, offset: address &- start)
    var offset = GElf_Off()
    var symbol = GElf_Sym()
    if let name = dwfl_module_addrinfo(module, place, &offset, &symbol, nil, nil, nil) {
      frame.function = demangled(String(cString: name))
    }
    // Only now is the file open, which tells where its addresses begin.
    var relative = address
    if dwfl_module_relocate_address(module, &relative) >= 0 { frame.offset = relative }
    identify(module, start)
    var frames = [frame]
    if let found = unit(of: module, start, at: place) {
      var unit = found.unit
      let bias = found.bias
      if let line = dwarf_getsrc_die(&unit, place &- bias) {
        var number: Int32 = 0
        // What the compiler made up has line 0 of no file.
        if dwarf_lineno(line, &number) == 0, number > 0,
          let file = dwarf_linesrc(line, nil, nil)
        {
          frame.file = String(cString: file)
          frame.line = Int(number)
        }
      }
      frames = DebugScopes(&unit, at: place &- bias).frames(around: frame)
    }
    for index in frames.indices where frames[index].function == nil {
      frames[index].unresolved = missing[start] ?? .noSymbol
    }
    return frames
  }
}
