import CZlib

/// Lays out a PNG file chunk by chunk, as the specification (ISO/IEC 15948) says, right or wrong on purpose.
struct HandmadePNG {
  private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Starts a file with its header.
  init(width: UInt32, height: UInt32, bitDepth: UInt8, colorType: UInt8, isInterlaced: Bool = false) {
    append("IHDR", Self.word(width) + Self.word(height) + [bitDepth, colorType, 0, 0, isInterlaced ? 1 : 0])
  }

  /// Adds a chunk with its length and checksum.
  mutating func append(_ type: String, _ content: [UInt8]) {
    let body = Array(type.utf8) + content
    let checksum = crc32(0, body, UInt32(body.count))
    bytes += Self.word(UInt32(content.count)) + body + Self.word(UInt32(truncatingIfNeeded: checksum))
  }

  /// Adds rows, each with its filter byte in front, and ends the file.
  func finished(_ rows: [[UInt8]]) -> [UInt8] {
    var whole = self
    let raw = Array(rows.joined())
    var count = compressBound(UInt(raw.count))
    var packed = [UInt8](repeating: 0, count: Int(count))
    compress(&packed, &count, raw, UInt(raw.count))
    whole.append("IDAT", Array(packed.prefix(Int(count))))
    whole.append("IEND", [])
    return whole.bytes
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
