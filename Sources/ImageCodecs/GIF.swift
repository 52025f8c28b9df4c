/// The first picture of GIF files (CompuServe, GIF89a) to pixels.
package enum GIF {
  /// The first bytes of every GIF file.
  package static let signature = Array("GIF8".utf8)

  /// Decodes the first picture on its canvas to RGB, or to RGBA when some of the canvas stays clear; throws `ImageError`.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    guard bytes.starts(with: signature) else {
      throw ImageError("not a GIF file: it does not start with GIF8")
    }
    var cursor = ByteCursor(bytes, format: "GIF")
    cursor.position = 6
    let (width, height) = (try cursor.short(), try cursor.short())
    _ = try PixelImage.sampleCount(width: width, height: height, channels: 4)
    let flags = try cursor.byte()
    cursor.position += 2
    let common = try flags & 0x80 != 0 ? palette(&cursor, bits: flags & 7) : []
    var clearIndex: Int?
    while true {
      switch try cursor.byte() {
      case 0x21:
        if try cursor.byte() == 0xF9 {
          let block = try cursor.take(cursor.byte())
          if block.count >= 4, block[block.startIndex] & 1 == 1 {
            clearIndex = Int(block[block.startIndex + 3])
          }
        }
        while case let size = try cursor.byte(), size > 0 { _ = try cursor.take(size) }
      case 0x2C:
        let frame = try Frame(&cursor, common: common, clearIndex: clearIndex)
        return try frame.image(width: width, height: height)
      default:
        throw ImageError("this GIF file has no picture")
      }
    }
  }

  private static func palette(_ cursor: inout ByteCursor, bits: Int) throws -> [UInt8] {
    Array(try cursor.take(3 << (bits + 1)))
  }

  /// One picture of the file: its place on the canvas and its colour numbers.
  private struct Frame {
    let left: Int
    let top: Int
    let width: Int
    let height: Int
    let palette: [UInt8]
    let clearIndex: Int?
    let isInterlaced: Bool
    let indices: [UInt8]

    init(_ cursor: inout ByteCursor, common: [UInt8], clearIndex: Int?) throws {
      (left, top, width, height) = (
        try cursor.short(), try cursor.short(), try cursor.short(), try cursor.short()
      )
      let flags = try cursor.byte()
      palette = try flags & 0x80 != 0 ? GIF.palette(&cursor, bits: flags & 7) : common
      isInterlaced = flags & 0x40 != 0
      self.clearIndex = clearIndex
      let count = try PixelImage.sampleCount(width: width, height: height, channels: 1)
      let bits = try cursor.byte()
      guard (1...11).contains(bits) else { throw ImageError("this GIF file has codes of \(bits) bits") }
      var data: [UInt8] = []
      while case let size = try cursor.byte(), size > 0 { data += try cursor.take(size) }
      indices = try LZW.decode(data, bits: bits, count: count)
    }

    func image(width canvasWidth: Int, height canvasHeight: Int) throws -> PixelImage {
      let coversAll = left == 0 && top == 0 && width >= canvasWidth && height >= canvasHeight
      let usesClear = clearIndex.map { clear in indices.contains { Int($0) == clear } } ?? false
      let channels = coversAll && !usesClear ? 3 : 4
      var pixels = [UInt8](repeating: 0, count: canvasWidth * canvasHeight * channels)
      for (line, row) in rows.enumerated() where top + row < canvasHeight {
        for column in 0..<width where left + column < canvasWidth {
          let index = Int(indices[line * width + column])
          guard index != clearIndex, 3 * index + 2 < palette.count else { continue }
          let at = ((top + row) * canvasWidth + left + column) * channels
          for channel in 0..<3 { pixels[at + channel] = palette[3 * index + channel] }
          if channels == 4 { pixels[at + 3] = 255 }
        }
      }
      return try PixelImage(width: canvasWidth, height: canvasHeight, channels: channels, pixels: pixels)
    }

    /// The rows in the order in which the file has them.
    private var rows: [Int] {
      guard isInterlaced else { return Array(0..<height) }
      let passes = [(0, 8), (4, 8), (2, 4), (1, 2)]
      return passes.flatMap { stride(from: $0.0, to: height, by: $0.1).map { $0 } }
    }
  }
}

/// The compression of GIF (Welch 1984, with codes of growing width).
private enum LZW {
  /// Unpacks exactly `count` colour numbers; throws `ImageError` when the data are damaged or end before.
  static func decode(_ data: [UInt8], bits: Int, count: Int) throws -> [UInt8] {
    let (clear, end) = (1 << bits, 1 << bits + 1)
    // Every code stands for the text of an earlier code and one more number.
    var prefix = [Int16](repeating: -1, count: 4096)
    var last = [UInt8](repeating: 0, count: 4096)
    var first = last
    for code in 0..<min(256, clear) { (last[code], first[code]) = (UInt8(code), UInt8(code)) }
    var result: [UInt8] = []
    result.reserveCapacity(min(count, 1 << 24))
    var (next, width, previous) = (end + 1, bits + 1, -1)
    var (buffer, filled, position) = (0, 0, 0)
    while result.count < count {
      while filled < width {
        guard position < data.count else { throw ImageError("this GIF file ends too early") }
        buffer |= Int(data[position]) << filled
        filled += 8
        position += 1
      }
      let code = buffer & ((1 << width) - 1)
      buffer >>= width
      filled -= width
      if code == clear {
        (next, width, previous) = (end + 1, bits + 1, -1)
        continue
      }
      if code == end { throw ImageError("this GIF file ends too early") }
      guard code < next || code == next && previous >= 0, code < 4096 else {
        throw ImageError("this GIF file is damaged: a code that nothing stands for")
      }
      if previous >= 0, next < 4096 {
        prefix[next] = Int16(previous)
        first[next] = first[previous]
        last[next] = code == next ? first[previous] : first[code]
        next += 1
        if next == 1 << width, width < 12 { width += 1 }
      }
      let start = result.count
      var place = code
      while place >= 0 {
        result.append(last[place])
        place = place < clear ? -1 : Int(prefix[place])
      }
      result[start...].reverse()
      previous = code
    }
    return Array(result.prefix(count))
  }
}
