import Foundation
import NeuralNetwork
import TensorRuntime
import Testing

@Suite struct TrainingTests {
  let bench = Bench()

  private func classifier() throws -> Network {
    try bench.sequential([8], [DenseLayer(16, activation: .tanh), BatchNormLayer(), DenseLayer(2)])
  }

  private func train(
    _ network: Network, epochs: Int, data: TensorData? = nil, rule: UpdateRule = .adam(learningRate: 0.02),
    watcher: Watcher = Watcher()
  ) throws -> TrainingRun {
    var options = TrainingOptions()
    options.epochs = epochs
    options.rule = rule
    options.objective = Objective(metrics: [.accuracy])
    let trainer = try Trainer(
      network: network, data: try data ?? bench.halves(count: 500), validation: nil, options: options,
      runtime: bench.runtime, random: bench.random)
    return try trainer.train(observer: watcher)
  }

  private func weights(of network: Network) throws -> [[Float]] {
    try (network.parameters + network.statistics).map { try bench.runtime.floats(of: $0.tensor) }
  }

  @Test func itLearnsWhatCanBeLearned() throws {
    let network = try classifier()
    let run = try train(network, epochs: 12)
    #expect(run.epochs.count == 12)
    #expect(run.epochs[11].loss < run.epochs[0].loss)
    let result = try network.evaluate(
      bench.halves(count: 500), objective: Objective(metrics: [.accuracy]), runtime: bench.runtime,
      random: bench.random)
    #expect(result.metrics[0].value > 0.95)
  }

  @Test func theSameSeedTrainsToTheSameBits() throws {
    var results: [[[Float]]] = []
    for _ in 0..<2 {
      let bench = Bench()
      let network = try bench.sequential(
        [8], [DenseLayer(16, activation: .tanh), NoiseLayer(.dropout, 0.3), DenseLayer(2)])
      var options = TrainingOptions()
      options.epochs = 3
      let trainer = try Trainer(
        network: network, data: try bench.halves(count: 100), validation: nil, options: options,
        runtime: bench.runtime, random: bench.random)
      _ = try trainer.train(observer: Watcher())
      results.append(try network.parameters.map { try bench.runtime.floats(of: $0.tensor) })
    }
    #expect(results[0] == results[1])
  }

  @Test func trainingAgainGoesOn() throws {
    let network = try classifier()
    _ = try train(network, epochs: 2)
    let watcher = Watcher()
    let run = try train(network, epochs: 3, watcher: watcher)
    #expect(run.epochs.map(\.epoch) == [3, 4, 5])
    #expect(
      watcher.notes == ["going on after epoch 2 with the same optimizer state (net.reset() starts over)"])
    #expect(network.training.epochs == 5)
  }

  @Test func anInterruptKeepsTheLastWholeStep() throws {
    let network = try classifier()
    let watcher = Watcher()
    var kept: [[Float]] = []
    watcher.onBatch = { batch in
      guard batch == 5 else { return }
      kept = try self.weights(of: network)
      self.bench.token.cancel()
    }
    #expect(throws: Interrupted.self) { try train(network, epochs: 5, watcher: watcher) }
    bench.token.reset()
    #expect(watcher.batches == 5)
    #expect(try weights(of: network) == kept)
    #expect(try train(network, epochs: 1).epochs.count == 1)
  }

  @Test func aLossThatIsNotFiniteStopsBeforeTheUpdate() throws {
    let network = try classifier()
    _ = try train(network, epochs: 1)
    let before = try weights(of: network)
    let values = [Float](repeating: .nan, count: 64 * 8)
    let bad = try TensorData(
      inputs: [try Tensor(values, [64, 8])], targets: [try Tensor([Int32](repeating: 0, count: 64), [64])],
      runtime: bench.runtime)
    #expect {
      _ = try train(network, epochs: 1, data: bad)
    } throws: {
      "\($0)".hasPrefix(
        "training stopped at epoch 2, batch 1: the loss became nan (lr 0.02); the data itself holds numbers that are not finite"
      )
    }
    #expect(try weights(of: network) == before)
  }

  @Test func frozenPartsNeverChange() throws {
    let body = try bench.sequential([8], [DenseLayer(16, activation: .tanh), BatchNormLayer()])
    let network = try bench.sequential([8], [try body.frozen(), DenseLayer(2)])
    let before = try weights(of: body)
    _ = try train(network, epochs: 2)
    #expect(try weights(of: body) == before)
    #expect(network.parameterCount == body.parameterCount + 34)
  }

  /// A generator learns through a discriminator whose own batch-norm statistics wait for its own optimizer.
  @Test func aStepThroughAnotherNetworkCopiesNoWeights() throws {
    let generator = try bench.sequential([4], [DenseLayer(8)])
    let discriminator = try bench.sequential([8], [DenseLayer(8), BatchNormLayer(), DenseLayer(1)])
    let optimizer = Optimizer(rule: .sgd(learningRate: 0.1), networks: [generator])
    let noise = try Tensor((0..<32).map { Float($0 % 7) - 3 }, [8, 4])
    func loss(_ pass: Pass) throws -> Tensor {
      try discriminator.apply(to: [try generator.apply(to: [noise], in: pass)], in: pass).mean()
    }
    func step() throws -> [UnsafeMutableRawPointer?] {
      let pass = Pass(isTraining: true, random: bench.random)
      _ = try optimizer.minimize(try loss(pass), pass: pass, runtime: bench.runtime)
      return generator.parameters.map { $0.tensor.node.values[0]?.pointer }
    }
    let first = try step()
    #expect(first.count == 2 && !first.contains(nil))
    #expect(try step() == first)
  }

  @Test func aLastBatchOfOneJoinsTheOneBefore() {
    let order = EpochOrder(count: 65, batchSize: 32, shuffledBy: Philox(seed: 1, stream: 1))
    #expect(order.batches.map(\.count) == [32, 33])
    #expect(order.indices.sorted() == Array(0..<65))
  }

  @Test func savingAndLoadingGiveTheSameOutputs() throws {
    let path = NSTemporaryDirectory() + "network-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let network = try Network(form: "Model", inputShapes: [[1, 8, 8]], random: bench.random) {
      recorder, inputs in
      let a = try recorder.call(bench.conv(4, 3, padding: .same, activation: .relu), on: inputs)
      let b = try recorder.call(BatchNormLayer(), on: [a])
      return [try recorder.call(FlattenLayer(), on: [try Tensor.concat([a, b], axis: 1).tanh()])]
    }
    try network.save(to: path, runtime: bench.runtime)
    let loaded = try Network.load(from: path)
    let x = try Tensor.uniform([3, 1, 8, 8], random: Philox(seed: 1, stream: 1))
    let pass = Pass(isTraining: false, random: bench.random)
    #expect(
      try bench.runtime.floats(of: network.apply(to: [x], in: pass))
        == bench.runtime.floats(of: loaded.apply(to: [x], in: pass)))
    #expect(loaded.layers.map(\.path) == network.layers.map(\.path))
  }

  @Test func damagedFilesAreErrors() throws {
    let path = NSTemporaryDirectory() + "damaged-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try bench.lenet().save(to: path, runtime: bench.runtime)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let generator = Philox(seed: 3, stream: 9)
    for round in 0..<200 {
      var bytes = whole
      if round % 2 == 0 {
        bytes = bytes.prefix(generator.integer(UInt64(round), below: whole.count))
      } else {
        for change in 0..<8 {
          let place = generator.integer(UInt64(round * 8 + change), below: 2000)
          bytes[place] = UInt8(truncatingIfNeeded: generator.word(UInt64(round * 8 + change)))
        }
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      // Either it still says something that makes sense or it is an error: never a crash.
      _ = try? Network.load(from: path)
    }
  }
}
