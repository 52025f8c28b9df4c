/// A few colours in place of many.
enum Palette {
  /// An index per pixel of RGB bytes into at most 256 colours, and these as RGB bytes.
  ///
  /// Colours are joined by their leading bits, as many as leave few enough; the most frequent of those joined stands for
  /// them.
  static func reduce(_ pixels: [UInt8]) -> (indices: [UInt8], palette: [UInt8]) {
    let runs = runs(of: pixels)
    var counts: [UInt32: Int] = [:]
    for run in runs { counts[run.color, default: 0] += run.length }
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
      return (indices(of: runs) { places[$0 & mask] ?? 0 }, palette)
    }
    return (indices(of: runs) { _ in 0 }, [0, 0, 0])
  }

  /// Pixels of one colour behind each other; drawings are mostly long runs of the background.
  private static func runs(of pixels: [UInt8]) -> [(color: UInt32, length: Int)] {
    var runs: [(color: UInt32, length: Int)] = []
    for start in stride(from: 0, to: pixels.count - 2, by: 3) {
      let color = UInt32(pixels[start]) << 16 | UInt32(pixels[start + 1]) << 8 | UInt32(pixels[start + 2])
      if let last = runs.indices.last, runs[last].color == color {
        runs[last].length += 1
      } else {
        runs.append((color, 1))
      }
    }
    return runs
  }

  private static func indices(
    of runs: [(color: UInt32, length: Int)], _ index: (UInt32) -> UInt8
  ) -> [UInt8] {
    var indices: [UInt8] = []
    indices.reserveCapacity(runs.reduce(0) { $0 + $1.length })
    for run in runs { indices.append(contentsOf: repeatElement(index(run.color), count: run.length)) }
    return indices
  }
}
