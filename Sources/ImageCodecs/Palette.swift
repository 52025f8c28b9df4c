/// A few colours in place of many.
enum Palette {
  /// An index per pixel of RGB bytes into at most 256 colours, and these as RGB bytes.
  ///
  /// Colours are joined by their leading bits, as many as leave few enough; the most frequent of those joined stands for
  /// them.
  static func reduce(_ pixels: [UInt8]) -> (indices: [UInt8], palette: [UInt8]) {
    var counts: [UInt32: Int] = [:]
    let colors = stride(from: 0, to: pixels.count - 2, by: 3).map {
      UInt32(pixels[$0]) << 16 | UInt32(pixels[$0 + 1]) << 8 | UInt32(pixels[$0 + 2])
    }
    for color in colors { counts[color, default: 0] += 1 }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    for bits in stride(from: UInt32(8), to: 0, by: -1) {
      let mask: UInt32 = (0xFF << (8 - bits) & 0xFF) * 0x010101
      var places: [UInt32: UInt8] = [:]
      var palette: [UInt8] = []
      for color in sorted where places[color & mask] == nil {
        guard palette.count < 768 else {
          palette = []
          break
        }
        places[color & mask] = UInt8(palette.count / 3)
        palette += [UInt8(color >> 16), UInt8(color >> 8 & 255), UInt8(color & 255)]
      }
      guard !palette.isEmpty else { continue }
      return (colors.map { places[$0 & mask] ?? 0 }, palette)
    }
    return ([UInt8](repeating: 0, count: colors.count), [0, 0, 0])
  }
}
