import TensorRuntime

/// Losses that compare embeddings `[N, D]` with each other.
package enum SimilarityLoss {
  /// `mean max(‖a − p‖² − ‖a − n‖² + margin, 0)` (Schroff et al. 2015, FaceNet). Throws `LayerError` for different
  /// shapes.
  package static func triplet(anchor: Tensor, positive: Tensor, negative: Tensor, margin: Double) throws
    -> Tensor
  {
    try same([anchor, positive, negative], "tripletLoss")
    let near = try squaredDistance(anchor, positive)
    let far = try squaredDistance(anchor, negative)
    return try (near - far + margin).relu().mean()
  }

  /// `mean ½ (s d² + (1 − s) max(margin − d, 0)²)` with `d = ‖first − second‖` and `s` 1 for pairs of one class, `[N]`
  /// (Hadsell, Chopra and LeCun 2006). Throws `LayerError` for different shapes.
  package static func contrastive(_ first: Tensor, _ second: Tensor, same flags: Tensor, margin: Double)
    throws
    -> Tensor
  {
    try same([first, second], "contrastiveLoss")
    let square = try squaredDistance(first, second)
    guard flags.shape.elementCount == square.shape.elementCount else {
      throw LayerError(
        "contrastiveLoss has \(square.shape.elementCount) pairs and \(flags.shape.elementCount) answers whether they are the same"
      )
    }
    let same = try flags.cast(.float32).reshaped(square.shape)
    // The root's slope is infinite at 0, where two embeddings are equal.
    let distance = try (square + 1e-12).sqrt()
    let apart = try (margin - distance).relu().square()
    return try ((same * square + (1 - same) * apart) * 0.5).mean()
  }

  /// `‖x − y‖²` of each pair of rows, `[N]`.
  private static func squaredDistance(_ x: Tensor, _ y: Tensor) throws -> Tensor {
    let square = try (x - y).square()
    return square.rank > 1 ? try square.sum(axes: Array(1..<square.rank)) : try square.sum()
  }

  private static func same(_ tensors: [Tensor], _ loss: String) throws {
    let shapes = tensors.map(\.shape)
    guard shapes.allSatisfy({ $0 == shapes[0] }) else {
      throw LayerError(
        "\(loss) compares embeddings of one shape, got \(shapes.map(\.description).joined(separator: ", "))",
        fix: "give each part the same number of samples, through the same network")
    }
  }
}
