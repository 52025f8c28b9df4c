import TensorRuntime

extension Loss {
  /// What decides a loss by how far areas overlap.
  package struct Overlap: Hashable, Sendable {
    /// Added to numerator and denominator of the index, so that a class nobody sees costs nothing.
    package var smooth = 1.0
    /// Whether class 0 is one of the classes the mean is taken over.
    package var countsBackground = true
    /// The class number of pixels that don't count.
    package var ignoring: Int?

    /// Makes the defaults.
    package init(smooth: Double = 1, countsBackground: Bool = true, ignoring: Int? = nil) {
      (self.smooth, self.countsBackground, self.ignoring) = (smooth, countsBackground, ignoring)
    }
  }

  /// One minus the Dice coefficient of probabilities: `1 − mean_c (2 Σ p t + s) / (Σ p + Σ t + s)`, sums over the pixels
  /// of the whole batch (Milletari et al. 2016, without squares). Output `[N, C, …]`, target `[N, …]` or `[N, C, …]`.
  package static func dice(_ overlap: Overlap = Overlap()) -> Loss {
    // Dice is Tversky's index with both errors counted half.
    Loss("dice", of: .classes) { output, target in
      try tverskyIndex(
        output, target, falsePositives: 0.5, falseNegatives: 0.5, smooth: overlap.smooth / 2, overlap, "dice")
    }
  }

  /// One minus Tversky's index: `1 − mean_c (TP + s) / (TP + α FP + β FN + s)` (Salehi et al. 2017); with β above α what
  /// is missed costs more than what is found in excess. Output `[N, C, …]`, target `[N, …]` or `[N, C, …]`.
  package static func tversky(alpha: Double = 0.3, beta: Double = 0.7, _ overlap: Overlap = Overlap()) -> Loss
  {
    Loss("tversky", of: .classes) { output, target in
      try tverskyIndex(
        output, target, falsePositives: alpha, falseNegatives: beta, smooth: overlap.smooth, overlap,
        "tversky")
    }
  }

  private static func tverskyIndex(
    _ output: Tensor, _ target: Tensor, falsePositives: Double, falseNegatives: Double, smooth: Double,
    _ overlap: Overlap, _ name: String
  ) throws -> Tensor {
    let shares = try PixelShares(output, target, ignoring: overlap.ignoring, loss: name)
    let probabilities = try shares.probabilities()
    let axes = shares.pixelAxes
    let both = try (probabilities * shares.target).sum(axes: axes)
    let excess = try probabilities.sum(axes: axes) - both
    let missed = try shares.target.sum(axes: axes) - both
    let index = try (both + smooth) / (both + excess * falsePositives + missed * falseNegatives + smooth)
    let classes = index.shape[0]
    let counted = classes > 1 && !overlap.countsBackground ? try index.sliced(axis: 0, from: 1) : index
    return try 1 - counted.mean()
  }

  /// Cross-entropy with what is already right weighted down: `mean −α_c (1 − p)^γ log p`, p the probability of the true
  /// class (Lin et al. 2017). Output `[N, C, …]`, target `[N, …]` or `[N, C, …]`; the mean is over pixels that count.
  package static func focal(gamma: Double = 2, classWeights: [Double]? = nil, ignoring: Int? = nil) -> Loss {
    Loss("focal", of: .classes) { output, target in
      let shares = try PixelShares(output, target, ignoring: ignoring, loss: "focal")
      let log = try shares.logLikelihood()
      // Kept off 0, where the power has no gradient for small γ.
      let doubt = try (1 - log.exp()).clamped(from: 1e-7, to: 1)
      var loss = try -(gamma == 2 ? doubt.square() : doubt.power(.scalar(gamma))) * log
      if let classWeights {
        let classes = max(2, output.shape[1])
        guard classWeights.count == classes else {
          throw LayerError("focal has \(classWeights.count) class weights for \(classes) classes")
        }
        if output.shape[1] == 1 {
          let (background, foreground) = (classWeights[0], classWeights[1])
          loss = try loss * (shares.target * (foreground - background) + background)
        } else {
          let weights = try Tensor(classWeights.map { Float($0) }, [classes]).perChannel(rank: output.rank)
          loss = try loss * (shares.target * weights).sum(axes: [1], keepDims: true)
        }
      }
      guard let counted = shares.counted else { return try loss.mean() }
      return try (loss * counted).sum() / (counted.sum() + 1e-7)
    }
  }
}
