import CPUBackend
import TensorRuntime
import Testing

/// 4×4 convolutions in steps of 2 of shapes that go to the project's own kernels (under AVX-512), against the same sums
/// written as sixteen convolutions with one tap each.
@Suite struct HalvingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let input: Shape
    let filters: Int
    let before: [Int]
    let after: [Int]
    init(_ input: Shape, _ filters: Int, _ before: [Int] = [1, 1], _ after: [Int] = [1, 1]) {
      (self.input, self.filters, self.before, self.after) = (input, filters, before, after)
    }
    var testDescription: String { "\(input) → \(filters), zeros \(before) \(after)" }
  }

  static let rows = [
    Row([64, 16, 8, 8], 32), Row([9, 64, 14, 14], 128), Row([3, 32, 30, 31], 48),
    Row([8, 16, 18, 17], 32, [0, 0], [0, 0]), Row([10, 48, 13, 16], 16, [2, 0], [1, 2]),
    Row([33, 16, 7, 9], 32, [0, 1], [1, 0]), Row([4, 16, 29, 15], 80, [1, 2], [2, 1]),
    Row([70, 32, 14, 14], 16), Row([10, 32, 16, 16], 48), Row([8, 48, 14, 16], 16, [2, 2], [2, 2]),
  ]

  private func direct(_ x: Tensor, _ w: Tensor, _ row: Row) throws -> Tensor {
    let padded = try x.padded(before: [0, 0] + row.before, after: [0, 0] + row.after)
    let (height, width) = ((padded.shape[2] - 4) / 2 * 2 + 1, (padded.shape[3] - 4) / 2 * 2 + 1)
    var sum: Tensor?
    for i in 0..<4 {
      for j in 0..<4 {
        let part = try padded.sliced(axis: 2, from: i, to: i + height).sliced(axis: 3, from: j, to: j + width)
        let tap = try w.sliced(axis: 2, from: i, to: i + 1).sliced(axis: 3, from: j, to: j + 1)
        let product = try part.convolution(tap, strides: [2])
        sum = try sum.map { try $0 + product } ?? product
      }
    }
    return try #require(sum)
  }

  /// Equal but for rounding: sums of some hundred to some thousand products, whose factors the algorithm makes larger.
  private func compare(_ left: [Tensor], _ right: [Tensor]) throws {
    let runtime = Runtime(backend: CPUBackend(threads: 2))
    try runtime.evaluate(left + right)
    #expect(left.count == right.count)
    for (place, (a, b)) in zip(left, right).enumerated() {
      let (found, expected) = (try runtime.floats(of: a), try runtime.floats(of: b))
      let largest = expected.map(abs).max() ?? 0
      let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference <= 1e-4 * largest, "result \(place): \(difference) of \(largest)")
    }
  }

  @Test(arguments: rows)
  func agreesWithTaps(_ row: Row) throws {
    let x = try ForwardTests.wave(row.input, 0.3)
    let w = try ForwardTests.wave([row.filters, row.input[1], 4, 4], 0.8)
    let b = try ForwardTests.wave([row.filters], 0.5)
    let own = try x.convolution(
      w, bias: b, strides: [2], padding: .sides(before: row.before, after: row.after))
    let taps = try direct(x, w, row) + b.reshaped([row.filters, 1, 1])
    let g = try ForwardTests.wave(own.shape, 0.1)
    func all(_ y: Tensor) throws -> [Tensor] {
      [y] + (try gradients(of: (y * g).sum(), withRespectTo: [x, w, b])).compactMap { $0 }
    }
    try compare(try all(own), try all(taps))
  }

  /// The transposed convolution is the gradient of the convolution for its input, plus a bias.
  @Test(arguments: [[0, 0], [1, 1], [1, 0]])
  func transposedAgreesWithTaps(_ padding: [Int]) throws {
    let g = try ForwardTests.wave([12, 32, 7, 8], 0.3)
    let w = try ForwardTests.wave([32, 16, 4, 4], 0.8)
    let b = try ForwardTests.wave([16], 0.5)
    let own = try g.transposedConvolution(w, bias: b, strides: [2], padding: padding)
    let x = try ForwardTests.wave(own.shape, 0.2)
    let taps = try direct(x, w, Row(own.shape, 32, padding, padding))
    let back = try #require(try gradients(of: (taps * g).sum(), withRespectTo: [x]).first ?? nil)
    let expected = try back + b.reshaped([16, 1, 1])
    let cotangent = try ForwardTests.wave(own.shape, 0.7)
    func all(_ y: Tensor) throws -> [Tensor] {
      [y] + (try gradients(of: (y * cotangent).sum(), withRespectTo: [g, w, b])).compactMap { $0 }
    }
    try compare(try all(own), try all(expected))
  }

  @Test func doesAlongWhatFollows() throws {
    let row = Row([20, 16, 16, 14], 32)
    let x = Parameter("x", try ForwardTests.wave(row.input, 0.3))
    let w = Parameter("w", try ForwardTests.wave([32, 16, 4, 4], 0.8))
    let b = Parameter("b", try ForwardTests.wave([32], 0.5))
    let other = try ForwardTests.wave([20, 32, 8, 7], 0.6)
    func rest(_ y: Tensor) throws -> [Tensor] {
      let biased = try y + b.tensor.reshaped([32, 1, 1])
      return [try biased.relu(), try (biased + other).relu(), try (y + other), try biased.leakyRelu(0.2)]
    }
    let own = try x.tensor.convolution(w.tensor, strides: [2], padding: .amounts([1]))
    for (a, c) in zip(try rest(own), try rest(direct(x.tensor, w.tensor, row))) { try compare([a], [c]) }
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
