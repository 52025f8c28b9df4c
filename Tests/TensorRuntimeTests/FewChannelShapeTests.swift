import CPUBackend
import TensorRuntime
import Testing

/// Pairs of 3×3 convolutions of all sorts of shapes, drawn from a fixed seed, by the few-channel kernels and by the library.
@Suite struct FewChannelShapeTests {
  /// The shapes of one network.
  private struct Shapes: CustomStringConvertible {
    let images: Shape
    let weights: [Shape]
    let padding: [ConvolutionPadding]

    init(_ number: Int) {
      let random = Philox(seed: 3, stream: UInt64(number))
      var drawn: UInt64 = 0
      func draw(_ range: ClosedRange<Int>) -> Int {
        defer { drawn += 1 }
        return range.lowerBound + Int(random.uniform(drawn) * Float(range.count))
      }
      let channels = [draw(1...24), draw(1...28), draw(1...24)]
      images = Shape([draw(1...40), channels[0], draw(5...21), draw(5...21)])
      weights = [Shape([channels[1], channels[0], 3, 3]), Shape([channels[2], channels[1], 3, 3])]
      padding = (0..<2).map { _ in
        .sides(before: [draw(0...2), draw(0...2)], after: [draw(0...2), draw(0...2)])
      }
    }

    var description: String { "\(images), \(weights), \(padding)" }
  }

  /// The result, and its gradients for images and filters. Tanh, as a ReLU's gradient jumps where sums are near 0.
  private func results(_ shapes: Shapes, _ limits: FewChannelLimits?) throws -> [[Float]] {
    let backend = CPUBackend(threads: 2)
    backend.fewChannelLimits = limits
    let runtime = Runtime(backend: backend)
    let x = try FewChannelCase.numbers(shapes.images, 0)
    let filters = try shapes.weights.enumerated().map { try FewChannelCase.numbers($1, $0 + 1) }
    var y = x
    for (filter, padding) in zip(filters, shapes.padding) {
      y = try y.convolution(filter, padding: padding).tanh()
    }
    let cotangent = try FewChannelCase.numbers(y.shape, 100)
    let found = try gradients(of: (y * cotangent).sum(), withRespectTo: [x] + filters)
    let all = [y] + found.compactMap { $0 }
    try runtime.evaluate(all)
    return try all.map { try runtime.floats(of: $0) }
  }

  @Test(arguments: FewChannelLimits.InstructionSet.allCases)
  func agreesWithLibrary(_ instructions: FewChannelLimits.InstructionSet) throws {
    for number in 0..<150 {
      let shapes = Shapes(number)
      let expected = try results(shapes, nil)
      let found = try results(shapes, .unlimited(instructions))
      try #require(found.count == 4 && expected.count == 4)
      for (place, (a, b)) in zip(expected, found).enumerated() {
        let largest = a.map(abs).max() ?? 0
        let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        // Sums of up to some thousand products in another order.
        #expect(
          difference <= 2e-5 * max(largest, 1e-2), "\(shapes), result \(place): \(difference) of \(largest)")
      }
    }
  }
}
