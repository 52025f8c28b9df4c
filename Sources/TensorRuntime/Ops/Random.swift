/// Numbers drawn by a counter-based generator given when the graph runs; element i takes draw i.
package struct RandomDraw: TensorOp {
  /// What is drawn.
  package enum Distribution: Hashable, Sendable, Codable {
    /// Uniform in 0 ..< 1.
    case uniform
    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    case normal
    /// 0 with probability `rate`, else 1 / (1 − rate).
    case dropoutMask(rate: Float)
  }
  /// What is drawn.
  package let distribution: Distribution
  /// How many, in which shape.
  package let shape: Shape

  package var name: String {
    switch distribution {
    case .uniform: "uniform"
    case .normal: "normal"
    case .dropoutMask: "dropoutMask"
    }
  }
  package var parameters: String {
    if case .dropoutMask(let rate) = distribution { return "rate=\(rate)" }
    return ""
  }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    if let negative = shape.dimensions.first(where: { $0 < 0 }) {
      throw TensorError(
        name, "got the length \(negative) in the shape \(shape), wanted lengths of at least 0")
    }
    return [TensorType(shape)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [] }
}

extension Tensor {
  private static func draw(_ distribution: RandomDraw.Distribution, _ shape: Shape, _ random: Philox) throws
    -> Tensor
  {
    try one(RandomDraw(distribution: distribution, shape: shape), [], argument: .random(random))
  }
  /// Uniform draws in `low ..< high`.
  package static func uniform(_ shape: Shape, from low: Double = 0, to high: Double = 1, random: Philox)
    throws -> Tensor
  {
    let unit = try draw(.uniform, shape, random)
    return low == 0 && high == 1 ? unit : try unit * (high - low) + low
  }
  /// Normal draws.
  package static func normal(
    _ shape: Shape, mean: Double = 0, deviation: Double = 1, random: Philox
  ) throws -> Tensor {
    let unit = try draw(.normal, shape, random)
    return mean == 0 && deviation == 1 ? unit : try unit * deviation + mean
  }
  /// Zero with probability `rate`, else 1 / (1 − rate).
  package static func dropoutMask(_ shape: Shape, rate: Double, random: Philox) throws -> Tensor {
    guard rate >= 0, rate < 1 else { throw TensorError("dropout", "got the rate \(rate), wanted 0 ..< 1") }
    return try draw(.dropoutMask(rate: Float(rate)), shape, random)
  }
  /// Each element dropped with probability `rate`, the others scaled to keep the mean (Srivastava et al. 2014).
  package func dropout(rate: Double, random: Philox) throws -> Tensor {
    try self * Tensor.dropoutMask(shape, rate: rate, random: random)
  }
}
