import CPUBackend
import TensorRuntime
import Testing

/// Networks by the few-channel kernels give what they give by the library.
@Suite struct FewChannelTests {
  /// A network's result, its gradients for parameters and images, all as numbers.
  private func results(of network: FewChannelCase, on backend: CPUBackend) throws -> [[Float]] {
    let runtime = Runtime(backend: backend)
    let x = try FewChannelCase.numbers(network.images, 0)
    let parameters = try network.parameters.enumerated().map { try FewChannelCase.numbers($1, $0 + 1) }
    let y = try network.function(x, parameters)
    let weights = try FewChannelCase.numbers(y.shape, 100)
    let found = try gradients(of: (y * weights).sum(), withRespectTo: [x] + parameters)
    let all = [y] + found.compactMap { $0 }
    #expect(all.count == parameters.count + 2)
    try runtime.evaluate(all)
    return try all.map { try runtime.floats(of: $0) }
  }

  private func backend(_ limits: FewChannelLimits?, threads: Int = 2) -> CPUBackend {
    let backend = CPUBackend(threads: threads)
    backend.fewChannelLimits = limits
    return backend
  }

  @Test(arguments: FewChannelCase.all, FewChannelLimits.InstructionSet.allCases)
  func agreesWithLibrary(_ network: FewChannelCase, _ instructions: FewChannelLimits.InstructionSet) throws {
    let expected = try results(of: network, on: backend(nil))
    let found = try results(of: network, on: backend(.unlimited(instructions)))
    for (place, (a, b)) in zip(expected, found).enumerated() {
      let largest = a.map(abs).max() ?? 0
      let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
      // Sums of up to some thousand products in another order.
      #expect(difference <= 2e-5 * max(largest, 1e-2), "result \(place): \(difference) of \(largest)")
    }
  }

  @Test(arguments: FewChannelCase.all)
  func bitsDoNotDependOnThreads(_ network: FewChannelCase) throws {
    let one = try results(of: network, on: backend(.unlimited(.avx512), threads: 1))
    for threads in [2, 3, 5] {
      #expect(try results(of: network, on: backend(.unlimited(.avx512), threads: threads)) == one)
    }
  }

  @Test func networksOfFewChannelsUseTheKernels() throws {
    guard let network = FewChannelCase.all.first, let limits = CPUBackend().fewChannelLimits else { return }
    let runtime = Runtime(backend: backend(limits))
    let x = try FewChannelCase.numbers(Shape([128] + network.images.dimensions.dropFirst()), 0)
    let parameters = try network.parameters.enumerated().map { try FewChannelCase.numbers($1, $0 + 1) }
    let plan = try runtime.describePlan([try network.function(x, parameters)])
    #expect(plan.contains("few channels"))
    #expect(!plan.contains("convolution"))
  }

  @Test func oneImageGoesToTheLibrary() throws {
    guard let network = FewChannelCase.all.first else { return }
    let runtime = Runtime(backend: backend(CPUBackend().fewChannelLimits))
    let x = try FewChannelCase.numbers(Shape([1] + network.images.dimensions.dropFirst()), 0)
    let parameters = try network.parameters.enumerated().map { try FewChannelCase.numbers($1, $0 + 1) }
    #expect(try !runtime.describePlan([try network.function(x, parameters)]).contains("few channels"))
  }
}
