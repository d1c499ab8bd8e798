// SPDX-License-Identifier: Apache-2.0

/// The call that code before a return address makes.
enum CallInstruction: Equatable {
  /// So far from the return address is what it calls.
  case direct(Int64)
  case indirect

  /// Of this machine, where `code` ends at the return address; nil when no call is there.
  init?(before code: [UInt8]) {
    #if arch(x86_64)
      self.init(x86_64: code)
    #else
      self.init(arm64: code)
    #endif
  }

  /// `E8` with a distance, or `FF /2` in any of its lengths.
  init?(x86_64 code: [UInt8]) {
    let end = code.count
    if end >= 5, code[end - 5] == 0xE8 {
      self = .direct(Int64(Int32(truncatingIfNeeded: Self.word(code.suffix(4)))))
      return
    }
    for length in 2...7 where end >= length && code[end - length] == 0xFF {
      let form = code[end - length + 1]
      guard form >> 3 & 7 == 2 else { continue }
      let (mode, base) = (form >> 6, form & 7)
      let hasIndex = mode != 3 && base == 4
      var expected = 2 + (hasIndex ? 1 : 0)
      if mode == 1 { expected += 1 }
      if mode == 2 || mode == 0 && base == 5 { expected += 4 }
      if mode == 0, hasIndex, length > 2, code[end - length + 2] & 7 == 5 { expected += 4 }
      guard expected == length else { continue }
      self = .indirect
      return
    }
    return nil
  }

  /// `bl`, `blr` and the `blr`s that authenticate.
  init?(arm64 code: [UInt8]) {
    guard code.count >= 4 else { return nil }
    let word = UInt32(truncatingIfNeeded: Self.word(code.suffix(4)))
    if word >> 26 == 0b100101 {
      // 26 bits, of four bytes each, from the instruction itself.
      self = .direct(Int64(Int32(bitPattern: word << 6) >> 4) - 4)
    } else if word & 0xFFFF_FC1F == 0xD63F_0000 || word & 0xFEFF_F800 == 0xD63F_0800 {
      self = .indirect
    } else {
      return nil
    }
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
