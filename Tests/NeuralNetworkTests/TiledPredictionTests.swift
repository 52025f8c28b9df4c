import NeuralNetwork
import TensorRuntime
import Testing

/// Masks of images larger or smaller than a network's input.
@Suite struct TiledPredictionTests {
  let bench = Bench()

  /// A network that says of each pixel by itself whether it is bright.
  private func pointwise(_ input: Shape) throws -> Network {
    try bench.sequential(input, [bench.conv(3, 1)])
  }

  private func image(_ shape: Shape) throws -> Tensor {
    try Tensor((0..<shape.elementCount).map { Float($0 * 29 % 17) / 17 }, shape)
  }

  @Test(arguments: TiledPrediction.Flips.allCases)
  func tilesSayWhatTheWholeWouldSay(_ flips: TiledPrediction.Flips) throws {
    let network = try pointwise([2, 8, 8])
    for size: [Int] in [[8, 8], [21, 30], [5, 3], [8, 40], [1, 1]] {
      let x = try image([2, size[0], size[1]])
      var tiled = TiledPrediction()
      (tiled.flips, tiled.batch) = (flips, 3)
      let shares = try tiled.probabilities(
        of: x, network: network, runtime: bench.runtime, random: bench.random)
      #expect(shares.shape == [3, size[0], size[1]])
      let weights = network.parameters
      let whole = try x.expanded(axis: 0).convolution(weights[0].tensor, bias: weights[1].tensor).softmax(
        axis: 1)
      let difference = try (shares - whole.squeezed(axis: 0)).abs().max()
      #expect(try bench.runtime.item(of: difference) < 1e-5)
    }
  }

  @Test func whatIsNoMaskIsAnError() throws {
    let tiled = TiledPrediction()
    func fails(_ network: Network, _ x: Tensor) {
      #expect(throws: LayerError.self) {
        _ = try tiled.probabilities(of: x, network: network, runtime: bench.runtime, random: bench.random)
      }
    }
    fails(try bench.sequential([2, 8, 8], [FlattenLayer(), DenseLayer(2)]), try image([2, 8, 8]))
    fails(try bench.sequential([2, 8, 8], [bench.conv(3, 3)]), try image([2, 8, 8]))
    fails(try pointwise([2, 8, 8]), try image([3, 8, 8]))
  }

  @Test func anInterruptStopsBetweenTiles() throws {
    bench.token.cancel()
    #expect(throws: Interrupted.self) {
      _ = try TiledPrediction().probabilities(
        of: image([2, 64, 64]), network: pointwise([2, 8, 8]), runtime: bench.runtime, random: bench.random)
    }
  }
}
