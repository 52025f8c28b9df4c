import TensorRuntime

/// A place in a sample that excites a unit: how strongly, and which part of the input the unit sees from there.
package struct ExcitingPatch: Sendable {
  /// Which sample.
  package let sample: Int
  /// The unit's output there.
  package let activation: Float
  /// The place in the layer's output, along each spatial axis; empty for a flat layer.
  package let position: [Int]
}

extension Network {
  /// The places that excite one unit of a layer most, at most one per sample, strongest first (Zeiler and Fergus 2014).
  ///
  /// Only the best so far are kept, so that any number of samples may be looked through. Throws `LayerError` for an
  /// unknown layer or unit.
  package func strongestPatches(
    in data: any TrainingData, at path: String, unit: Int, count: Int, runtime: Runtime, random: RandomSource
  ) throws -> [ExcitingPatch] {
    try build(for: data.inputShapes, random: random)
    let target = try part(at: path)
    var features: Tensor?
    var spatial: [Int] = []
    var best: [ExcitingPatch] = []
    try forEachBatch(of: data, runtime: runtime, random: random) { layer, _, output in
      if layer === target { features = output }
    } results: { _, _ in
      guard let features, features.rank >= 2 else {
        throw LayerError("\(path) is not on the way to the output")
      }
      guard (0..<features.shape[1]).contains(unit) else {
        throw LayerError(
          "\(path) has no unit \(unit)", fix: "its units count from 0 to \(features.shape[1] - 1)")
      }
      spatial = Array(features.shape.dimensions.dropFirst(2))
      return [try features.element(unit, axis: 1)]
    } body: { results, range in
      let values = try runtime.floats(of: results[0])
      let plane = spatial.reduce(1, *)
      for (place, sample) in range.enumerated() {
        let own = values[place * plane..<(place + 1) * plane]
        guard let peak = own.indices.max(by: { own[$0] < own[$1] }) else { continue }
        best.append(
          ExcitingPatch(
            sample: sample, activation: own[peak],
            position: Self.position(of: peak - own.startIndex, in: spatial)))
      }
      best.sort { ($1.activation, $0.sample) < ($0.activation, $1.sample) }
      best = Array(best.prefix(max(0, count)))
    }
    return best
  }

  /// An index in row-major order as a place along each axis.
  private static func position(of index: Int, in lengths: [Int]) -> [Int] {
    var rest = index
    return lengths.reversed().map { length in
      defer { rest /= max(1, length) }
      return rest % max(1, length)
    }.reversed()
  }
}
