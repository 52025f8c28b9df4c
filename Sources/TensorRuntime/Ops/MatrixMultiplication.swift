/// Matrix products of the last two axes: `[…, m, k], […, k, n] → […, m, n]`; leading axes broadcast.
package struct MatrixMultiplication: TensorOp {
  /// Whether the left matrices are read with rows and columns exchanged.
  package let transposeLeft: Bool
  /// Whether the right matrices are read with rows and columns exchanged.
  package let transposeRight: Bool

  package var name: String { "matmul" }
  package var parameters: String {
    (transposeLeft ? "left^T" : "") + (transposeLeft && transposeRight ? " " : "")
      + (transposeRight ? "right^T" : "")
  }

  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let (left, right) = (inputs[0].shape, inputs[1].shape)
    guard inputs[0].elementType == .float32, inputs[1].elementType == .float32 else {
      throw TensorError(
        name, "got \(inputs[0].elementType) and \(inputs[1].elementType) elements, wanted float32")
    }
    guard left.rank >= 2, right.rank >= 2 else {
      throw TensorError(name, "got the shapes \(left) and \(right), wanted matrices: at least two axes each")
    }
    let (m, k) = matrix(left, transposeLeft)
    let (k2, n) = matrix(right, transposeRight)
    guard k == k2 else {
      throw TensorError(
        name, "the shapes \(left) and \(right) don't fit: \(k) columns on the left, \(k2) rows on the right",
        fix: Self.fix(left, right))
    }
    let batch = try broadcastShape(
      name, Shape(left.dimensions.dropLast(2)), Shape(right.dimensions.dropLast(2)))
    return [TensorType(Shape(batch.dimensions + [m, n]))]
  }

  /// Which of the usual slips would make two matrices fit.
  private static func fix(_ left: Shape, _ right: Shape) -> String {
    let (m, k) = (left[left.rank - 2], left[left.rank - 1])
    let (k2, n) = (right[right.rank - 2], right[right.rank - 1])
    if k == n { return "transpose the right one: matmul(a, b.transposed)" }
    if m == k2 { return "transpose the left one: matmul(a.transposed, b)" }
    if n == m { return "swap them: matmul(b, a)" }
    return "the left one needs as many columns as the right one has rows: [m, k] and [k, n] make [m, n]"
  }

  private func matrix(_ shape: Shape, _ transposed: Bool) -> (rows: Int, columns: Int) {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    return transposed ? (columns, rows) : (rows, columns)
  }

  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (a, b) = (context.inputs[0], context.inputs[1])
    let g = try context.cotangent()
    func product(_ l: Tensor, _ r: Tensor, _ tl: Bool, _ tr: Bool) throws -> Tensor {
      try Tensor.one(MatrixMultiplication(transposeLeft: tl, transposeRight: tr), [l, r])
    }
    let left =
      transposeLeft ? try product(b, g, transposeRight, true) : try product(g, b, false, !transposeRight)
    let right =
      transposeRight ? try product(g, a, true, transposeLeft) : try product(a, g, !transposeLeft, false)
    return [left, right]
  }
}

extension Tensor {
  /// The matrix product; a vector on either side counts as one row or one column, and the axis goes again.
  package func matmul(_ other: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) throws
    -> Tensor
  {
    var (left, right) = (try cast(.float32), try other.cast(.float32))
    if left.rank == 1 { left = try left.reshaped([1, left.shape[0]]) }
    if right.rank == 1 { right = try right.reshaped([right.shape[0], 1]) }
    var result = try Tensor.one(
      MatrixMultiplication(
        transposeLeft: transposeLeft && rank > 1, transposeRight: transposeRight && other.rank > 1),
      [left, right])
    if rank == 1 { result = try result.squeezed(axis: other.rank == 1 ? 0 : -2) }
    if other.rank == 1 { result = try result.squeezed(axis: -1) }
    return result
  }
}
