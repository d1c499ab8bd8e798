// SPDX-License-Identifier: Apache-2.0
import CLibdw
import Glibc

/// The functions around one address of a compilation unit, inlined ones included, from its debug
/// information.
struct DebugScopes {
  private var unit: Dwarf_Die
  private let scopes: [Dwarf_Die]

  init(_ unit: UnsafeMutablePointer<Dwarf_Die>, at address: UInt64) {
    self.unit = unit.pointee
    var innermost: UnsafeMutablePointer<Dwarf_Die>?
    guard dwarf_getscopes(unit, address, &innermost) > 0, let die = innermost else {
      // elfutils 0.188 finds nothing for some places in code that rustc inlined from another crate. Each
      // function there still answers that the place is in it.
      scopes = Self.descent(from: unit.pointee, to: address).reversed()
      return
    }
    // Beyond an inlined function that list goes on to where the function was written. This one goes on to
    // where it was inlined.
    var found: UnsafeMutablePointer<Dwarf_Die>?
    let count = dwarf_getscopes_die(die, &found)
    scopes = count > 0 ? Array(UnsafeBufferPointer(start: found, count: Int(count))) : []
    free(innermost)
    free(found)
  }

  /// The functions and blocks around `address`, outermost first.
  private static func descent(from unit: Dwarf_Die, to address: UInt64) -> [Dwarf_Die] {
    var parent = unit
    var child = Dwarf_Die()
    guard dwarf_child(&parent, &child) == 0 else { return [] }
    repeat {
      switch Int(dwarf_tag(&child)) {
      case Int(DW_TAG_subprogram), Int(DW_TAG_inlined_subroutine), Int(DW_TAG_lexical_block):
        if dwarf_haspc(&child, address) > 0 { return [child] + descent(from: child, to: address) }
      // These have no addresses, and functions inside.
      case Int(DW_TAG_namespace), Int(DW_TAG_structure_type), Int(DW_TAG_class_type):
        let inside = descent(from: child, to: address)
        if !inside.isEmpty { return inside }
      default: break
      }
      var next = Dwarf_Die()
      guard dwarf_siblingof(&child, &next) == 0 else { return [] }
      child = next
    } while true
  }

  /// One frame for each function, innermost first. `frame` has the symbol of the outermost function and
  /// the line of the innermost.
  func frames(around frame: StackFrame) -> [StackFrame] {
    var frames: [StackFrame] = []
    var current = frame
    current.function = nil
    for var scope in scopes {
      let tag = dwarf_tag(&scope)
      if tag == DW_TAG_inlined_subroutine {
        current.function = name(of: &scope)
        current.isInlined = true
        frames.append(current)
        // The next function out is at the line of this call.
        current.file = callFile(of: &scope) ?? current.file
        current.line = number(DW_AT_call_line, of: &scope)
      } else if tag == DW_TAG_subprogram {
        current.function = frame.function ?? name(of: &scope)
        current.isInlined = false
        frames.append(current)
        break
      }
    }
    guard let last = frames.last, !last.isInlined else { return [frame] }
    return frames
  }

  private func name(of die: inout Dwarf_Die) -> String? {
    var attribute = Dwarf_Attribute()
    for name in [DW_AT_linkage_name, DW_AT_MIPS_linkage_name]
    where dwarf_attr_integrate(&die, UInt32(name), &attribute) != nil {
      if let text = dwarf_formstring(&attribute) { return demangled(String(cString: text)) }
    }
    guard let name = dwarf_diename(&die) else { return nil }
    return scope(of: die) + String(cString: name)
  }

  /// The namespaces and classes that declare a function, each followed by `::`.
  private func scope(of die: Dwarf_Die) -> String {
    var die = die
    var attribute = Dwarf_Attribute()
    // An inlined function refers to the function as written, and that to its declaration.
    for _ in 0..<4 {
      var next = Dwarf_Die()
      guard
        [DW_AT_abstract_origin, DW_AT_specification].contains(where: {
          dwarf_attr(&die, UInt32($0), &attribute) != nil
            && dwarf_formref_die(&attribute, &next) != nil
        })
      else { break }
      die = next
    }
    var found: UnsafeMutablePointer<Dwarf_Die>?
    let count = dwarf_getscopes_die(&die, &found)
    defer { free(found) }
    guard count > 1, let found else { return "" }
    var scope = ""
    for index in 1..<Int(count) {
      switch Int(dwarf_tag(&found[index])) {
      case Int(DW_TAG_namespace), Int(DW_TAG_class_type), Int(DW_TAG_structure_type),
        Int(DW_TAG_union_type):
        let name = dwarf_diename(&found[index]).map { String(cString: $0) }
        scope = (name ?? "(anonymous)") + "::" + scope
      default: break
      }
    }
    return scope
  }

  private func number(_ name: Int, of die: inout Dwarf_Die) -> Int? {
    var attribute = Dwarf_Attribute()
    var value: Dwarf_Word = 0
    guard dwarf_attr(&die, UInt32(name), &attribute) != nil,
      dwarf_formudata(&attribute, &value) == 0
    else { return nil }
    return Int(value)
  }

  private func callFile(of die: inout Dwarf_Die) -> String? {
    guard let index = number(DW_AT_call_file, of: &die) else { return nil }
    var files: OpaquePointer?
    var count = 0
    var unit = unit
    guard dwarf_getsrcfiles(&unit, &files, &count) == 0, index < count else { return nil }
    return dwarf_filesrc(files, index, nil, nil).map { String(cString: $0) }
  }
}
