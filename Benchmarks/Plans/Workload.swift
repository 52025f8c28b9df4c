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

  func network() throws -> Network { try Builder.network([Shape(input)]) { try body($0, $1[0]) } }

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

  func trainingStep(_ runtime: Runtime, _ batch: Int) throws -> PreparedStep {
    let network = try network()
    let (images, labels) = try data(batch)
    let x = Tensor.placeholder(images.shape)
    let y = Tensor.placeholder(labels.shape, .int32)
    let pass = Pass(isTraining: true, random: RandomSource())
    let output = try network.apply(to: [x], in: pass)
    return try runtime.prepareStep(
      loss: try output.crossEntropy(y), placeholders: [x, y], parameters: network.parameters, rule: rule,
      state: OptimizerState(), alongside: pass.takeStatistics(of: [network]))
  }

  func inference(_ runtime: Runtime, _ batch: Int) throws -> PreparedGraph {
    let x = Tensor.placeholder(Shape([batch] + input))
    let output = try network().apply(to: [x], in: Pass(isTraining: false, random: RandomSource()))
    return try runtime.prepare([output], placeholders: [x])
  }
}
