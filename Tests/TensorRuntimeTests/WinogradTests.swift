import CPUBackend
import TensorRuntime
import Testing

/// 3×3 convolutions of shapes that go to the project's own Winograd kernels (under AVX-512) or, the last of them, to the
/// library's, against the same sums written as nine convolutions with one tap each.
@Suite struct WinogradTests {
  private static func row(
    _ input: Shape, _ filters: Int, _ before: [Int] = [1, 1], _ after: [Int] = [1, 1]
  ) -> TappedConvolution {
    TappedConvolution(input, filters, size: 3, stride: 1, before, after)
  }

  static let rows: [TappedConvolution] = [
    row([2, 16, 16, 16], 16), row([3, 32, 19, 20], 16), row([1, 16, 16, 35], 32),
    row([2, 48, 18, 22], 32, [0, 0], [0, 0]),
    row([1, 64, 18, 18], 32, [2, 2], [2, 2]), row([5, 16, 15, 32], 16, [2, 0], [1, 2]),
    row([1, 32, 70, 16], 32),
    row([7, 16, 31, 17], 16, [1, 2], [2, 1]),
    row([1, 64, 33, 34], 64), row([17, 64, 8, 8], 32), row([40, 32, 10, 9], 128),
    // Few tiles: each thread takes some of the filters.
    row([8, 64, 8, 8], 64), row([3, 48, 4, 7], 96, [2, 0], [1, 2]), row([4, 128, 7, 8], 256),
    row([16, 64, 3, 3], 32),
    row([2, 96, 16, 15], 80), row([16, 32, 14, 14], 128), row([5, 160, 4, 4], 16),
    row([8, 128, 9, 9], 64),
  ]

  @Test(arguments: rows)
  func agreesWithTaps(_ row: TappedConvolution) throws { try row.check() }

  @Test(arguments: [3, 9])
  func doesAlongWhatFollows(_ images: Int) throws {
    let row = Self.row([images, 16, 20, 16], 32)
    let x = Parameter("x", try ForwardTests.wave(row.input, 0.3))
    let w = Parameter("w", try ForwardTests.wave([32, 16, 3, 3], 0.8))
    let b = Parameter("b", try ForwardTests.wave([32], 0.5))
    let other = try ForwardTests.wave(Shape([images, 32, 20, 16]), 0.6)
    func rest(_ y: Tensor) throws -> [Tensor] {
      let biased = try y + b.tensor.reshaped([32, 1, 1])
      return [try biased.relu(), try (biased + other).relu(), try (y + other), try biased.tanh()]
    }
    let own = try x.tensor.convolution(w.tensor, padding: .same)
    for (a, c) in zip(try rest(own), try rest(row.direct(x.tensor, w.tensor))) {
      try TappedConvolution.compare([a], [c])
    }
  }

  @Test(arguments: [16, 96])
  func sameBitsAgain(_ filters: Int) throws {
    func run(_ threads: Int) throws -> [[Float]] {
      let runtime = Runtime(backend: CPUBackend(threads: threads))
      let (x, w) = (
        try ForwardTests.wave([3, 32, 24, 16], 0.3), try ForwardTests.wave(Shape([filters, 32, 3, 3]), 0.8)
      )
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
    var numbers = [Float](repeating: 1, count: 16 * 32 * 32)
    numbers[100] = .nan
    let x = try Tensor(numbers, [1, 16, 32, 32])
    let y = try x.convolution(try Tensor.ones([16, 16, 3, 3]), padding: .same).relu()
    #expect(try runtime.floats(of: y).contains { $0.isNaN })
  }
}
