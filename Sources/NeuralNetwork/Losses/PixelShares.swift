import TensorRuntime

/// What a segmentation network says of each pixel beside what is true of it, in one form for all losses on masks.
///
/// Outputs are logits `[N, C, …]`, or `[N, 1, …]` for foreground against background. Targets are class numbers
/// `[N, …]`, or shares `[N, C, …]` such as one-hot masks. Throws `LayerError` when the two don't belong together.
struct PixelShares {
  /// The logits, `[N, C, …]`.
  let logits: Tensor
  /// What is true: `[N, C, …]`, all zeros where a pixel doesn't count.
  let target: Tensor
  /// 1 where a pixel counts, `[N, 1, …]`; nil where all do.
  let counted: Tensor?

  init(_ output: Tensor, _ target: Tensor, ignoring: Int?, loss: String) throws {
    guard output.rank >= 2 else {
      throw LayerError("\(loss) wants logits [samples, classes, …], got \(output.shape)")
    }
    logits = output
    if target.shape == output.shape, target.elementType == .float32 || output.shape[1] > 1 {
      self.target = try target.cast(.float32)
      counted = nil
      return
    }
    let pixels = output.shape.dimensions.enumerated().filter { $0.offset != 1 }.map(\.element)
    guard target.shape.dimensions == pixels || target.shape == output.shape else {
      throw LayerError(
        "\(loss) compares output \(output.shape) with target \(target.shape)",
        fix: "targets are class numbers \(Shape(pixels)) or one-hot \(output.shape)")
    }
    let numbers = try target.cast(.int32).reshaped(pixels)
    counted = try ignoring.map { ignored in
      try (numbers .!= .scalar(Double(ignored), .int32)).cast(.float32).expanded(axis: 1)
    }
    let classes = max(2, output.shape[1])
    let hot = try numbers.oneHot(depth: classes, axis: 1, checking: ClassNumbers(ignoring: ignoring))
    let foreground = output.shape[1] == 1 ? try hot.sliced(axis: 1, from: 1) : hot
    self.target = try counted.map { try foreground * $0 } ?? foreground
  }

  /// How likely each class is, `[N, C, …]`: softmax, or the sigmoid of a single channel; 0 where a pixel doesn't count.
  func probabilities() throws -> Tensor {
    let shares = logits.shape[1] == 1 ? try logits.sigmoid() : try logits.softmax(axis: 1)
    return try counted.map { try shares * $0 } ?? shares
  }

  /// The logarithm of the probability of what is true, `[N, 1, …]`; for shares the mean over the classes.
  func logLikelihood() throws -> Tensor {
    guard logits.shape[1] == 1 else {
      return try (target * logits.logSoftmax(axis: 1)).sum(axes: [1], keepDims: true)
    }
    // log σ(z) = −softplus(−z) where the foreground is true, log(1 − σ(z)) = −softplus(z) elsewhere.
    return try -(target * (-logits).softplus() + (1 - target) * logits.softplus())
  }

  /// All axes but the classes'.
  var pixelAxes: [Int] { [0] + Array(2..<max(2, logits.rank)) }
}
