import TensorRuntime

/// Which input pixels speak for an output: gradients, class activation maps, occlusion.
///
/// All take one sample `[C, H, W]` and one output class; the class with the largest output where none is given.
extension Network {
  /// The derivative of one class's output by the input, `[C, H, W]` (Simonyan, Vedaldi and Zisserman 2013).
  ///
  /// With `isGuided` only what raises the output passes each ReLU on the way back (Springenberg and others 2014).
  package func inputGradient(
    of sample: Tensor, class given: Int?, isGuided: Bool = false, runtime: Runtime, random: RandomSource
  ) throws -> (gradient: Tensor, class: Int) {
    let x = try sample.expanded(axis: 0)
    let number = try chosenClass(given, for: x, runtime: runtime, random: random)
    let score = try Self.perClass(try apply(to: [x], in: Pass(isTraining: false, random: random)))
      .element(number, axis: 1).sum()
    let rule: CotangentRule? =
      isGuided
      ? { operation, cotangent in operation.name == "relu" ? try cotangent.relu() : cotangent } : nil
    guard let gradient = try gradients(of: score, withRespectTo: [x], adjusting: rule)[0] else {
      throw LayerError("the output does not depend on the input")
    }
    return (try gradient.squeezed(axis: 0), number)
  }

  /// The regions of a layer's output that speak for a class, `[h, w]` of that layer, not negative
  /// (Selvaraju and others 2017): `relu(Σₖ αₖ Aₖ)`, `αₖ` the mean of the output's derivative by map `Aₖ`.
  package func classActivation(
    of sample: Tensor, at path: String, class given: Int?, runtime: Runtime, random: RandomSource
  ) throws -> (map: Tensor, class: Int) {
    let layer = try part(at: path)
    let x = try sample.expanded(axis: 0)
    let number = try chosenClass(given, for: x, runtime: runtime, random: random)
    let (output, _, features) = try observed(layer, on: [x], random: random)
    guard features.rank == 4 else {
      throw LayerError(
        "\(path) gives \(features.shape.droppingBatch), which has no positions",
        fix: lastSpatialLayer.map { "the last layer that has is '\($0)'" })
    }
    let score = try Self.perClass(output).element(number, axis: 1).sum()
    guard let gradient = try gradients(of: score, withRespectTo: [features])[0] else {
      throw LayerError("the output does not depend on \(path)")
    }
    let weights = try gradient.mean(axes: [2, 3], keepDims: true)
    return (try (features * weights).sum(axes: [1]).relu().squeezed(axis: 0), number)
  }

  /// How much the class's probability falls when a square of the image is covered, `[H, W]`: for each pixel the mean
  /// over the squares that cover it (Zeiler and Fergus 2014).
  package func occlusion(
    of sample: Tensor, class given: Int?, size: Int, stride: Int, fill: Float, runtime: Runtime,
    random: RandomSource
  ) throws -> (map: [Float], class: Int) {
    let shape = sample.shape.dimensions
    guard shape.count == 3, (1...min(shape[1], shape[2])).contains(size), stride >= 1 else {
      throw LayerError(
        "a square of \(size) moved by \(stride) over an image \(sample.shape)",
        fix: "the square must fit into the image")
    }
    let (height, width) = (shape[1], shape[2])
    let pixels = try runtime.floats(of: sample)
    let corners = Swift.stride(from: 0, through: height - size, by: stride).flatMap { top in
      Swift.stride(from: 0, through: width - size, by: stride).map { (top: top, left: $0) }
    }
    let whole = try probabilities(of: [pixels], shape: sample.shape, runtime: runtime, random: random)
    let number = try checked(given, whole[0])
    var drops = [Float](repeating: 0, count: height * width)
    var covers = drops
    for start in Swift.stride(from: 0, to: corners.count, by: 64) {
      try runtime.cancellation?.check()
      let part = corners[start..<min(corners.count, start + 64)]
      let covered = part.map { corner -> [Float] in
        var copy = pixels
        for channel in 0..<shape[0] {
          for row in corner.top..<corner.top + size {
            let first = (channel * height + row) * width + corner.left
            for i in first..<first + size { copy[i] = fill }
          }
        }
        return copy
      }
      let shares = try probabilities(of: covered, shape: sample.shape, runtime: runtime, random: random)
      for (corner, share) in zip(part, shares) {
        for row in corner.top..<corner.top + size {
          for i in row * width + corner.left..<row * width + corner.left + size {
            drops[i] += whole[0][number] - share[number]
            covers[i] += 1
          }
        }
      }
    }
    return (zip(drops, covers).map { $1 > 0 ? $0 / $1 : 0 }, number)
  }

  /// A network's output summed over positions, [n, classes].
  private static func perClass(_ output: Tensor) throws -> Tensor {
    guard output.rank >= 2 else {
      throw LayerError("the network gives \(output.shape), wanted a number per class")
    }
    return output.rank == 2 ? output : try output.sum(axes: Array(2..<output.rank))
  }

  /// The class asked about, or the one with the largest output. Looks at an output of its own: a graph whose numbers
  /// were read can no longer be differentiated.
  private func chosenClass(
    _ given: Int?, for x: Tensor, runtime: Runtime, random: RandomSource
  ) throws -> Int {
    let output = try Self.perClass(try apply(to: [x], in: Pass(isTraining: false, random: random)))
    return try checked(given, try runtime.floats(of: output))
  }

  private func checked(_ given: Int?, _ scores: [Float]) throws -> Int {
    let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    guard let given else { return best }
    guard scores.indices.contains(given) else {
      throw LayerError(
        "class \(given) of \(scores.count)", fix: "classes count from 0 to \(scores.count - 1)")
    }
    return given
  }

  private func probabilities(
    of images: [[Float]], shape: Shape, runtime: Runtime, random: RandomSource
  ) throws -> [[Float]] {
    let x = try Tensor(Array(images.joined()), shape.withBatch(images.count))
    let output = try apply(to: [x], in: Pass(isTraining: false, random: random))
    guard output.rank == 2 else {
      throw LayerError("occlusion wants a classifier [n, classes], the network gives \(output.shape)")
    }
    let shares = try runtime.floats(of: try output.softmax(axis: 1))
    let classes = output.shape.dimensions[1]
    return images.indices.map { Array(shares[$0 * classes..<($0 + 1) * classes]) }
  }
}
