import TensorRuntime

/// What training makes small: a function of a network's output and the target, giving one number for a batch.
package struct Loss {
  /// As the user wrote it, without the dot: `crossEntropy`.
  package let notation: String
  /// The mean over the batch, shape `[]`.
  package let value: (_ output: Tensor, _ target: Tensor) throws -> Tensor

  /// Makes a loss from a function.
  package init(_ notation: String, value: @escaping (_ output: Tensor, _ target: Tensor) throws -> Tensor) {
    self.notation = notation
    self.value = value
  }

  /// The sum of two losses.
  package static func + (left: Loss, right: Loss) -> Loss {
    Loss("\(left.notation) + \(right.notation)") { try left.value($0, $1) + right.value($0, $1) }
  }

  /// A loss times a number.
  package func scaled(by factor: Double) -> Loss {
    Loss("\(factor) * \(notation)") { try value($0, $1) * factor }
  }

  /// `−log softmax(output)[target]`, mean over the batch; output `[N, C, …]` logits, target `[N, …]` class numbers or
  /// `[N, C, …]` shares.
  package static func crossEntropy(labelSmoothing: Double = 0, classWeights: [Double]? = nil) -> Loss {
    Loss("crossEntropy") { output, target in
      let weights = try classWeights.map { try Tensor($0.map { Float($0) }, [$0.count]) }
      return target.shape == output.shape
        ? try output.crossEntropy(probabilities: target, smoothing: labelSmoothing, weights: weights)
        : try output.crossEntropy(target, smoothing: labelSmoothing, weights: weights)
    }
  }

  /// `mean (output − target)²`.
  package static let mse = Loss("mse") { output, target in
    try output.meanSquaredError(try matched(target, to: output, "mse"))
  }

  /// `mean |output − target|`.
  package static let mae = Loss("mae") { output, target in
    try output.meanAbsoluteError(try matched(target, to: output, "mae"))
  }

  /// Binary cross-entropy on logits: `mean (max(z, 0) − z t + log(1 + e^−|z|))`.
  package static let bce = Loss("bce") { output, target in
    try output.binaryCrossEntropy(try matched(target, to: output, "bce"))
  }

  /// Half the squared error up to `delta`, linear beyond (Huber 1964).
  package static func huber(delta: Double = 1) -> Loss {
    Loss("huber") { output, target in
      let error = try (output - matched(target, to: output, "huber")).abs()
      let near = try error.clamped(from: 0, to: delta)
      return try (near * (error - near * 0.5)).mean()
    }
  }

  /// Gives a target the shape of the output where only axes of length 1 differ, and float elements.
  private static func matched(_ target: Tensor, to output: Tensor, _ loss: String) throws -> Tensor {
    let target = try target.cast(.float32)
    if target.shape == output.shape || target.rank == 0 { return target }
    let left = target.shape.dimensions.filter { $0 != 1 }
    guard left == output.shape.dimensions.filter({ $0 != 1 }) else {
      throw LayerError(
        "\(loss) compares output \(output.shape) with target \(target.shape)",
        fix: "both need the same shape; class numbers want .crossEntropy")
    }
    return try target.reshaped(output.shape)
  }
}
