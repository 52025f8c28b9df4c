/// Whole numbers in rows: class or instance numbers of pixels, 0 for background.
package struct LabelGrid: Sendable, Equatable {
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// The numbers, row by row.
  package internal(set) var numbers: [Int32]

  /// The most pixels a grid may have.
  package static let largestCount = 1 << 28

  /// Wraps numbers. Throws `DatasetError` when they don't fit the size.
  package init(height: Int, width: Int, numbers: [Int32]) throws {
    guard height >= 1, width >= 1, numbers.count <= Self.largestCount,
      numbers.count == height.multipliedReportingOverflow(by: width).partialValue
    else {
      throw DatasetError("\(numbers.count) numbers for a mask of \(height) x \(width)")
    }
    (self.height, self.width, self.numbers) = (height, width, numbers)
  }

  /// Which pixels touch: those beside, above and below, or those at the corners too.
  package enum Connectivity: Int, Sendable {
    case four = 4
    case eight = 8
  }

  /// Calls `body` with the index of each neighbour of a pixel.
  @inline(__always)
  func forEachNeighbour(of index: Int, _ connectivity: Connectivity, _ body: (Int) -> Void) {
    let (x, y) = (index % width, index / width)
    let (left, right, up, down) = (x > 0, x + 1 < width, y > 0, y + 1 < height)
    if left { body(index - 1) }
    if right { body(index + 1) }
    if up { body(index - width) }
    if down { body(index + width) }
    guard connectivity == .eight else { return }
    if up && left { body(index - width - 1) }
    if up && right { body(index - width + 1) }
    if down && left { body(index + width - 1) }
    if down && right { body(index + width + 1) }
  }
}
