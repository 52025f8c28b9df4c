import NeuralNetwork
import TensorRuntime
import Testing

/// Applying a network makes one node from a template; what comes out is what its layers make one after the other. A pass with
/// an observer goes through the layers.
@Suite struct TemplateTests {
  let bench = Bench()

  /// A network with all that an application has to do with: weights, statistics, draws, a shared layer, a frozen part, a part
  /// within, a variable, tensors of the body's own and several outputs.
  private func network(_ bench: Bench) throws -> Network {
    let shared = DenseLayer(6, activation: .selu)
    let block = try bench.sequential([6], [DenseLayer(6), BatchNormLayer(), try NoiseLayer(.dropout, 0.3)])
    let frozen = try bench.sequential([6], [DenseLayer(6), BatchNormLayer()]).frozen()
    let scale = VariableLayer(try Tensor([1, 2, 3, 4, 5, 6] as [Float], [6]))
    let offset = try Tensor([0.5, 0, 0, 0.25, 0, 0] as [Float], [6])
    return try Network(form: "Model", inputShapes: [[6]], random: bench.random) { recorder, inputs in
      var x = try recorder.call(shared, on: [inputs[0]])
      x = try recorder.call(block, on: [x]) * recorder.use(scale)
      x = try recorder.call(shared, on: [x]) + offset * 2
      let side = try recorder.call(try NoiseLayer(.gaussian, 0.1), on: [x])
      x = try recorder.call(frozen, on: [recorder.call(try SpectralNormLayer(DenseLayer(6)), on: [side])])
      return [try recorder.call(block, on: [x]), side]
    }
  }

  private func input(_ round: Int, samples: Int = 5) throws -> Tensor {
    try Tensor.uniform([samples, 6], random: Philox(seed: 3, stream: UInt64(round)))
  }

  /// What some steps leave: losses, weights, statistics, and where the draws stand.
  private func training(observed: Bool) throws -> ([Float], [[Float]], UInt64?) {
    let bench = Bench()
    let network = try network(bench)
    let optimizer = Optimizer(rule: .adam(learningRate: 0.01), networks: [network])
    var losses: [Float] = []
    for round in 0..<6 {
      let pass = Pass(isTraining: true, random: bench.random)
      if observed { pass.observer = { _, _, _ in } }
      // Two applications in a step, the second on what the first makes; every third step has other samples.
      let x = try input(round, samples: round % 3 == 2 ? 4 : 5)
      let first = try network.applyAll(to: [x], in: pass)
      let second = try network.applyAll(to: [first[1]], in: pass)
      let loss = try (second[0].square().mean() + first[0].mean() + second[1].abs().mean())
      losses.append(try optimizer.minimize(loss, pass: pass, runtime: bench.runtime).loss)
    }
    let pass = Pass(isTraining: false, random: bench.random)
    if observed { pass.observer = { _, _, _ in } }
    let outputs = try network.applyAll(to: [try input(9)], in: pass)
    // One output after the other: the second is computed from what is known already.
    let numbers = try outputs.reversed().map { try bench.runtime.floats(of: $0) }
    let state = try (network.parameters + network.statistics).map { try bench.runtime.floats(of: $0.tensor) }
    return (losses, state + numbers, bench.random.positions[.dropout])
  }

  @Test func templatesGiveTheBitsOfTheLayers() throws {
    let (layers, templates) = (try training(observed: true), try training(observed: false))
    #expect(layers.0 == templates.0)
    #expect(layers.1 == templates.1)
    #expect(layers.2 == templates.2 && templates.2 == 36)
  }

  @Test func gradientsFlowToInputsAndWeights() throws {
    func found(observed: Bool) throws -> [[Float]?] {
      let bench = Bench()
      let network = try network(bench)
      let pass = Pass(isTraining: true, random: bench.random)
      if observed { pass.observer = { _, _, _ in } }
      let x = try input(1) * 2
      let y = try network.applyAll(to: [x], in: pass)
      // Numbers that were looked at already don't end the way.
      bench.runtime.keepsGraphs = true
      _ = try bench.runtime.floats(of: y[1])
      let targets = [x] + network.parameters.map(\.tensor)
      return try gradients(of: try (y[0] * y[1]).sum(), withRespectTo: targets).map {
        try $0.map { try bench.runtime.floats(of: $0) }
      }
    }
    let (layers, templates) = (try found(observed: true), try found(observed: false))
    #expect(layers == templates)
    #expect(templates.filter { $0 != nil }.count > 8)
  }

  @Test func equalNetworksShareTheirPlans() throws {
    let network = try bench.lenet()
    let x = try Tensor.uniform([2, 1, 28, 28], random: Philox(seed: 1, stream: 1))
    func look(_ network: Network, _ x: Tensor) throws {
      let pass = Pass(isTraining: false, random: bench.random)
      _ = try bench.runtime.floats(of: network.apply(to: [x], in: pass))
    }
    try bench.runtime.evaluate([x])
    try look(network, x)
    let count = bench.runtime.planCount
    for _ in 0..<3 { try look(try network.copy(), x) }
    try look(try bench.lenet(), x)
    #expect(bench.runtime.planCount == count)
    try look(network, try Tensor.uniform([3, 1, 28, 28], random: Philox(seed: 1, stream: 1)))
    #expect(bench.runtime.planCount > count)
  }

  /// A value that the body has seen stays that value; the weight it came from goes on.
  @Test func aValueTheBodyHasSeenStays() throws {
    let scale = VariableLayer(try Tensor([3] as [Float], [1]))
    let network = try Network(form: "Model", inputShapes: [[1]], random: bench.random) { recorder, inputs in
      [try inputs[0] * recorder.use(scale) + scale.parameter.tensor]
    }
    func output() throws -> [Float] {
      let pass = Pass(isTraining: false, random: bench.random)
      return try bench.runtime.floats(of: network.apply(to: [try Tensor([10] as [Float], [1, 1])], in: pass))
    }
    #expect(try output() == [33])
    try scale.parameter.set(try Tensor([4] as [Float], [1]))
    #expect(try output() == [43])
    #expect(try output() == [43])
  }

  /// Long chains of applications are freed one after the other.
  @Test func longChainsAreFreed() throws {
    let network = try bench.sequential([2], [DenseLayer(2)])
    let pass = Pass(isTraining: false, random: bench.random)
    var x = try Tensor([1, 2] as [Float], [1, 2])
    for _ in 0..<200_000 { x = try network.apply(to: [x], in: pass) }
    #expect(x.pendingDepth >= 200_000)
    x = try Tensor([1, 2] as [Float], [1, 2])
    #expect(try bench.runtime.floats(of: x) == [1, 2])
  }
}
