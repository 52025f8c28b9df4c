import NeuralNetwork
import TensorRuntime
import Testing

@Suite struct StructureTests {
  let bench = Bench()

  @Test func lenetHasTheShapesOfTheCourse() throws {
    let rows = try bench.lenet().summaryRows()
    // Course row E1; names as automatic numbering gives them.
    let expected: [(String, Shape, Int)] = [
      ("conv1", [6, 28, 28], 156), ("pool1", [6, 14, 14], 0), ("conv2", [16, 10, 10], 2416),
      ("pool2", [16, 5, 5], 0), ("conv3", [120, 1, 1], 48_120), ("flatten1", [120], 0),
      ("dense1", [84], 10_164),
      ("dense2", [10], 850),
    ]
    #expect(rows.map(\.name) == expected.map(\.0))
    #expect(rows.map(\.outputShape) == expected.map(\.1))
    #expect(rows.map(\.parameters) == expected.map(\.2))
  }

  @Test func lenetCountsAreThoseOfTheCourse() throws {
    let lenet = try bench.lenet()
    #expect(lenet.parameterCount == 61_706)
    #expect(lenet.multiplyAdds == 416_520)
    // Course row B30: C5 sees 32 positions (of the padded input).
    #expect(try lenet.summaryRows().first { $0.name == "conv3" }?.receptiveField == 32)
  }

  @Test func aLayerUsedTwiceCountsOnce() throws {
    let shared = DenseLayer(4)
    let network = try bench.sequential([4], [shared, ActivationLayer(.relu), shared])
    #expect(network.parameterCount == 20)
    #expect(network.namedParameters.map(\.path) == ["dense1.weight", "dense1.bias"])
  }

  @Test func nestedNetworksPrefixTheirNames() throws {
    let block = try bench.sequential(nil, [bench.conv(8, 3, padding: .same), BatchNormLayer()])
    let network = try bench.sequential([3, 8, 8], [block, GlobalPoolingLayer(.average), DenseLayer(2)])
    #expect(
      network.namedParameters.map(\.path) == [
        "block1.conv1.weight", "block1.conv1.bias", "block1.bn1.weight", "block1.bn1.bias", "dense1.weight",
        "dense1.bias",
      ])
    #expect(network.namedStatistics.map(\.path) == ["block1.bn1.running_mean", "block1.bn1.running_var"])
  }

  @Test func bodiesReplayForAnyBatch() throws {
    let network = try Network(form: "Model", inputShapes: [[3, 4, 4]], random: bench.random) {
      recorder, inputs in
      let y = try recorder.call(bench.conv(3, 3, padding: .same), on: inputs)
      let mean = try recorder.call(GlobalPoolingLayer(.average), on: [y])
      let scaled = try y * mean.reshaped([mean.shape[0], 3, 1, 1])
      return [try (scaled + inputs[0]).relu()]
    }
    for batch in [1, 2, 5] {
      let x = try Tensor.uniform([batch, 3, 4, 4], random: Philox(seed: 1, stream: 2))
      let y = try network.apply(to: [x], in: Pass(isTraining: false, random: bench.random))
      #expect(y.shape == [batch, 3, 4, 4])
      #expect(try bench.runtime.floats(of: y).allSatisfy { $0 >= 0 })
    }
  }

  /// A stack of layers on an input, and the error it must give.
  struct Mistake: Sendable {
    let input: [Int]
    let text: String
    let layers: @Sendable (Bench) -> [any Layer]
  }

  static let mistakes = [
    Mistake(
      input: [16, 5, 5],
      text: """
        Dense(10) needs a flat input, got [16, 5, 5]
        fix: Flatten() before it (400 features) or GlobalAvgPool() (16 features)
        """
    ) { _ in [DenseLayer(10)] },
    Mistake(
      input: [1, 5, 5],
      text: """
        Conv(8, 7) has a window of 7, larger than its input [1, 5, 5]: height is 5 with padding
        fix: use a smaller kernel, padding: .same, or fewer poolings before it
        """
    ) { [$0.conv(8, 7)] },
    Mistake(
      input: [1, 5, 5],
      text: """
        Conv(8, 3) slides over images [channel, height, width], got [25]
        fix: put it before Flatten(), or Reshape(channels, height, width) first
        """
    ) { [FlattenLayer(), $0.conv(8, 3)] },
    Mistake(
      input: [4, 8, 8],
      text: """
        Conv(8, 3, groups: 3) splits channels into 3 groups, but has 4 channels in and 8 out
        fix: choose channel counts that 3 divides
        """
    ) { [$0.conv(8, 3, groups: 3)] },
  ]

  @Test(arguments: mistakes)
  func mistakesAreExplained(mistake: Mistake) throws {
    #expect {
      _ = try bench.sequential(Shape(mistake.input), mistake.layers(bench))
    } throws: {
      "\($0)" == mistake.text
    }
  }

  @Test func initialWeightsDoNotDependOnThreads() throws {
    let (one, two) = (Bench(threads: 1), Bench(threads: 2))
    for (a, b) in zip(try one.lenet().parameters, try two.lenet().parameters) {
      #expect(try one.runtime.floats(of: a.tensor) == two.runtime.floats(of: b.tensor))
    }
  }

  @Test func theSameSeedDrawsTheSameWeights() throws {
    let first = try Bench().lenet()
    let second = try Bench().lenet()
    for (a, b) in zip(first.parameters, second.parameters) {
      #expect(try bench.runtime.floats(of: a.tensor) == bench.runtime.floats(of: b.tensor))
    }
  }
}
