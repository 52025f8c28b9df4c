import TensorRuntime

/// What one layer gives over many samples, in numbers.
package struct ActivationStatistics: Sendable {
  /// Path of the layer: `conv1`.
  package let layer: String
  /// One sample of what comes out.
  package let shape: Shape
  /// The mean over samples and positions.
  package let mean: Double
  /// The standard deviation over samples and positions.
  package let deviation: Double
  /// The share of numbers within 0.001 of zero.
  package let nearZeroShare: Double
  /// How many units (channels, or numbers of a flat layer) were within 0.001 of zero for every sample and position.
  package let deadCount: Int
  /// How many units there are.
  package let unitCount: Int

  /// The share of dead units.
  package var deadShare: Double { unitCount > 0 ? Double(deadCount) / Double(unitCount) : 0 }
}

extension Network {
  /// Mean, deviation, near-zero share and dead units of every layer over all samples; nothing is kept but sums.
  package func activationStatistics(
    over data: any TrainingData, runtime: Runtime, random: RandomSource
  ) throws -> [ActivationStatistics] {
    try build(for: data.inputShapes, random: random)
    let all = layers
    var outputs: [ObjectIdentifier: Tensor] = [:]
    var sums = [Sums?](repeating: nil, count: all.count)
    var shapes = [Shape](repeating: [], count: all.count)
    try forEachBatch(of: data, runtime: runtime, random: random) { layer, _, output in
      outputs[ObjectIdentifier(layer)] = output
    } results: { _, _ in
      try all.enumerated().flatMap { index, entry -> [Tensor] in
        guard let x = outputs[ObjectIdentifier(entry.layer)] else { return [] }
        shapes[index] = x.shape.droppingBatch
        let unitAxes = (0..<x.rank).filter { $0 != 1 }
        let isSmall = try (x.abs() .< Tensor.constant(0.001, x.shape)).cast(.float32)
        return [try x.mean(), try (x * x).mean(), try isSmall.mean(), try x.abs().max(axes: unitAxes)]
      }
    } body: { results, range in
      var place = 0
      for index in all.indices where outputs[ObjectIdentifier(all[index].layer)] != nil {
        let numbers = try results[place..<place + 4].map { try runtime.floats(of: $0) }
        place += 4
        var sum = sums[index] ?? Sums()
        sum.add(numbers, samples: range.count)
        sums[index] = sum
      }
    }
    return zip(all, zip(sums, shapes)).compactMap { entry, found in
      found.0.map { $0.statistics(layer: entry.path, shape: found.1) }
    }
  }

  private struct Sums {
    var samples = 0
    var mean = 0.0
    var square = 0.0
    var small = 0.0
    var peaks: [Float] = []

    mutating func add(_ numbers: [[Float]], samples count: Int) {
      samples += count
      mean += Double(numbers[0].first ?? 0) * Double(count)
      square += Double(numbers[1].first ?? 0) * Double(count)
      small += Double(numbers[2].first ?? 0) * Double(count)
      peaks = peaks.isEmpty ? numbers[3] : zip(peaks, numbers[3]).map { max($0, $1) }
    }

    func statistics(layer: String, shape: Shape) -> ActivationStatistics {
      let count = Double(max(1, samples))
      let variance = max(0, square / count - mean / count * (mean / count))
      return ActivationStatistics(
        layer: layer, shape: shape, mean: mean / count, deviation: variance.squareRoot(),
        nearZeroShare: small / count, deadCount: peaks.filter { $0 < 0.001 }.count, unitCount: peaks.count)
    }
  }
}
