import TensorRuntime

/// What training makes small: a function of a network's output and the target, giving one number for a batch.
package struct Loss {
  /// As the user wrote it, without the dot: `crossEntropy`.
  package let notation: String
  /// The mean over the batch, shape `[]`.
  package let value: (_ output: Tensor, _ target: Tensor) throws -> Tensor
  /// The loss of each sample, `[N]`, for samples that count differently; `nil` for a function of the user's.
  package let perSample: ((_ output: Tensor, _ target: Tensor) throws -> Tensor)?
  /// Whether class numbers among the targets stand for outputs.
  package var comparesClasses = false

  /// What it compares, where that is known: tells what is worth measuring beside it.
  package var subject = Subject.unknown

  /// What losses compare.
  package enum Subject {
    /// Classes: a number for each sample or pixel, or shares of all of them.
    case classes
    /// Yes or no, as one logit.
    case decisions
    /// Numbers.
    case values
    /// Whatever a function of the user's does.
    case unknown
  }

  /// Makes a loss from a function.
  package init(
    _ notation: String, of subject: Subject = .unknown,
    value: @escaping (_ output: Tensor, _ target: Tensor) throws -> Tensor
  ) {
    self.init(notation, perSample: nil, value: value)
    self.subject = subject
  }

  /// Makes a loss from a function for each sample, `[N]`, where there is one, and one for the whole batch.
  package init(
    _ notation: String, perSample: ((_ output: Tensor, _ target: Tensor) throws -> Tensor)?,
    value: @escaping (_ output: Tensor, _ target: Tensor) throws -> Tensor
  ) {
    self.notation = notation
    self.perSample = perSample
    self.value = value
  }

  /// Makes a loss that is the mean of a number for each element.
  package init(
    elementwise notation: String, of subject: Subject,
    _ elements: @escaping (_ output: Tensor, _ target: Tensor) throws -> Tensor
  ) {
    self.init(notation) { output, target in
      let values = try elements(output, target)
      return values.rank > 1 ? try values.mean(axes: Array(1..<values.rank)) : values
    } value: {
      try elements($0, $1).mean()
    }
    self.subject = subject
  }

  /// The mean over the batch, or with weights `[N]` the weighted mean `Σ w l / Σ w`. Throws `LayerError` for weights with
  /// a loss that has no value per sample.
  package func mean(_ output: Tensor, _ target: Tensor, weights: Tensor?) throws -> Tensor {
    guard let weights else { return try value(output, target) }
    guard let perSample else {
      throw LayerError(
        "weights: need a loss that knows each sample's share, and \(notation) gives one number for all of them",
        fix: "use a loss such as .crossEntropy or .mse, or weigh inside the closure")
    }
    return try (perSample(output, target) * weights).sum() / weights.sum()
  }

  /// The sum of two losses.
  package static func + (left: Loss, right: Loss) -> Loss {
    var perSample: ((Tensor, Tensor) throws -> Tensor)?
    if let first = left.perSample, let second = right.perSample {
      perSample = { try first($0, $1) + second($0, $1) }
    }
    var sum = Loss("\(left.notation) + \(right.notation)", perSample: perSample) {
      try left.value($0, $1) + right.value($0, $1)
    }
    sum.subject = left.subject == .unknown ? right.subject : left.subject
    sum.comparesClasses = left.comparesClasses || right.comparesClasses
    return sum
  }

  /// A loss times a number.
  package func scaled(by factor: Double) -> Loss {
    let each = perSample.map { each in
      { (output: Tensor, target: Tensor) in try each(output, target) * factor }
    }
    var scaled = Loss("\(factor) * \(notation)", perSample: each) { try value($0, $1) * factor }
    scaled.comparesClasses = comparesClasses
    scaled.subject = subject
    return scaled
  }

  /// `−log softmax(output)[target]`, mean over the batch and all pixels; output `[N, C, …]` logits, target `[N, …]` class
  /// numbers or `[N, C, …]` shares. Class weights weight the mean; pixels of the class `ignoring` don't count. Throws `LayerError` for outputs that went through softmax already.
  package static func crossEntropy(
    labelSmoothing: Double = 0, classWeights: [Double]? = nil, ignoring: Int? = nil
  ) -> Loss {
    func weights() throws -> Tensor? { try classWeights.map { try Tensor($0.map { Float($0) }, [$0.count]) } }
    var loss = Loss("crossEntropy") { output, target in
      try logits(output, of: "crossEntropy", not: "softmax")
      return try output.crossEntropyPerSample(
        classes(target, for: output), smoothing: labelSmoothing, weights: weights(), ignoredClass: ignoring)
    } value: { output, target in
      try logits(output, of: "crossEntropy", not: "softmax")
      let target = try classes(target, for: output)
      return target.shape == output.shape
        ? try output.crossEntropy(probabilities: target, smoothing: labelSmoothing, weights: weights())
        : try output.crossEntropy(
          target, smoothing: labelSmoothing, weights: weights(), ignoredClass: ignoring)
    }
    loss.comparesClasses = ignoring == nil
    loss.subject = .classes
    return loss
  }

  /// `mean (output − target)²`.
  package static let mse = Loss(elementwise: "mse", of: .values) { output, target in
    try (output - matched(target, to: output, "mse")).square()
  }

  /// `mean |output − target|`.
  package static let mae = Loss(elementwise: "mae", of: .values) { output, target in
    try (output - matched(target, to: output, "mae")).abs()
  }

  /// Binary cross-entropy on logits: `mean (max(z, 0) − z t + log(1 + e^−|z|))`. Throws `LayerError` for outputs that
  /// went through sigmoid already.
  package static let bce = Loss(elementwise: "bce", of: .decisions) { output, target in
    try logits(output, of: "bce", not: "sigmoid")
    return try output.softplus() - output * matched(target, to: output, "bce")
  }

  /// Half the squared error up to `delta`, linear beyond (Huber 1964).
  package static func huber(delta: Double = 1) -> Loss {
    Loss(elementwise: "huber", of: .values) { output, target in
      let error = try (output - matched(target, to: output, "huber")).abs()
      let near = try error.clamped(from: 0, to: delta)
      return try near * (error - near * 0.5)
    }
  }

  /// `mean max(0, margin − t y)` for targets −1 and 1 (or 0 and 1); for class numbers `[N]` and outputs `[N, C]`
  /// `Σ max(0, margin − y[class] + y[j]) / C` over the other classes (Crammer and Singer 2001, as in PyTorch).
  package static func hinge(margin: Double = 1) -> Loss {
    Loss(elementwise: "hinge", of: .classes) { output, target in
      if output.rank == 2, output.shape[1] > 1, target.rank == 1 {
        let hot = try target.cast(.int32).oneHot(depth: output.shape[1], axis: 1)
        let right = try (output * hot).sum(axes: [1], keepDims: true)
        let others = try (output - right + margin).relu() * (1 - hot)
        // The mean over the classes is the sum divided by their number.
        return others
      }
      let target = try matched(target, to: output, "hinge")
      let signs = try Tensor.select(target .> Tensor.scalar(0), Tensor.scalar(1), Tensor.scalar(-1))
      return try (margin - signs * output).relu()
    }
  }

  /// Class numbers as whole numbers, also where they were written as others; shares as they are.
  private static func classes(_ target: Tensor, for output: Tensor) throws -> Tensor {
    target.shape != output.shape && target.elementType != .int32 ? try target.cast(.int32) : target
  }

  /// Throws where outputs went through the function that the loss applies itself.
  private static func logits(_ output: Tensor, of loss: String, not function: String) throws {
    guard output.operationName == function else { return }
    throw LayerError(
      "\(loss) applies \(function) itself, and its input went through \(function) already",
      fix: "leave \(function) out of the network: it gives logits, and \(function)(net(x)) the shares")
  }

  /// Gives a target the shape of the output where only axes of length 1 differ, and float elements.
  static func matched(_ target: Tensor, to output: Tensor, _ loss: String) throws -> Tensor {
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
