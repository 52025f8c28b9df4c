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

  /// The initial weights of a layer with the given fans; a placeholder where only shapes are wanted.
  package func weights(_ shape: Shape, fanIn: Int, fanOut: Int, from random: RandomSource) throws -> Tensor {
    guard !random.isForShapesOnly else { return Tensor.placeholder(shape) }
    return try Tensor(
      values(shape: shape, fanIn: fanIn, fanOut: fanOut, from: random.draw(for: .weights)), shape)
  }

  /// Draws the weights of a layer. Deterministic for a generator, whatever the number of threads.
  package func values(shape: Shape, fanIn: Int, fanOut: Int, from generator: Philox) -> [Float] {
    let count = shape.elementCount
    let into = Double(max(1, fanIn))
    let both = Double(max(1, fanIn + fanOut))
    switch self {
    case .glorotUniform: return Self.uniform(count, bound: (6 / both).squareRoot(), generator)
    case .glorotNormal: return Self.normal(count, deviation: (2 / both).squareRoot(), generator)
    case .heUniform: return Self.uniform(count, bound: (6 / into).squareRoot(), generator)
    case .heNormal: return Self.normal(count, deviation: (2 / into).squareRoot(), generator)
    case .lecunUniform: return Self.uniform(count, bound: (3 / into).squareRoot(), generator)
    case .lecunNormal: return Self.normal(count, deviation: (1 / into).squareRoot(), generator)
    case .zeros: return [Float](repeating: 0, count: count)
    case .ones: return [Float](repeating: 1, count: count)
    }
  }

  private static func uniform(_ count: Int, bound: Double, _ generator: Philox) -> [Float] {
    let scale = Float(2 * bound)
    return (0..<count).map { (generator.uniform(UInt64($0)) - 0.5) * scale }
  }

  /// Normal numbers by the Box–Muller transform, two from each block's first two words.
  private static func normal(_ count: Int, deviation: Double, _ generator: Philox) -> [Float] {
    var values = [Float]()
    values.reserveCapacity(count + 1)
    var index: UInt64 = 0
    while values.count < count {
      let block = generator.block(index)
      index += 1
      let radius = (-2 * log((Double(block.x) + 1) * 0x1p-32)).squareRoot() * deviation
      let angle = 2 * Double.pi * Double(block.y) * 0x1p-32
      values.append(Float(radius * cos(angle)))
      values.append(Float(radius * sin(angle)))
    }
    values.removeLast(values.count - count)
    return values
  }
}
