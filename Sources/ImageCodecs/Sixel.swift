/// Sixel graphics (DEC VT340 Programmer Reference, chapter 14): a picture as a sequence of characters that terminals draw.
package enum Sixel {
  /// Pixels that one character stands for: a column of them.
  private static let bandHeight = 6

  /// Encodes a picture in at most 256 colours; more are joined by likeness. Alpha is laid over white.
  package static func encode(_ image: PixelImage) throws -> [UInt8] {
    let rgb = try image.converted(toChannels: 3)
    let (indices, palette) = Palette.reduce(rgb.pixels)
    // Unpainted pixels stay as they were; one pixel is as wide as high; the size is told ahead.
    var text = Array("\u{1b}P0;1;0q\"1;1;\(rgb.width);\(rgb.height)".utf8)
    for color in 0..<palette.count / 3 {
      let percent = (0..<3).map { (Int(palette[color * 3 + $0]) * 100 + 127) / 255 }
      text += Array("#\(color);2;\(percent[0]);\(percent[1]);\(percent[2])".utf8)
    }
    for top in stride(from: 0, to: rgb.height, by: bandHeight) {
      text += band(of: indices, width: rgb.width, rows: top..<min(rgb.height, top + bandHeight))
      text.append(UInt8(ascii: "-"))
    }
    return text + Array("\u{1b}\\".utf8)
  }

  /// Up to six rows: for each of their colours a line of characters, drawn over each other.
  private static func band(of indices: [UInt8], width: Int, rows: Range<Int>) -> [UInt8] {
    var masks = [[UInt8]?](repeating: nil, count: 256)
    for (bit, row) in rows.enumerated() {
      for x in 0..<width {
        let color = Int(indices[row * width + x])
        if masks[color] == nil { masks[color] = [UInt8](repeating: 0, count: width) }
        masks[color]?[x] |= 1 << UInt8(bit)
      }
    }
    var text: [UInt8] = []
    for (color, mask) in masks.enumerated() {
      guard let mask else { continue }
      if !text.isEmpty { text.append(UInt8(ascii: "$")) }
      text += Array("#\(color)".utf8)
      append(mask, to: &text)
    }
    return text
  }

  /// Adds a line of characters, what repeats as a count; nothing at its end that paints nothing.
  private static func append(_ mask: [UInt8], to text: inout [UInt8]) {
    var x = 0
    let end = (mask.lastIndex { $0 != 0 } ?? -1) + 1
    while x < end {
      var next = x + 1
      while next < end, mask[next] == mask[x] { next += 1 }
      let character = mask[x] + 63
      if next - x > 3 {
        text += Array("!\(next - x)".utf8)
        text.append(character)
      } else {
        text += [UInt8](repeating: character, count: next - x)
      }
      x = next
    }
  }
}
