import CPUBackend
import TensorRuntime
import Testing

/// 3×3 convolutions of shapes that go to the project's own Winograd kernels (under AVX-512) or, the last of them, to the
/// library's, against the same sums written as nine convolutions with one tap each.
@Suite struct WinogradTests {
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
    Row([2, 16, 16, 16], 16), Row([3, 32, 19, 20], 16), Row([1, 16, 16, 35], 32),
    Row([2, 48, 18, 22], 32, [0, 0], [0, 0]),
    Row([1, 64, 18, 18], 32, [2, 2], [2, 2]), Row([5, 16, 15, 32], 16, [2, 0], [1, 2]),
    Row([1, 32, 70, 16], 32),
    Row([7, 16, 31, 17], 16, [1, 2], [2, 1]),
    Row([1, 64, 33, 34], 64), Row([8, 128, 9, 9], 64), Row([17, 64, 8, 8], 32),
  ]

  private func direct(_ x: Tensor, _ w: Tensor, _ row: Row) throws -> Tensor {
    let padded = try x.padded(
      before: [0, 0] + row.before, after: [0, 0] + row.after)
    let (height, width) = (padded.shape[2] - 2, padded.shape[3] - 2)
    var sum: Tensor?
    for i in 0..<3 {
      for j in 0..<3 {
        let part = try padded.sliced(axis: 2, from: i, to: i + height).sliced(axis: 3, from: j, to: j + width)
        let tap = try w.sliced(axis: 2, from: i, to: i + 1).sliced(axis: 3, from: j, to: j + 1)
        let product = try part.convolution(tap)
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
    let w = try ForwardTests.wave([row.filters, row.input[1], 3, 3], 0.8)
    let b = try ForwardTests.wave([row.filters], 0.5)
    let own = try x.convolution(w, bias: b, padding: .sides(before: row.before, after: row.after))
    let taps = try direct(x, w, row) + b.reshaped([row.filters, 1, 1])
    let g = try ForwardTests.wave(own.shape, 0.1)
    func all(_ y: Tensor) throws -> [Tensor] {
      [y] + (try gradients(of: (y * g).sum(), withRespectTo: [x, w, b])).compactMap { $0 }
    }
    try compare(try all(own), try all(taps))
  }

  @Test func doesAlongWhatFollows() throws {
    let row = Row([3, 16, 20, 16], 32)
    let x = Parameter("x", try ForwardTests.wave(row.input, 0.3))
    let w = Parameter("w", try ForwardTests.wave([32, 16, 3, 3], 0.8))
    let b = Parameter("b", try ForwardTests.wave([32], 0.5))
    let other = try ForwardTests.wave([3, 32, 20, 16], 0.6)
    func rest(_ y: Tensor) throws -> [Tensor] {
      let biased = try y + b.tensor.reshaped([32, 1, 1])
      return [try biased.relu(), try (biased + other).relu(), try (y + other), try biased.tanh()]
    }
    let own = try x.tensor.convolution(w.tensor, padding: .same)
    for (a, c) in zip(try rest(own), try rest(direct(x.tensor, w.tensor, row))) { try compare([a], [c]) }
  }

  @Test func sameBitsAgain() throws {
    func run(_ threads: Int) throws -> [[Float]] {
      let runtime = Runtime(backend: CPUBackend(threads: threads))
      let (x, w) = (try ForwardTests.wave([3, 32, 24, 16], 0.3), try ForwardTests.wave([16, 32, 3, 3], 0.8))
      let y = try x.convolution(w, padding: .same)
      let all = [y] + (try gradients(of: y.square().sum(), withRespectTo: [x, w])).compactMap { $0 }
      try runtime.evaluate(all)
      return try all.map { try runtime.floats(of: $0) }
    }
    for threads in [1, 2, 3] { #expect(try run(threads) == run(threads)) }
    #expect(try run(1)[0] == run(3)[0])
    #expect(try run(1)[1] == run(3)[1])
  }

  @Test func numbersThatAreNotFiniteStayVisible() throws {
    let runtime = Runtime(backend: CPUBackend(threads: 2))
    var numbers = [Float](repeating: 1, count: 16 * 16 * 16)
    numbers[100] = .nan
    let x = try Tensor(numbers, [1, 16, 16, 16])
    let y = try x.convolution(try Tensor.ones([16, 16, 3, 3]), padding: .same).relu()
    #expect(try runtime.floats(of: y).contains { $0.isNaN })
  }
}
