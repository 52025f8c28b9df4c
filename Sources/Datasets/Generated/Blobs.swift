import TensorRuntime

/// Points in clouds around random middles, for nets that look at numbers instead of pictures.
package enum Blobs {
  /// Draws `count` points of `features` numbers each, in as many clouds as there are `classes`.
  ///
  /// Middles lie in -5…5 in each direction; `spread` is a cloud's deviation. Throws `DatasetError` for counts that make
  /// no sense, and `Interrupted`.
  package static func points(
    count: Int, classes: Int = 3, features: Int = 2, spread: Float = 1, random: Philox
  ) throws -> (points: [Float], labels: [Int32]) {
    guard (1...10_000_000).contains(count), (1...1000).contains(classes), (1...1000).contains(features),
      count <= 1 << 28 / features, spread >= 0, spread.isFinite
    else {
      throw DatasetError(
        "\(count) points of \(features) numbers in \(classes) clouds",
        fix: "counts from 1 to 10000000, classes and features from 1 to 1000")
    }
    var draws = Draws(Philox(seed: random.seed, stream: ~random.stream), sample: 0)
    let middles = (0..<classes * features).map { _ in draws.uniform(-5...5) }
    var points: [Float] = []
    points.reserveCapacity(count * features)
    let cancellation = CancellationToken.current
    let labels = try (0..<count).map { index -> Int32 in
      if index & 0xFFF == 0 { try cancellation?.check() }
      var draws = Draws(random, sample: index)
      let label = index % classes
      for feature in 0..<features {
        points.append(middles[label * features + feature] + spread * draws.bell())
      }
      return Int32(label)
    }
    return (points, labels)
  }
}
