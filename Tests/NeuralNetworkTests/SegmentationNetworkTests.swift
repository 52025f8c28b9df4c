import Foundation
import NeuralNetwork
import TensorRuntime
import Testing

/// Shapes and parameters of the ready-made networks for masks, and the layers they need.
@Suite struct SegmentationNetworkTests {
  let bench = Bench()

  private func description(_ input: Shape, _ change: (inout SegmentationNetwork) -> Void = { _ in })
    -> SegmentationNetwork
  {
    var description = SegmentationNetwork(input: input, classes: 4)
    (description.width, description.depth) = (4, 2)
    change(&description)
    return description
  }

  private func output(_ network: Network) throws -> Shape { try network.recorded().outputShapes[0] }

  /// Course row E24: the layout of the paper has 31,030,658 parameters; with an eighth of the maps and its own count.
  @Test func theLayoutOfThePaper() throws {
    var paper = SegmentationNetwork(input: [1, 572, 572], classes: 2)
    (paper.width, paper.depth, paper.normalizes, paper.keepsSize) = (8, 4, false, false)
    let network = try Network.unet(paper, random: bench.random)
    #expect(try output(network) == [2, 388, 388])
    #expect(network.parameterCount == Self.unetParameters(width: 8, depth: 4, channels: 1, classes: 2))
    #expect(Self.unetParameters(width: 64, depth: 4, channels: 1, classes: 2) == 31_030_658)
  }

  /// Two 3×3 convolutions a level, 2×2 transposed convolutions, a 1×1 convolution; all with biases.
  private static func unetParameters(width: Int, depth: Int, channels: Int, classes: Int) -> Int {
    let conv = { (from: Int, to: Int, kernel: Int) in from * to * kernel * kernel + to }
    var total = conv(width, classes, 1)
    for level in 0...depth {
      let maps = width << level
      total += conv(level == 0 ? channels : maps / 2, maps, 3) + conv(maps, maps, 3)
      guard level < depth else { continue }
      total += conv(2 * maps, maps, 2) + conv(2 * maps, maps, 3) + conv(maps, maps, 3)
    }
    return total
  }

  @Test(arguments: SegmentationNetwork.Enlarging.allCases)
  func theMaskHasTheImagesSize(_ enlarging: SegmentationNetwork.Enlarging) throws {
    for input: Shape in [[3, 16, 16], [1, 13, 22], [2, 7, 9]] {
      let described = description(input) { $0.enlarging = enlarging }
      let wanted: Shape = [4, input[1], input[2]]
      #expect(try output(.unet(described, random: bench.random)) == wanted)
      #expect(try output(.fcn(described, skips: 1, random: bench.random)) == wanted)
      #expect(try output(.segnet(described, random: bench.random)) == wanted)
    }
  }

  @Test func croppingGivesSmallerMasks() throws {
    let described = description([1, 13, 22]) { $0.crops = true }
    #expect(try output(.unet(described, random: bench.random)) == [4, 12, 20])
    #expect(throws: LayerError.self) { _ = try Network.unet(description([1, 3, 22]), random: bench.random) }
    #expect(throws: LayerError.self) { _ = try Network.unet(description([3]), random: bench.random) }
  }

  @Test func theyTrain() throws {
    let images = (0..<8 * 64).map { Float($0 * 37 % 11) / 11 }
    let masks = images.map { Int32($0 > 0.5 ? 1 : 0) }
    let data = try TensorData(
      inputs: [Tensor(images, [8, 1, 8, 8])], targets: [try Tensor(masks, [8, 8, 8])], runtime: bench.runtime)
    let described = description([1, 8, 8]) { $0.classes = 2 }
    for network in [
      try Network.unet(described, random: bench.random), try .fcn(described, skips: 1, random: bench.random),
      try .segnet(described, random: bench.random),
    ] {
      var options = TrainingOptions()
      (options.epochs, options.batchSize) = (25, 4)
      options.rule = .adam(learningRate: 0.01)
      options.objective = Objective(.crossEntropy() + .dice(), metrics: [.masks(.meanIoU)])
      let run = try Trainer(
        network: network, data: data, validation: nil, options: options, runtime: bench.runtime,
        random: bench.random
      ).train(observer: Watcher())
      #expect(run.epochs[24].loss < run.epochs[0].loss / 2, "\(network.form)")
      #expect(run.epochs[24].metrics[0].value > run.epochs[0].metrics[0].value, "\(network.form)")
    }
  }

  @Test func unpoolingPutsNumbersBack() throws {
    // The places of 9 and 7 are remembered; the odd column stays empty.
    let x = try Tensor([Float(1), 9, 0, 5, 3, 4, 8, 2, 7, 7], [1, 1, 2, 5])
    let pooled = try x.maxPool([2])
    let unpool = UnpoolingLayer(PoolingSettings(size: [2]))
    let y = try unpool.apply(to: [pooled * 10, x], in: Pass(isTraining: false, random: bench.random))
    #expect(try bench.runtime.floats(of: y) == [0, 90, 0, 0, 0, 0, 0, 0, 70, 0])
    #expect(throws: LayerError.self) { try unpool.build(for: [[1, 1, 2]], random: bench.random) }
    #expect(throws: LayerError.self) {
      try unpool.build(for: [[1, 2, 2], [1, 2, 5]], random: bench.random)
    }
  }

  @Test func sizesAreMatched() throws {
    let x = try Tensor((0..<12).map(Float.init), [1, 1, 3, 4])
    func resized(_ height: Int, _ width: Int, _ rule: Resizing) throws -> [Float] {
      try bench.runtime.floats(of: x.resized(toHeight: height, width: width, by: rule))
    }
    #expect(try resized(2, 2, .crop) == [1, 2, 5, 6])
    #expect(try resized(4, 5, .pad) == [0, 1, 2, 3, 0, 4, 5, 6, 7, 0, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0])
    #expect(try resized(3, 2, .nearest) == [0, 2, 4, 6, 8, 10])
    // torch.nn.functional.interpolate(x, (3, 8), mode="bilinear") of the first row.
    #expect(try Array(resized(3, 8, .bilinear).prefix(8)) == [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    #expect(throws: LayerError.self) { _ = try resized(4, 2, .crop) }
    #expect(throws: LayerError.self) { _ = try resized(2, 5, .pad) }
  }

  @Test func theyAreSavedWithTheirShape() throws {
    let path = NSTemporaryDirectory() + "masks-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let network = try Network.segnet(description([1, 13, 9]), random: bench.random)
    try network.save(to: path, runtime: bench.runtime)
    let loaded = try Network.load(from: path)
    let x = try Tensor((0..<117).map { Float($0) / 117 }, [1, 1, 13, 9])
    let pass = Pass(isTraining: false, random: bench.random)
    #expect(
      try bench.runtime.floats(of: network.apply(to: [x], in: pass))
        == bench.runtime.floats(of: loaded.apply(to: [x], in: pass)))
  }
}
