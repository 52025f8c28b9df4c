import CPUBackend
import TensorRuntime
import Testing

/// A convolution that can also be written as one convolution for each element (tap) of its filters, which own kernels and
/// the library's Winograd algorithm have to agree with.
struct TappedConvolution: Sendable, CustomTestStringConvertible {
  let input: Shape
  let filters: Int
  private let size: Int
  private let stride: Int
  let before: [Int]
  let after: [Int]

  init(_ input: Shape, _ filters: Int, size: Int, stride: Int, _ before: [Int], _ after: [Int]) {
    (self.input, self.filters, self.size, self.stride) = (input, filters, size, stride)
    (self.before, self.after) = (before, after)
  }

  var testDescription: String { "\(input) → \(filters), zeros \(before) \(after)" }

  /// The sum over taps.
  func direct(_ x: Tensor, _ w: Tensor) throws -> Tensor {
    let padded = try x.padded(before: [0, 0] + before, after: [0, 0] + after)
    let lengths = [2, 3].map { (padded.shape[$0] - size) / stride * stride + 1 }
    var sum: Tensor?
    for i in 0..<size {
      for j in 0..<size {
        let part = try padded.sliced(axis: 2, from: i, to: i + lengths[0])
          .sliced(axis: 3, from: j, to: j + lengths[1])
        let tap = try w.sliced(axis: 2, from: i, to: i + 1).sliced(axis: 3, from: j, to: j + 1)
        let product = try part.convolution(tap, strides: [stride])
        sum = try sum.map { try $0 + product } ?? product
      }
    }
    return try #require(sum)
  }

  /// Whether the result and all gradients are those of the sum over taps.
  func check() throws {
    let x = try ForwardTests.wave(input, 0.3)
    let w = try ForwardTests.wave([filters, input[1], size, size], 0.8)
    let b = try ForwardTests.wave([filters], 0.5)
    let own = try x.convolution(w, bias: b, strides: [stride], padding: .sides(before: before, after: after))
    let taps = try direct(x, w) + b.reshaped([filters, 1, 1])
    let g = try ForwardTests.wave(own.shape, 0.1)
    func all(_ y: Tensor) throws -> [Tensor] {
      [y] + (try gradients(of: (y * g).sum(), withRespectTo: [x, w, b])).compactMap { $0 }
    }
    try Self.compare(try all(own), try all(taps))
  }

  /// Equal but for rounding: sums of some hundred to some thousand products, whose factors the algorithm makes larger.
  static func compare(_ left: [Tensor], _ right: [Tensor]) throws {
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
}
