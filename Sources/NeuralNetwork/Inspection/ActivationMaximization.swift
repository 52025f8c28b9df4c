import TensorRuntime

extension Network {
  /// An image that excites one unit of a layer: gradient ascent from grey noise (Erhan and others 2009).
  ///
  /// Each step moves by `rate` times the gradient divided by its root mean square, pulls a little toward grey, and
  /// keeps the image in 0…1. Gives the image, [C, H, W], and the unit's mean output before and after.
  package func maximizingInput(
    at path: String, unit: Int, steps: Int, rate: Float, runtime: Runtime, random: RandomSource
  ) throws -> (image: Tensor, before: Float, after: Float) {
    guard let shape = try recorded().inputShapes.first, shape.rank == 3 else {
      throw LayerError("a network of images [channels, height, width] is needed")
    }
    let part = try part(at: path)
    let x = Tensor.placeholder(shape.withBatch(1))
    let features = try observed(part, on: [x], random: random).partOutput
    guard features.rank >= 2, (0..<features.shape[1]).contains(unit) else {
      throw LayerError(
        "\(path) has no unit \(unit)", fix: "its units count from 0 to \(features.shape[1] - 1)")
    }
    let score = try features.element(unit, axis: 1).mean()
    guard let gradient = try gradients(of: score, withRespectTo: [x])[0] else {
      throw LayerError("\(path) does not depend on the input")
    }
    let graph = try runtime.prepare([score, gradient], placeholders: [x])
    let noise = random.draw(for: .user)
    var pixels = (0..<shape.elementCount).map { 0.5 + 0.1 * (noise.uniform(UInt64($0)) - 0.5) }
    var scores: [Float] = []
    for _ in 0..<max(0, steps) {
      try runtime.cancellation?.check()
      let results = try graph.run([try Tensor(pixels, shape.withBatch(1))])
      scores.append(try runtime.floats(of: results[0]).first ?? 0)
      let direction = try runtime.floats(of: results[1])
      let size = (direction.reduce(0) { $0 + $1 * $1 } / Float(max(1, direction.count))).squareRoot()
      guard size > 1e-12 else { break }
      for i in pixels.indices {
        let moved = pixels[i] + rate * direction[i] / size
        pixels[i] = max(0, min(1, moved + (0.5 - moved) * 0.01))
      }
    }
    let image = try Tensor(pixels, shape.withBatch(1))
    let after = try runtime.floats(of: try graph.run([image])[0]).first ?? 0
    return (try image.squeezed(axis: 0), scores.first ?? after, after)
  }
}
