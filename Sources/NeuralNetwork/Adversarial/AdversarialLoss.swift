import TensorRuntime

/// What discriminator and generator of a GAN make small. Scores are `[N, 1]` or `[N]`, as the discriminator gives them.
package enum AdversarialLoss: Hashable, Sendable {
  /// Binary cross-entropy of logits; the generator wants its images to be called real (Goodfellow et al. 2014).
  case nonSaturating
  /// Squared distance from 1 for real and 0 for generated (Mao et al. 2016).
  case leastSquares
  /// Only scores on the wrong side of ±1 count (Lim and Ye 2017).
  case hinge
  /// The difference of the mean scores, with `penalty` times the squared distance of the score's slope from 1
  /// (Gulrajani et al. 2017).
  case wasserstein(penalty: Double)

  /// The discriminator's loss; `smoothing` takes so much off the target of real images (Salimans et al. 2016).
  func ofDiscriminator(real: Tensor, fake: Tensor, smoothing: Double) throws -> Tensor {
    switch self {
    case .nonSaturating:
      try real.binaryCrossEntropy(.scalar(1 - smoothing)) + fake.binaryCrossEntropy(.scalar(0))
    case .leastSquares: try ((real - (1 - smoothing)).square().mean() + fake.square().mean()) * 0.5
    case .hinge: try (1 - real).relu().mean() + (1 + fake).relu().mean()
    case .wasserstein: try fake.mean() - real.mean()
    }
  }

  /// The generator's loss.
  func ofGenerator(fake: Tensor) throws -> Tensor {
    switch self {
    case .nonSaturating: try fake.binaryCrossEntropy(.scalar(1))
    case .leastSquares: try (fake - 1).square().mean() * 0.5
    case .hinge, .wasserstein: try -fake.mean()
    }
  }

  /// The share of images, real and generated, that the discriminator takes for what they are: `[]`.
  func accuracy(real: Tensor, fake: Tensor) throws -> Tensor {
    let boundary: Tensor
    switch self {
    case .nonSaturating, .hinge: boundary = .scalar(0)
    case .leastSquares: boundary = .scalar(0.5)
    // These scores have no zero of their own: what lies between the two means divides them.
    case .wasserstein: boundary = try (real.mean() + fake.mean()) * 0.5
    }
    let hits = try (real .> boundary).cast(.float32).mean() + (fake .< boundary).cast(.float32).mean()
    return try hits * 0.5
  }
}

extension Tensor {
  /// How far the slope of a score is from length 1, squared, on the way from real to generated images; mean over the
  /// batch: `real, fake [N, …] → []`. `mix` decides for each sample where on the way.
  package static func gradientPenalty(
    real: Tensor, fake: Tensor, mix: Philox, score: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let count = real.shape[0]
    let share = try Tensor.uniform(
      Shape([count] + [Int](repeating: 1, count: real.rank - 1)), random: mix)
    let between = try real * share + fake * (1 - share)
    guard let slope = try gradients(of: score(between).sum(), withRespectTo: [between])[0] else {
      throw LayerError(
        "the discriminator's score does not depend on its images, so there is no gradient to penalize")
    }
    // A slope of exactly zero has a length without a derivative.
    let length = try (slope.square().flattened().sum(axes: [1]) + 1e-12).sqrt()
    return try (length - 1).square().mean()
  }

  /// The mean distance of each sample to the nearest other one: `[N, …] → []`; small where samples are alike.
  package func nearestDistance() throws -> Tensor {
    let count = shape[0]
    guard count >= 2 else { return .scalar(0) }
    let rows = try flattened()
    let squares = try rows.square().sum(axes: [1], keepDims: true)
    let pairs = try squares + squares.transposed() - rows.matmul(rows, transposeRight: true) * 2
    let itself = try Tensor((0..<Int32(count)).map { $0 }, [count]).oneHot(depth: count).cast(.float32)
    return try (pairs + itself * 1e30).min(axes: [1]).relu().sqrt().mean()
  }
}
