import Foundation
import TensorRuntime

/// How initial weights are drawn from the fan-in and fan-out of a layer.
package enum Initializer: String, Hashable, Sendable, CaseIterable {
  /// Uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010).
  case glorotUniform
  /// Normal with variance 2 / (in + out) (Glorot and Bengio 2010).
  case glorotNormal
  /// Uniform in ±√(6 / in) (He et al. 2015).
  case heUniform
  /// Normal with variance 2 / in (He et al. 2015).
  case heNormal
  /// Uniform in ±√(3 / in) (LeCun et al. 1998).
  case lecunUniform
  /// Normal with variance 1 / in (LeCun et al. 1998).
  case lecunNormal
  /// All zeros.
  case zeros
  /// All ones.
  case ones

  /// The rows (or, where there are more rows than columns, the columns) of the matrix `[out, in · positions]` are
  /// orthogonal and of length 1 (Saxe et al. 2014).
  case orthogonal

  /// The initial weights of a layer with the given fans, deterministic for a seed, whatever the number of threads; a
  /// placeholder where only shapes are wanted.
  ///
  /// They are drawn when somebody needs the numbers: a network of a hundred million weights is defined, counted and
  /// checked without taking the memory. Throws `LayerError` where orthogonal weights would take too long.
  package func weights(_ shape: Shape, fanIn: Int, fanOut: Int, from random: RandomSource) throws -> Tensor {
    guard !random.isForShapesOnly else { return Tensor.placeholder(shape) }
    let generator = random.draw(for: .weights)
    let into = Double(max(1, fanIn))
    let both = Double(max(1, fanIn + fanOut))
    func uniform(_ bound: Double) throws -> Tensor {
      try (Tensor.uniform(shape, random: generator) - 0.5) * Double(Float(2 * bound))
    }
    func normal(_ variance: Double) throws -> Tensor {
      try Tensor.normal(shape, deviation: variance.squareRoot(), random: generator)
    }
    switch self {
    case .glorotUniform: return try uniform((6 / both).squareRoot())
    case .glorotNormal: return try normal(2 / both)
    case .heUniform: return try uniform((6 / into).squareRoot())
    case .heNormal: return try normal(2 / into)
    case .lecunUniform: return try uniform((3 / into).squareRoot())
    case .lecunNormal: return try normal(1 / into)
    case .zeros: return try Tensor.zeros(shape)
    case .ones: return try Tensor.ones(shape)
    case .orthogonal: return try Self.orthogonal(shape, generator)
    }
  }

  /// Multiply-adds up to which orthogonal weights are made: some seconds.
  private static let orthogonalLimit = 10_000_000_000.0

  /// Normal numbers made orthogonal by modified Gram–Schmidt, in double precision.
  private static func orthogonal(_ shape: Shape, _ generator: Philox) throws -> Tensor {
    let rows = shape.dimensions.first ?? 1
    let columns = shape.elementCount / max(1, rows)
    let (count, length) = rows <= columns ? (rows, columns) : (columns, rows)
    guard Double(count) * Double(count) * Double(length) <= orthogonalLimit else {
      throw LayerError(
        "orthogonal weights \(shape) would take too long", fix: "use .glorotUniform or .heNormal here")
    }
    var vectors = normal(count * length, generator)
    vectors.withUnsafeMutableBufferPointer { values in
      for row in 0..<count {
        for earlier in 0..<row {
          var product = 0.0
          for i in 0..<length { product += values[row * length + i] * values[earlier * length + i] }
          for i in 0..<length { values[row * length + i] -= product * values[earlier * length + i] }
        }
        var square = 0.0
        for i in 0..<length { square += values[row * length + i] * values[row * length + i] }
        let scale = 1 / max(square.squareRoot(), 1e-30)
        for i in 0..<length { values[row * length + i] *= scale }
      }
    }
    if rows <= columns { return try Tensor(vectors.map { Float($0) }, shape) }
    return try Tensor(
      (0..<rows * columns).map { Float(vectors[$0 % columns * length + $0 / columns]) }, shape)
  }

  /// Standard normal numbers by the Box–Muller transform, two from each block's first two words.
  private static func normal(_ count: Int, _ generator: Philox) -> [Double] {
    var values = [Double]()
    values.reserveCapacity(count + 1)
    var index: UInt64 = 0
    while values.count < count {
      let block = generator.block(index)
      index += 1
      let radius = (-2 * log((Double(block.x) + 1) * 0x1p-32)).squareRoot()
      let angle = 2 * Double.pi * Double(block.y) * 0x1p-32
      values.append(radius * cos(angle))
      values.append(radius * sin(angle))
    }
    values.removeLast(values.count - count)
    return values
  }
}
