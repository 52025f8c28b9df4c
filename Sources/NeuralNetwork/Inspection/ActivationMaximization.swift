import TensorRuntime

extension Network {
  /// An image that excites one unit of a layer: gradient ascent from grey noise (Erhan and others 2009).
  ///
  /// Each step moves by `rate` times the gradient divided by its root mean square, blurs a little and pulls toward grey,
  /// and keeps the image in 0…1 (Yosinski and others 2015). A unit that is silent in the noise is tried in stronger
  /// noise. Gives the image, [C, H, W], and the unit's mean output before and after.
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
    let start = { (amount: Float) in
      (0..<shape.elementCount).map { 0.5 + amount * (noise.uniform(UInt64($0)) - 0.5) }
    }
    var pixels = start(0.1)
    var stronger: [Float] = [0.5, 1]
    var before: Float?
    for _ in 0..<max(0, steps) {
      try runtime.cancellation?.check()
      var results = try graph.run([try Tensor(pixels, shape.withBatch(1))])
      before = try before ?? runtime.floats(of: results[0]).first
      var direction = try runtime.floats(of: results[1])
      while Self.size(of: direction) <= 1e-12, let amount = stronger.first {
        stronger.removeFirst()
        pixels = start(amount)
        results = try graph.run([try Tensor(pixels, shape.withBatch(1))])
        direction = try runtime.floats(of: results[1])
      }
      let size = Self.size(of: direction)
      guard size > 1e-12 else { break }
      for i in pixels.indices { pixels[i] += rate * direction[i] / size }
      pixels = Self.softened(pixels, shape: shape.dimensions)
    }
    let image = try Tensor(pixels, shape.withBatch(1))
    let after = try runtime.floats(of: try graph.run([image])[0]).first ?? 0
    return (try image.squeezed(axis: 0), before ?? after, after)
  }

  /// The root mean square.
  private static func size(of numbers: [Float]) -> Float {
    (numbers.reduce(0) { $0 + $1 * $1 } / Float(max(1, numbers.count))).squareRoot()
  }

  /// Each pixel drawn a little toward its neighbours and toward grey, and kept in 0…1.
  private static func softened(_ pixels: [Float], shape: [Int]) -> [Float] {
    let (height, width) = (shape[1], shape[2])
    var result = pixels
    for start in stride(from: 0, to: pixels.count, by: height * width) {
      for row in 0..<height {
        for column in 0..<width {
          let i = start + row * width + column
          let around =
            pixels[row > 0 ? i - width : i] + pixels[row < height - 1 ? i + width : i]
            + pixels[column > 0 ? i - 1 : i] + pixels[column < width - 1 ? i + 1 : i]
          let smooth = 0.8 * pixels[i] + 0.05 * around
          result[i] = max(0, min(1, smooth + (0.5 - smooth) * 0.02))
        }
      }
    }
    return result
  }
}
