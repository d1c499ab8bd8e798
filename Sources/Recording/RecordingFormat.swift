// SPDX-License-Identifier: Apache-2.0

/// The numbers of docs/recording.md, which has the meaning of each.
public enum RecordingFormat {
  public static let version: UInt16 = 1

  static let fileMagic: [UInt8] = [0x89] + Array("bpfleak".utf8)
  static let fileHeaderBytes = 16
  static let blockMagic: [UInt8] = [0x8a] + Array("bpfblok".utf8)
  static let blockHeaderBytes = 44
  /// A block is closed once it holds so much.
  static let blockBytes = 256 << 10
  /// More than any block has that was written here: a frame is never cut in two.
  static let mostBlockBytes = 1 << 28
  /// Blocks from one that repeats the start facts to the next.
  static let startEvery: UInt32 = 16

  /// Records of earlier times that new ones are written as differences to.
  static let slots = 64
  /// Words of 8 bytes; longer records are stored as they are.
  static let mostWords = 64
  static let wordOfTime = 2

  static let otherLength: UInt8 = 0x40
  static let verbatim: UInt8 = 0x41

  /// What follows a frame of these types is a length and as many bytes.
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
    // Answers: what was asked because of the frame before them.
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

/// Whole numbers as 7 bits a byte, lowest first.
@inline(__always)
func zigzag(_ value: Int64) -> UInt64 {
  UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
}

@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 {
  Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
}
