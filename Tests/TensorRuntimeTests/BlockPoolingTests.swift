import CPUBackend
import TensorRuntime
import Testing

/// Max pooling where channels stand in blocks gives what it gives on row-major images, and chooses the same elements.
@Suite struct BlockPoolingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let shape: Shape
    let sizes: [Int]
    let strides: [Int]
    let padding: ConvolutionPadding
    init(_ shape: Shape, _ sizes: [Int], _ strides: [Int], _ padding: ConvolutionPadding = .valid) {
      (self.shape, self.sizes, self.strides, self.padding) = (shape, sizes, strides, padding)
    }
    var testDescription: String { "\(shape) window \(sizes) in steps of \(strides), padding \(padding)" }
  }

  static let rows = [
    Row([3, 16, 8, 8], [2, 2], [2, 2]), Row([2, 32, 9, 7], [2, 2], [2, 2]),
    Row([2, 48, 13, 12], [3, 3], [2, 2], .amounts([1])), Row([1, 16, 6, 5], [3, 3], [1, 1], .same),
    Row([2, 16, 11, 10], [2, 3], [3, 2]),
    Row([2, 16, 7, 7], [3, 2], [2, 2], .sides(before: [0, 0], after: [2, 1])),
    Row([4, 16, 5, 5], [5, 5], [5, 5]), Row([2, 20, 8, 6], [2, 2], [2, 2]),
    Row([1, 16, 40, 40], [1, 2], [1, 2]),
    Row([2, 16, 9, 9], [2, 2], [1, 1]), Row([1, 16, 20, 20], [16, 16], [4, 4]),
  ]

  /// Whole numbers, so that many elements of a window are equal.
  private func steps(_ shape: Shape, _ phase: Double) throws -> Tensor {
    try ForwardTests.wave(shape, phase, times: 2.5).round()
  }

  @Test(arguments: rows)
  func agreesWithRowMajor(_ row: Row) throws {
    func results(isBlocked: Bool) throws -> [[Float]] {
      let runtime = Runtime(backend: CPUBackend(threads: 2))
      let x = try steps(row.shape, 0.2)
      let channels = row.shape[1]
      // A convolution that changes nothing leaves channels in blocks.
      let identity = try Tensor(
        (0..<channels * channels).map { $0 / channels == $0 % channels ? Float(1) : 0 },
        [channels, channels, 1, 1])
      let images = isBlocked ? try x.convolution(identity) : x
      let y = try images.maxPool(row.sizes, strides: row.strides, padding: row.padding)
      let loss = try (y * ForwardTests.wave(y.shape, 0.9)).sum()
      let all = [y] + (try gradients(of: loss, withRespectTo: [x])).compactMap { $0 }
      try runtime.evaluate(all)
      return try all.map { try runtime.floats(of: $0) }
    }
    let (blocked, plain) = (try results(isBlocked: true), try results(isBlocked: false))
    #expect(blocked.count == 2)
    #expect(blocked[0] == plain[0])
    // Where windows overlap, cotangents may be added in another order.
    #expect(zip(blocked[1], plain[1]).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
  }
}
