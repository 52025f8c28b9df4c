/// The lengths of a tensor's axes, slowest first; `[]` is a scalar.
package struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The length of each axis.
  package let dimensions: [Int]

  /// Makes a shape of these lengths.
  package init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Makes a shape of these lengths.
  package init(arrayLiteral elements: Int...) { dimensions = elements }

  /// How many axes there are.
  package var rank: Int { dimensions.count }

  /// How many elements there are; `Int.max` where the true number is larger than that.
  package var elementCount: Int {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(0, dimension))
      if overflow { return dimensions.contains(0) ? 0 : Int.max }
      count = product
    }
    return count
  }

  /// Whether there is nothing in it.
  package var isEmpty: Bool { dimensions.contains { $0 <= 0 } }

  /// Throws a ``TensorError`` where the other axes of an empty tensor are longer than those of any tensor that holds
  /// numbers: whatever multiplies lengths may rely on that.
  package func checkAxes(_ operation: @autoclosure () -> String) throws {
    guard isEmpty, Shape(dimensions.filter { $0 > 0 }).elementCount > 1 << 40 else { return }
    throw TensorError(operation(), "the result \(self) holds nothing, but its axes are too long")
  }

  /// As the user reads it: `[1, 28, 28]`.
  package var description: String { "[" + dimensions.map(Self.text).joined(separator: ", ") + "]" }

  /// The length of an axis, 1 beyond the last (so that trailing axes of length 1 may be left out).
  package subscript(_ axis: Int) -> Int { dimensions.indices.contains(axis) ? dimensions[axis] : 1 }

  /// Elements between neighbours along each axis in row-major order.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    var step = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      strides[axis] = step
      step = step.multipliedReportingOverflow(by: max(1, dimensions[axis])).partialValue
    }
    return strides
  }

  /// The shape both broadcast to (aligned at the last axis, 1 stretches), or nil where they don't fit.
  package static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    if left == right { return left }
    let rank = max(left.rank, right.rank)
    var result = [Int](repeating: 1, count: rank)
    for back in 1...max(1, rank) where back <= rank {
      let l = left.rank >= back ? left.dimensions[left.rank - back] : 1
      let r = right.rank >= back ? right.dimensions[right.rank - back] : 1
      guard l == r || l == 1 || r == 1 else { return nil }
      result[rank - back] = l == 1 ? r : l
    }
    return Shape(result)
  }

  /// A shape with one axis' length replaced.
  package func replacing(_ axis: Int, with length: Int) -> Shape {
    var changed = dimensions
    if changed.indices.contains(axis) { changed[axis] = length }
    return Shape(changed)
  }

  /// A shape without some axes, or with them kept at length 1.
  package func reducing(_ axes: [Int], keepDims: Bool) -> Shape {
    keepDims
      ? Shape(dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
      : Shape(dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
  }
}
