// SPDX-License-Identifier: Apache-2.0

/// The constants of the format. docs/recording.md explains each one.
public enum RecordingFormat {
  public static let version: UInt16 = 1

  static let fileMagic: [UInt8] = [0x89] + Array("bpfleak".utf8)
  static let fileHeaderBytes = 16
  static let blockMagic: [UInt8] = [0x8a] + Array("bpfblok".utf8)
  static let blockHeaderBytes = 44
  /// A block is closed when it holds this many bytes.
  static let blockBytes = 256 << 10
  /// The reader refuses larger blocks. The writer never splits a frame, so a block can exceed
  /// `blockBytes`, but never this.
  static let mostBlockBytes = 1 << 28
  /// The start facts are repeated in every block whose number is a multiple of this.
  static let startEvery: UInt32 = 16

  /// How many earlier records new ones can be written as differences to.
  static let slots = 64
  /// In words of 8 bytes. Longer records are stored as they are.
  static let mostWords = 64
  static let wordOfTime = 2

  static let otherLength: UInt8 = 0x40
  static let verbatim: UInt8 = 0x41

  /// The first byte of a frame. A length and that many bytes follow it.
  enum FrameType: UInt8 {
    case start = 0x80
    case window = 0x81
    case joined = 0x82
    case mending = 0x83
    case viewed = 0x84
    case lost = 0x85
    case relisted = 0x86
    case auditBegan = 0x87
    case auditEnded = 0x88
    case judged = 0x89
    case reported = 0x8a
    case dumped = 0x8b
    case finished = 0x8c
    case marked = 0x8d
    case callsEnded = 0x8e
    // Answers of the machine to questions that the item before them caused.
    case path = 0xc1
    case process = 0xc2
    case resident = 0xc3
    case residentRanges = 0xc4
    case stack = 0xc5
    case module = 0xc6
    case limits = 0xc7
    case text = 0xc8
  }

  static func isAnswer(_ type: UInt8) -> Bool { type >= 0xc0 }
}

/// Maps signed numbers to unsigned ones, so that small negative numbers take few bytes too.
@inline(__always)
func zigzag(_ value: Int64) -> UInt64 {
  UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
}

@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 {
  Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
}
