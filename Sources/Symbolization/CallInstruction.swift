// SPDX-License-Identifier: Apache-2.0

/// The call that code before a return address makes.
enum CallInstruction: Equatable {
  /// The distance from the return address to the function that is called, in bytes.
  case direct(Int64)
  case indirect

  /// `code` ends at the return address. Nil when it does not end in a call.
  init?(before code: [UInt8], on machine: Machine) {
    switch machine {
    case .amd64: self.init(x86_64: code)
    case .arm64: self.init(arm64: code)
    }
  }

  /// `E8` with a distance, or `FF /2` in each of its lengths.
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

  /// `bl`, `blr`, and the forms of `blr` that authenticate.
  init?(arm64 code: [UInt8]) {
    guard code.count >= 4 else { return nil }
    let word = UInt32(truncatingIfNeeded: Self.word(code.suffix(4)))
    if word >> 26 == 0b100101 {
      // 26 bits count instructions of four bytes, from the `bl` itself.
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
