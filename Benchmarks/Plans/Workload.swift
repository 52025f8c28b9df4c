import CPUBackend
import NeuralNetwork
import TensorRuntime

/// A network to measure, with the loss and the rule it trains by.
struct Workload {
  enum Target {
    case classes(Int)
    /// A class per pixel.
    case masks(Int)
  }
  let name: String
  let input: [Int]
  let batch: Int
  let target: Target
  let rule: UpdateRule
  /// Larger networks are measured inferring only.
  var trains = true
  let body: (Builder, Tensor) throws -> Tensor

  /// The same network on square images of another size, which its name then tells.
  func with(size: Int) -> Workload {
    Workload(
      name: "\(name) at \(size)×\(size)", input: [input[0], size, size], batch: batch, target: target,
      rule: rule, trains: trains, body: body)
  }

  /// The network with its first weights, so that what follows is timed without drawing them.
  func network(_ runtime: Runtime) throws -> Network {
    let network = try Builder.network([Shape(input)]) { try body($0, $1[0]) }
    try runtime.evaluate((network.parameters + network.statistics).map(\.tensor))
    return network
  }

  /// Images and labels from a fixed seed.
  func data(_ batch: Int) throws -> (images: Tensor, labels: Tensor) {
    let random = Philox(seed: 3, stream: 99)
    let shape = Shape([batch] + input)
    let images = try Tensor((0..<shape.elementCount).map { random.uniform(UInt64($0)) }, shape)
    switch target {
    case .classes(let count):
      return (images, try Tensor((0..<batch).map { Int32($0 * 7 % count) }, [batch]))
    case .masks(let count):
      let masks = Shape([batch] + input.dropFirst())
      return (images, try Tensor((0..<masks.elementCount).map { Int32($0 / 37 % count) }, masks))
    }
  }

  func trainingStep(_ network: Network, _ runtime: Runtime, _ batch: Int, _ precision: Precision)
    throws -> PreparedStep
  {
    let x = Tensor.placeholder(Shape([batch] + input))
    let y: Tensor
    switch target {
    case .classes: y = .placeholder([batch], .int32)
    case .masks: y = .placeholder(Shape([batch] + input.dropFirst()), .int32)
    }
    let pass = Pass(isTraining: true, random: RandomSource())
    let output = try network.apply(to: [x], in: pass)
    return try runtime.prepareStep(
      loss: try output.crossEntropy(y), placeholders: [x, y], parameters: network.parameters, rule: rule,
      state: OptimizerState(), alongside: pass.takeStatistics(of: [network]), precision: precision)
  }

  func inference(_ network: Network, _ runtime: Runtime, _ batch: Int) throws -> PreparedGraph {
    let x = Tensor.placeholder(Shape([batch] + input))
    let output = try network.apply(to: [x], in: Pass(isTraining: false, random: RandomSource()))
    return try runtime.prepare([output], placeholders: [x])
  }
}
