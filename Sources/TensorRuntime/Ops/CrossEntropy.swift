/// Cross-entropy of class numbers, fused with log-softmax: the mean over the samples that count,
/// `logits [N, C, d…], int32 targets [N, d…], weights [C]? → []`.
package struct CrossEntropy: TensorOp {
  /// How much of the target is spread evenly over all classes (Szegedy et al. 2016).
  package let smoothing: Float
  /// A class number whose samples don't count.
  package let ignoredClass: Int32?

  package var name: String { "crossEntropy" }
  package var parameters: String {
    (smoothing == 0 ? [] : ["smoothing=\(smoothing)"]).joined()
      + (ignoredClass.map { " ignored=\($0)" } ?? "")
  }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let (x, t) = (inputs[0], inputs[1])
    guard x.elementType == .float32, x.shape.rank >= 2 else {
      throw TensorError(name, "got the logits \(x), wanted float32 [samples, classes, …]")
    }
    guard t.elementType == .int32, t.shape == x.shape.reducing([1], keepDims: false) else {
      let wanted = x.shape.reducing([1], keepDims: false)
      throw TensorError(
        name,
        "got targets of \(t.shape) for the logits \(x.shape), wanted class numbers of \(wanted)",
        fix: t.shape.rank == x.shape.rank
          ? "one-hot targets need the logits' own shape: \(x.shape[1]) classes"
          : "targets are class numbers, one for each sample (and pixel)")
    }
    if inputs.count > 2, inputs[2].shape != [x.shape[1]] {
      throw TensorError(name, "got the class weights \(inputs[2].shape), wanted [\(x.shape[1])]")
    }
    guard smoothing >= 0, smoothing < 1 else {
      throw TensorError(name, "got the label smoothing \(smoothing), wanted 0 ..< 1")
    }
    return [TensorType([])]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let rule = CrossEntropyGradient(loss: self)
    let extra = context.inputs.count > 2 ? [context.inputs[2]] : []
    return [
      try Tensor.one(rule, [context.inputs[0], context.inputs[1], context.cotangent()] + extra), nil,
    ] + extra.map { _ in nil }
  }
}

/// The cotangent of the logits: `logits [N, C, d…], targets [N, d…], g [], weights [C]? → [N, C, d…]`.
package struct CrossEntropyGradient: TensorOp {
  /// The loss.
  package let loss: CrossEntropy

  package var name: String { "crossEntropyGradient" }
  package var parameters: String { loss.parameters }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [inputs[0]] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let loss = loss
    return try context.throughFormula { inputs in
      let (x, t, g) = (inputs[0], inputs[1], inputs[2])
      let weights = inputs.count > 3 ? inputs[3] : nil
      let (target, total) = try loss.targets(x, t, weights)
      let share = try target.sum(axes: [1], keepDims: true)
      return [try (x.softmax(axis: 1) * share - target) * (g / total)]
    }
  }
}

extension CrossEntropy {
  /// What multiplies the log-probabilities, weights included, and what the sum is divided by.
  func targets(_ x: Tensor, _ t: Tensor, _ weights: Tensor?) throws -> (target: Tensor, total: Tensor) {
    let classes = x.shape[1]
    var hot = try t.oneHot(depth: classes, axis: 1)
    var valid = try hot.sum(axes: [1], keepDims: true)
    if let ignoredClass {
      let counts = try (t .!= .scalar(Double(ignoredClass), .int32)).cast(.float32).expanded(axis: 1)
      hot = try hot * counts
      valid = try valid * counts
    }
    var total = try valid.sum()
    var smooth = try valid * Double(smoothing / Float(max(1, classes)))
    if let weights {
      let perClass = try weights.perChannel(rank: x.rank)
      total = try (hot * perClass).sum()
      hot = try hot * perClass
      smooth = try smooth * perClass
    }
    return (smoothing == 0 ? hot : try hot * Double(1 - smoothing) + smooth, total)
  }
}

extension Tensor {
  /// Refuses what went through softmax already: the loss would apply it again, and learn badly without a word.
  private func checkedLogits() throws -> Tensor {
    guard let softmax = node.operation as? Softmax, !softmax.isLogarithm else { return self }
    throw TensorError(
      "crossEntropy", "got probabilities \(shape) that went through softmax, wanted logits",
      fix: "leave softmax out of the last layer: the loss applies it; softmax(net(x)) gives probabilities")
  }
  /// The mean cross-entropy of class numbers: `self` are logits `[N, C, d…]`, `targets` whole numbers `[N, d…]`.
  package func crossEntropy(
    _ targets: Tensor, smoothing: Double = 0, weights: Tensor? = nil, ignoredClass: Int? = nil
  ) throws -> Tensor {
    let rule = CrossEntropy(
      smoothing: Float(smoothing), ignoredClass: ignoredClass.map { Int32(clamping: $0) })
    let numbers = targets.elementType == .int32 ? targets : try targets.cast(.int32)
    return try Tensor.one(
      rule, [checkedLogits().cast(.float32), numbers] + (weights.map { [$0] } ?? []))
  }
  /// The mean cross-entropy of class probabilities: logits and `targets` are `[N, C, d…]`.
  package func crossEntropy(probabilities targets: Tensor, smoothing: Double = 0, weights: Tensor? = nil)
    throws -> Tensor
  {
    guard rank >= 2, targets.shape == shape else {
      throw TensorError(
        "crossEntropy",
        "got the targets \(targets.shape) for the logits \(shape), wanted the same [samples, classes, …]")
    }
    var shares = try targets.cast(.float32)
    if smoothing != 0 { shares = try shares * (1 - smoothing) + smoothing / Double(Swift.max(1, shape[1])) }
    if let weights { shares = try shares * weights.perChannel(rank: rank) }
    return try -(shares * checkedLogits().logSoftmax(axis: 1)).sum(axes: [1]).mean()
  }
  /// The cross-entropy of each sample, `[N]`, the mean over its positions that count: `self` are logits `[N, C, d…]`, `targets`
  /// class numbers `[N, d…]` or probabilities `[N, C, d…]`.
  package func crossEntropyPerSample(
    _ targets: Tensor, smoothing: Double = 0, weights: Tensor? = nil, ignoredClass: Int? = nil
  ) throws -> Tensor {
    guard rank >= 2 else {
      throw TensorError("crossEntropy", "got the logits \(shape), wanted [samples, classes, …]")
    }
    let rule = CrossEntropy(
      smoothing: Float(smoothing), ignoredClass: ignoredClass.map { Int32(clamping: $0) })
    var shares: Tensor
    if targets.shape == shape {
      shares = try targets.cast(.float32)
      if smoothing != 0 { shares = try shares * (1 - smoothing) + smoothing / Double(Swift.max(1, shape[1])) }
      if let weights { shares = try shares * weights.perChannel(rank: rank) }
    } else {
      let numbers = targets.elementType == .uint8 ? try targets.cast(.int32) : targets
      _ = try rule.outputTypes([type, numbers.type] + (weights.map { [$0.type] } ?? []))
      shares = try rule.targets(self, numbers, weights).target
    }
    let losses = try -(shares * logSoftmax(axis: 1)).sum(axes: [1])
    guard losses.rank > 1 else { return losses }
    let positions = Array(1..<losses.rank)
    guard let ignoredClass, targets.shape != shape else { return try losses.mean(axes: positions) }
    let counted = try (targets.cast(.int32) .!= .scalar(Double(ignoredClass), .int32)).cast(.float32)
    return try losses.sum(axes: positions) / counted.sum(axes: positions).maximum(.scalar(1))
  }
  /// The mean binary cross-entropy of logits: −t log σ(x) − (1 − t) log(1 − σ(x)), without overflow.
  package func binaryCrossEntropy(_ targets: Tensor) throws -> Tensor {
    try (softplus() - self * targets).mean()
  }
  /// The mean of (x − y)².
  package func meanSquaredError(_ other: Tensor) throws -> Tensor { try (self - other).square().mean() }
  /// The mean of |x − y|.
  package func meanAbsoluteError(_ other: Tensor) throws -> Tensor { try (self - other).abs().mean() }
}
