// SPDX-License-Identifier: Apache-2.0

/// A number at the start of an argument, such as `1` or `1.5`, exact: no floating point.
struct DecimalNumber: Equatable {
  /// All digits, without the point.
  let digits: UInt64
  /// 10 for each digit behind the point.
  let divisor: UInt64

  /// Takes the number off the front of `text`; `nil`, and `text` unchanged, if there is none.
  init?(consuming text: inout Substring) {
    var digits: UInt64 = 0
    var divisor: UInt64 = 1
    var rest = text
    var (hasDigits, isFraction) = (false, false)
    while let character = rest.first {
      if character == ".", !isFraction, hasDigits {
        (isFraction, hasDigits) = (true, false)
      } else if character.isASCII, let digit = character.wholeNumberValue {
        let (tens, overflow) = digits.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
        let (scale, tooFine) = divisor.multipliedReportingOverflow(by: isFraction ? 10 : 1)
        if overflow || carry || tooFine { return nil }
        (digits, divisor, hasDigits) = (sum, scale, true)
      } else {
        break
      }
      rest.removeFirst()
    }
    guard hasDigits else { return nil }
    (self.digits, self.divisor, text) = (digits, divisor, rest)
  }

  /// This many times `unit`, rounded down; `nil` if that does not fit.
  func times(_ unit: UInt64) -> UInt64? {
    let product = digits.multipliedFullWidth(by: unit)
    guard product.high < divisor else { return nil }
    return divisor.dividingFullWidth(product).quotient
  }
}
