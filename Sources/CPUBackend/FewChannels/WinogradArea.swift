import TensorRuntime

/// One axis of what a 3 × 3 filter in steps of one reads: result `i` reads elements `start + i ..< start + i + 3`.
struct WinogradAxis {
  /// How many results there are.
  let results: Int
  let start: Int
  /// How many elements there are: the others are zeros.
  let elements: Int

  /// The filter's rows (or columns) that see elements from results `range`, added up: the direct kernel skips the others.
  func seen(from range: Range<Int>) -> Int {
    range.reduce(0) { sum, result in
      sum + (0..<3).count { (0..<elements).contains(start + result + $0) }
    }
  }

  /// How many results to have computed by Winograd's algorithm: all, or only those in whole tiles of four.
  var choices: [Int] { results % 4 == 0 || results < 4 ? [results] : [results, results - results % 4] }
}

/// The part of a 3 × 3 convolution's results, from the first row and column on, that Winograd's algorithm computes, F(4 × 4,
/// 3 × 3) (Lavin and Gray 2015); the direct kernel computes those right of it and below.
struct WinogradArea {
  let rows: Int
  let columns: Int

  /// The area that takes the least, where that is clearly less than the direct kernel alone.
  ///
  /// Counted in what a direct product takes: those of a tile's 36 numbers, with the registers being filled and emptied as
  /// much as five channels take, and the way of each channel's tile there and back (`docs/few-channels.md`).
  init?(channels: Int, outputs: Int, _ vertical: WinogradAxis, _ horizontal: WinogradAxis) {
    func direct(_ rows: Range<Int>, _ columns: Range<Int>) -> Int {
      channels * outputs * vertical.seen(from: rows) * horizontal.seen(from: columns)
    }
    let (height, width) = (vertical.results, horizontal.results)
    var best: (cost: Int, rows: Int, columns: Int)?
    for rows in vertical.choices {
      for columns in horizontal.choices {
        let tiles = ((rows + 3) / 4) * ((columns + 3) / 4)
        let transformed = tiles * (36 * outputs * (channels + 5) + 200 * channels + 280 * outputs)
        let rest = direct(0..<rows, columns..<width) + direct(rows..<height, 0..<width)
        // Filters in two orders, and short rows.
        let cost = transformed + rest + rest / 8
        // The whole is tried first, and divided only for clearly less.
        if best.map({ cost < $0.cost - $0.cost / 16 }) ?? true { best = (cost, rows, columns) }
      }
    }
    guard let best, best.cost + best.cost / 8 < 9 * channels * outputs * height * width else { return nil }
    (rows, columns) = (best.rows, best.columns)
  }

  /// Whether the algorithm takes clearly less than the direct kernel for the cotangents of `[outputs, channels, 3, 3]`, of
  /// results of `rows` × `columns` each; counted as above. The sums of ten tiles are brought out of the registers at a time.
  static func suitsFilters(channels: Int, outputs: Int, rows: Int, columns: Int) -> Bool {
    let pairs = channels * outputs
    let tiles = ((rows + 3) / 4) * ((columns + 3) / 4)
    let transformed = tiles * (36 * pairs + 200 * channels + 130 * outputs) + (tiles + 9) / 10 * 90 * pairs
    return transformed + 25 * pairs + transformed / 8 < 9 * pairs * rows * columns
  }

  /// Whether it is all of `shape`.
  func covers(_ shape: LaneShape) -> Bool { rows == shape.height && columns == shape.width }
}
