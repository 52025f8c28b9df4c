import CPUBackend
import TensorRuntime
import Testing

/// Cross-entropy computed where the logits are, against the library's layers and the loss as a step of its own.
@Suite struct FewChannelLossTests {
  /// A small network's loss on so many images of 9 × 9 and 7 classes, and the gradients for its parameters and images.
  private func graph(images: Int, smoothing: Double, classes given: [Int32]? = nil) throws -> [Tensor] {
    let x = try FewChannelCase.numbers([images, 2, 9, 9], 0)
    let filters = try FewChannelCase.numbers([3, 2, 3, 3], 1)
    let filterBias = try FewChannelCase.numbers([3], 2)
    let weights = try FewChannelCase.numbers([7, 147], 3)
    let bias = try FewChannelCase.numbers([7], 4)
    let numbers = given ?? (0..<images).map { Int32(($0 * 5 + 3) % 7) }
    let hidden = try x.convolution(filters, bias: filterBias).relu().reshaped([images, 147])
    let logits = try hidden.dense(weights, bias: bias)
    let loss = try logits.crossEntropy(Tensor(numbers, [images]), smoothing: smoothing)
    let parameters = [x, filters, filterBias, weights, bias]
    return [loss] + (try gradients(of: loss, withRespectTo: parameters)).compactMap { $0 }
  }

  private func runtime(_ limits: FewChannelLimits?, threads: Int = 2) -> Runtime {
    let backend = CPUBackend(threads: threads)
    backend.fewChannelLimits = limits
    return Runtime(backend: backend)
  }

  private func numbers(_ graph: [Tensor], _ runtime: Runtime) throws -> [[Float]] {
    try runtime.evaluate(graph)
    return try graph.map { try runtime.floats(of: $0) }
  }

  // Whole and partly filled blocks of eight and of sixteen images.
  @Test(arguments: [5, 8, 13, 16, 17, 37, 130], FewChannelLimits.InstructionSet.allCases)
  func agreesWithTheStepOfItsOwn(_ images: Int, _ instructions: FewChannelLimits.InstructionSet) throws {
    for smoothing in [0, 0.1] {
      let expected = try numbers(graph(images: images, smoothing: smoothing), runtime(nil))
      let found = try numbers(graph(images: images, smoothing: smoothing), runtime(.unlimited(instructions)))
      #expect(expected.count == 6 && found.count == 6)
      for (place, (a, b)) in zip(expected, found).enumerated() {
        let largest = a.map(abs).max() ?? 0
        let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        // Sums of up to some thousand products in another order.
        #expect(difference <= 2e-5 * max(largest, 1e-2), "result \(place): \(difference) of \(largest)")
      }
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let one = try numbers(graph(images: 100, smoothing: 0.1), runtime(.unlimited(.avx512), threads: 1))
    for threads in [2, 3, 5] {
      let some = try numbers(
        graph(images: 100, smoothing: 0.1), runtime(.unlimited(.avx512), threads: threads))
      #expect(some == one)
    }
  }

  @Test func theWayThereAndBackIsOneStep() throws {
    let plan = try runtime(.unlimited(.avx512)).describePlan(graph(images: 32, smoothing: 0))
    #expect(plan.components(separatedBy: "few channels").count == 2)
    #expect(!plan.contains("crossEntropy"))
  }

  @Test func lossAndGradientAlone() throws {
    let all = try numbers(graph(images: 32, smoothing: 0), runtime(nil))
    let own = runtime(.unlimited(.avx512))
    for place in [0, 2] {
      let alone = try numbers([graph(images: 32, smoothing: 0)[place]], own)[0]
      #expect(zip(alone, all[place]).allSatisfy { abs($0 - $1) <= 1e-5 })
    }
  }

  /// Whoever asks for a gradient first and for the loss after it gets the same numbers.
  @Test func theOrderOfResultsDoesNotMatter() throws {
    let forward = try graph(images: 40, smoothing: 0.1)
    let backward = Array(try graph(images: 40, smoothing: 0.1).reversed())
    let plan = try runtime(.unlimited(.avx512)).describePlan(backward)
    #expect(plan.components(separatedBy: "few channels").count == 2)
    let found = try numbers(backward, runtime(.unlimited(.avx512)))
    #expect(try Array(found.reversed()) == numbers(forward, runtime(.unlimited(.avx512))))
  }

  @Test func lossesThatOthersReadKeepAStepOfTheirOwn() throws {
    // Half of the loss: the gradient begins with another number than the one a loss alone begins with.
    func half(_ limits: FewChannelLimits?) throws -> [[Float]] {
      let x = try FewChannelCase.numbers([32, 2, 9, 9], 0)
      let filters = try FewChannelCase.numbers([3, 2, 3, 3], 1)
      let weights = try FewChannelCase.numbers([7, 147], 3)
      let logits = try x.convolution(filters).reshaped([32, 147]).dense(weights)
      let classes = try Tensor((0..<32).map { Int32($0 % 7) }, [32])
      let loss = try logits.crossEntropy(classes) * 0.5 + logits.square().mean()
      let found = try gradients(of: loss, withRespectTo: [filters, weights]).compactMap { $0 }
      return try numbers([loss, logits] + found, runtime(limits))
    }
    for (a, b) in zip(try half(nil), try half(.unlimited(.avx512))) {
      let largest = a.map(abs).max() ?? 0
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 2e-5 * max(largest, 1e-2) })
    }
  }

  @Test(arguments: [-1, 7]) func classNumbersAreChecked(_ wrong: Int32) throws {
    var classes = [Int32](repeating: 0, count: 20)
    classes[13] = wrong
    #expect(throws: TensorError.self) {
      try numbers(graph(images: 20, smoothing: 0, classes: classes), runtime(.unlimited(.avx512)))
    }
  }
}
