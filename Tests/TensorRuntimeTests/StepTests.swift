import CPUBackend
import TensorRuntime
import Testing

/// Steps of an optimizer written out: what is recognised, what is computed once and kept.
@Suite struct StepTests {
  private let runtime = Runtime(backend: CPUBackend(threads: 2))

  private func counting(_ shape: Shape) throws -> Tensor {
    try Tensor((0..<shape.elementCount).map { Float($0) }, shape)
  }

  private func step(_ w: Parameter, before moment: GraphMoment? = nil, _ loss: () throws -> Tensor) throws {
    _ = try runtime.step(
      loss: try loss(), parameters: [w], rule: .sgd(learningRate: 0.01), state: OptimizerState(),
      settlingBefore: moment)
  }

  @Test func lossesOfOneStructureShareAPlan() throws {
    let w = Parameter("w", try counting([3]))
    for round in 0..<4 {
      try step(w) { try (w.tensor * Tensor([Float(round), 1, 2], [3]) * Double(round)).square().sum() }
    }
    #expect(runtime.planCount == 1)
    try step(w) { try (w.tensor * counting([3])).square().mean() }
    #expect(runtime.planCount == 2)
    // The same structure, and another parameter asked for.
    let (a, b) = (Parameter("a", try counting([3])), Parameter("b", try counting([3])))
    try step(a) { try (a.tensor * b.tensor.square()).sum() }
    try step(b) { try (a.tensor * b.tensor.square()).sum() }
    #expect(runtime.planCount == 4)
    // a ← a − 0.01 b², then b ← b − 0.02 a b.
    #expect(try runtime.floats(of: a.tensor) == [0, 1 - 0.01 * 1, 2 - 0.01 * 4])
    #expect(abs(try runtime.floats(of: b.tensor)[2] - (2 - 0.02 * 1.96 * 2)) < 1e-6)
  }

  @Test func partsInOnePieceNeedNoPlan() throws {
    let data = try counting([5, 2, 3])
    let cases: [(Tensor, [Float])] = [
      (
        try Tensor.one(Slice(starts: [1, 0, 0], counts: [2, 2, 3], steps: [1, 1, 1]), [data]),
        (6..<18).map { Float($0) }
      ),
      (
        try Tensor.one(Slice(starts: [4, 1, 0], counts: [1, 1, 3], steps: [1, 1, 1]), [data]).reshaped([3]),
        [27, 28, 29]
      ),
      (try Tensor.one(Slice(starts: [2, 1, 1], counts: [1, 1, 2], steps: [1, 1, 1]), [data]), [16, 17]),
      (try Tensor.one(Slice(starts: [2, 1, 1], counts: [1, 1, 1], steps: [7, 7, 7]), [data]), [16]),
      (
        try Tensor.one(Slice(starts: [1, 0, 0], counts: [3, 2, 3], steps: [1, 1, 1]), [data]).reshaped([6, 3])
          .sliced(axis: 0, from: 3, to: 5), (15..<21).map { Float($0) }
      ),
    ]
    for (part, wanted) in cases { #expect(try runtime.floats(of: part) == wanted) }
    #expect(runtime.planCount == 0)
    let others: [(Slice, [Float])] = [
      (Slice(starts: [0, 1, 0], counts: [2, 1, 3], steps: [1, 1, 1]), [3, 4, 5, 9, 10, 11]),
      (Slice(starts: [0, 0, 0], counts: [2, 1, 3], steps: [3, 1, 1]), [0, 1, 2, 18, 19, 20]),
      (Slice(starts: [0, 0, 0], counts: [1, 1, 2], steps: [1, 1, 2]), [0, 2]),
      (Slice(starts: [5, 0, 0], counts: [0, 2, 3], steps: [1, 1, 1]), []),
    ]
    for (slice, wanted) in others { #expect(try runtime.floats(of: Tensor.one(slice, [data])) == wanted) }
    #expect(runtime.planCount == others.count)
  }

  @Test func batchesCutOutInTheLossShareAPlan() throws {
    let data = try counting([12, 2])
    let w = Parameter("w", try counting([2]))
    for round in 0..<4 {
      try step(w, before: .now()) {
        let batch = try Tensor.one(Slice(starts: [3 * round, 0], counts: [3, 2], steps: [1, 1]), [data])
        return try (batch * w.tensor).mean()
      }
    }
    #expect(runtime.planCount == 1)
  }

  @Test func whatWasWrittenBeforeIsComputedOnce() throws {
    let w = Parameter("w", try counting([2]))
    let noise = try Tensor.uniform([4, 2], random: Philox(seed: 1, stream: 1))
    let outside = try noise * 2 + 1
    let depending = try w.tensor * 3
    var inside: Tensor?
    try step(w, before: .now()) {
      let part = try outside * 5
      inside = part
      return try (part * w.tensor * depending).sum()
    }
    #expect(outside.isEvaluated)
    // It is on the way to what was asked for, and nobody asked for it.
    #expect(!noise.isEvaluated)
    #expect(inside?.isEvaluated == false)
    // A gradient may flow through what a parameter stands behind: the step saw 15 w² · noise, and 30 w · noise is its slope.
    #expect(!depending.isEvaluated)
  }

  @Test func whatIsAskedForTwiceIsKept() throws {
    let noise = try Tensor.uniform([4, 2], random: Philox(seed: 1, stream: 1))
    let shifted = try noise + 1
    let first = try runtime.floats(of: shifted.sum())
    #expect(!shifted.isEvaluated)
    #expect(try runtime.floats(of: shifted.sum()) == first)
    #expect(shifted.isEvaluated && !noise.isEvaluated)
    let w = Parameter("w", try counting([2]))
    let weighted = try w.tensor * 2
    for _ in 0..<3 { _ = try runtime.floats(of: weighted.sum()) }
    #expect(!weighted.isEvaluated)
  }

  /// 1,500 numbers: more than one thread's piece, and no whole number of vectors. √(1500 · g²) of what is given.
  @Test(arguments: [Float(1e25), 3, 2e-25])
  func gradientsOfAnySizeHaveALength(_ g: Float) throws {
    let runtime = Runtime(backend: CPUBackend())
    let w = Parameter("w", try Tensor([Float](repeating: 0, count: 1500), [1500]))
    let report = try runtime.step(
      loss: (w.tensor * Double(g)).sum(), parameters: [w],
      rule: .sgd(learningRate: 1, clipNorm: g), state: OptimizerState())
    let length = g * Float(1500).squareRoot()
    #expect(abs(report.gradientNorm - length) <= 2e-6 * length)
    // Scaled down to the length g, and one step of that; what is added to lengths against division by 0 is more than
    // the smallest of them.
    let moved = try runtime.floats(of: w.tensor)
    let wanted = -g / Float(1500).squareRoot()
    #expect(moved.allSatisfy { abs($0 - wanted) <= 1e-5 * abs(wanted) || g < 1e-6 })
  }

  @Test func oneGradientThatIsNotFiniteStopsTheStep() throws {
    let runtime = Runtime(backend: CPUBackend())
    var numbers = [Float](repeating: 1, count: 1500)
    // The root's slope at 0; the loss is finite.
    numbers[1100] = 0
    let w = Parameter("w", try Tensor(numbers, [1500]))
    #expect(throws: NonFiniteError.self) {
      try runtime.step(
        loss: w.tensor.sqrt().sum(), parameters: [w], rule: .sgd(learningRate: 1), state: OptimizerState())
    }
    #expect(try runtime.floats(of: w.tensor) == numbers)
  }
}
