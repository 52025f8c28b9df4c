import TensorRuntime

/// The directions in which points differ most (Pearson 1901), and where the points lie along them.
package struct PrincipalComponents: Sendable {
  /// Each point along each direction, [points, components].
  package let projections: [[Double]]
  /// The share of the whole variance along each direction.
  package let shares: [Double]

  /// Finds directions for points [n, d]: of the smaller of the two matrices of products, d × d or n × n, by repeated
  /// multiplication from a fixed start, so that the same points always give the same picture.
  package init(_ points: Tensor, components: Int, runtime: Runtime) throws {
    guard points.rank == 2, components >= 1, points.shape[0] >= 2, points.shape[1] >= components else {
      throw TensorError(
        "pca", "got \(points.shape) for \(components) components",
        fix: "points are [n, d], with at least as many numbers each as components")
    }
    let (count, width) = (points.shape[0], points.shape[1])
    let side = min(count, width)
    guard side <= 2048 else {
      throw TensorError("pca", "got \(points.shape): too many points and numbers", fix: "take fewer points")
    }
    let centered = try points - points.mean(axes: [0], keepDims: true)
    let usesPoints = count < width
    let matrix = try runtime.floats(
      of: usesPoints
        ? try centered.matmul(centered, transposeRight: true)
        : try centered.matmul(centered, transposeLeft: true)
    ).map(Double.init)
    let total = (0..<side).reduce(0.0) { $0 + matrix[$1 * side + $1] }
    var vectors: [[Double]] = []
    var values: [Double] = []
    for number in 0..<components {
      let (vector, value) = Self.dominant(matrix, side: side, besides: vectors, start: number)
      vectors.append(vector)
      values.append(value)
    }
    shares = values.map { total > 0 ? $0 / total : 0 }
    if usesPoints {
      // An eigenvector of X Xᵀ holds the projections themselves, but for the length √value.
      projections = (0..<count).map { point in
        zip(vectors, values).map { $0[point] * max(0, $1).squareRoot() }
      }
    } else {
      let numbers = try runtime.floats(of: centered)
      projections = (0..<count).map { point in
        vectors.map { vector in
          (0..<width).reduce(0.0) { $0 + Double(numbers[point * width + $1]) * vector[$1] }
        }
      }
    }
  }

  /// The largest eigenvalue's vector among those at right angles to the known ones.
  private static func dominant(
    _ matrix: [Double], side: Int, besides known: [[Double]], start: Int
  ) -> (vector: [Double], value: Double) {
    let random = Philox(seed: 1, stream: UInt64(start))
    let trace = (0..<side).reduce(0.0) { $0 + matrix[$1 * side + $1] }
    var vector = (0..<side).map { Double(random.uniform(UInt64($0))) - 0.5 }
    separate(&vector, from: known)
    var value = 0.0
    for _ in 0..<200 {
      var next = [Double](repeating: 0, count: side)
      matrix.withUnsafeBufferPointer { matrix in
        for row in 0..<side {
          var sum = 0.0
          for column in 0..<side { sum += matrix[row * side + column] * vector[column] }
          next[row] = sum
        }
      }
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // What rounding leaves of a direction in which nothing differs.
      guard length > 1e-6 * trace else { return (vector, 0) }
      let isSettled = abs(length - value) <= 1e-9 * length
      value = length
      vector = next
      separate(&vector, from: known)
      if isSettled { break }
    }
    // The sign is free: the largest entry becomes positive.
    let largest = vector.max { abs($0) < abs($1) } ?? 0
    return (largest < 0 ? vector.map { -$0 } : vector, value)
  }

  /// Takes off a vector's part along others, and gives it length 1.
  private static func separate(_ vector: inout [Double], from known: [[Double]]) {
    for other in known {
      let share = zip(vector, other).reduce(0.0) { $0 + $1.0 * $1.1 }
      for i in vector.indices { vector[i] -= share * other[i] }
    }
    let length = max(1e-300, vector.reduce(0) { $0 + $1 * $1 }.squareRoot())
    for i in vector.indices { vector[i] /= length }
  }
}
