import CPUBackend
import TensorRuntime
import Testing

/// 4×4 convolutions in steps of 2 of shapes that go to the project's own kernels (under AVX-512), against the same sums
/// written as sixteen convolutions with one tap each.
@Suite struct HalvingTests {
  private static func row(
    _ input: Shape, _ filters: Int, _ before: [Int] = [1, 1], _ after: [Int] = [1, 1]
  ) -> TappedConvolution {
    TappedConvolution(input, filters, size: 4, stride: 2, before, after)
  }

  static let rows: [TappedConvolution] = [
    row([64, 16, 8, 8], 32), row([9, 64, 14, 14], 128), row([3, 32, 30, 31], 48),
    row([8, 16, 18, 17], 32, [0, 0], [0, 0]), row([10, 48, 13, 16], 16, [2, 0], [1, 2]),
    row([33, 16, 7, 9], 32, [0, 1], [1, 0]), row([4, 16, 29, 15], 80, [1, 2], [2, 1]),
    row([70, 32, 14, 14], 16), row([10, 32, 16, 16], 48), row([8, 48, 14, 16], 16, [2, 2], [2, 2]),
  ]

  @Test(arguments: rows)
  func agreesWithTaps(_ row: TappedConvolution) throws { try row.check() }

  /// The transposed convolution is the gradient of the convolution for its input, plus a bias.
  @Test(arguments: [[0, 0], [1, 1], [1, 0]])
  func transposedAgreesWithTaps(_ padding: [Int]) throws {
    let g = try ForwardTests.wave([12, 32, 7, 8], 0.3)
    let w = try ForwardTests.wave([32, 16, 4, 4], 0.8)
    let b = try ForwardTests.wave([16], 0.5)
    let own = try g.transposedConvolution(w, bias: b, strides: [2], padding: padding)
    let x = try ForwardTests.wave(own.shape, 0.2)
    let taps = try Self.row(own.shape, 32, padding, padding).direct(x, w)
    let back = try #require(try gradients(of: (taps * g).sum(), withRespectTo: [x]).first ?? nil)
    let expected = try back + b.reshaped([16, 1, 1])
    let cotangent = try ForwardTests.wave(own.shape, 0.7)
    func all(_ y: Tensor) throws -> [Tensor] {
      [y] + (try gradients(of: (y * cotangent).sum(), withRespectTo: [g, w, b])).compactMap { $0 }
    }
    try TappedConvolution.compare(try all(own), try all(expected))
  }

  @Test func doesAlongWhatFollows() throws {
    let row = Self.row([20, 16, 16, 14], 32)
    let x = Parameter("x", try ForwardTests.wave(row.input, 0.3))
    let w = Parameter("w", try ForwardTests.wave([32, 16, 4, 4], 0.8))
    let b = Parameter("b", try ForwardTests.wave([32], 0.5))
    let other = try ForwardTests.wave([20, 32, 8, 7], 0.6)
    func rest(_ y: Tensor) throws -> [Tensor] {
      let biased = try y + b.tensor.reshaped([32, 1, 1])
      return [try biased.relu(), try (biased + other).relu(), try (y + other), try biased.leakyRelu(0.2)]
    }
    let own = try x.tensor.convolution(w.tensor, strides: [2], padding: .amounts([1]))
    for (a, c) in zip(try rest(own), try rest(row.direct(x.tensor, w.tensor))) {
      try TappedConvolution.compare([a], [c])
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    func run(_ threads: Int) throws -> [[Float]] {
      let runtime = Runtime(backend: CPUBackend(threads: threads))
      let (x, w) = (try ForwardTests.wave([9, 32, 18, 16], 0.3), try ForwardTests.wave([48, 32, 4, 4], 0.8))
      let b = try ForwardTests.wave([48], 0.5)
      let y = try x.convolution(w, bias: b, strides: [2], padding: .amounts([1]))
      let all = [y] + (try gradients(of: y.square().sum(), withRespectTo: [x, w, b])).compactMap { $0 }
      try runtime.evaluate(all)
      return try all.map { try runtime.floats(of: $0) }
    }
    let one = try run(1)
    for threads in [1, 2, 3, 5] { #expect(try run(threads) == one) }
  }
}
