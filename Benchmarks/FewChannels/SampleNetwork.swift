import BenchmarkSupport
import CPUBackend
import NeuralNetwork
import TensorRuntime

/// A small network for measuring, written as layers in a row.
struct SampleNetwork {
  enum Step {
    case convolution(Int, kernel: Int, padding: ConvolutionPadding = .valid, stride: Int = 1)
    case maxPool(Int)
    case averagePool(Int)
    case tanh, relu, flatten
    case dense(Int)
  }
  let name: String
  let input: [Int]
  let batch: Int
  let steps: [Step]

  /// Layers of few channels in several forms.
  static let all = [
    SampleNetwork(
      name: "LeNet-5", input: [1, 28, 28], batch: 128,
      steps: [
        .convolution(6, kernel: 5, padding: .amounts([2])), .tanh, .averagePool(2),
        .convolution(16, kernel: 5),
        .tanh, .averagePool(2), .flatten, .dense(120), .tanh, .dense(84), .tanh, .dense(10),
      ]),
    SampleNetwork(
      name: "3x3 ReLU max", input: [1, 28, 28], batch: 100,
      steps: [
        .convolution(8, kernel: 3, padding: .same), .relu, .maxPool(2),
        .convolution(16, kernel: 3, padding: .same),
        .relu, .maxPool(2), .flatten, .dense(64), .relu, .dense(10),
      ]),
    SampleNetwork(
      name: "20-50 5x5 max", input: [1, 28, 28], batch: 128,
      steps: [
        .convolution(20, kernel: 5), .maxPool(2), .convolution(50, kernel: 5), .maxPool(2), .flatten,
        .dense(500), .relu, .dense(10),
      ]),
    SampleNetwork(
      name: "odd RGB 33x29", input: [3, 33, 29], batch: 100,
      steps: [
        .convolution(12, kernel: 3), .relu, .convolution(12, kernel: 3), .relu, .maxPool(2),
        .convolution(20, kernel: 3, padding: .same), .relu, .averagePool(2), .flatten, .dense(50), .tanh,
        .dense(7),
      ]),
    SampleNetwork(
      name: "strided 10-20", input: [1, 32, 32], batch: 64,
      steps: [
        .convolution(10, kernel: 3, padding: .same, stride: 2), .relu,
        .convolution(20, kernel: 3, padding: .same, stride: 2), .relu, .flatten, .dense(10),
      ]),
    SampleNetwork(
      name: "CIFAR 16-32", input: [3, 32, 32], batch: 128,
      steps: [
        .convolution(16, kernel: 3, padding: .same), .relu, .maxPool(2),
        .convolution(32, kernel: 3, padding: .same),
        .relu, .maxPool(2), .flatten, .dense(64), .relu, .dense(10),
      ]),
  ]

  /// The parameters, drawn from a fixed seed, and the network's logits for a tensor of images.
  func build() throws -> (parameters: [Parameter], apply: (Tensor) throws -> Tensor) {
    var parameters: [Parameter] = []
    var forward: [(Tensor) throws -> Tensor] = []
    var shape = Shape([1] + input)
    func parameter(_ dims: [Int], _ fan: Int) throws -> Parameter {
      let random = Philox(seed: 7, stream: UInt64(parameters.count))
      let scale = (3 / Float(fan)).squareRoot()
      let count = Shape(dims).elementCount
      let values = (0..<count).map { (random.uniform(UInt64($0)) * 2 - 1) * scale }
      let made = Parameter("p\(parameters.count)", try Tensor(values, Shape(dims)))
      parameters.append(made)
      return made
    }
    for step in steps {
      let next: (Tensor) throws -> Tensor
      switch step {
      case .convolution(let filters, let kernel, let padding, let stride):
        let fan = shape[1] * kernel * kernel
        let w = try parameter([filters, shape[1], kernel, kernel], fan)
        let b = try parameter([filters], fan)
        next = { try $0.convolution(w.tensor, bias: b.tensor, strides: [stride], padding: padding) }
      case .dense(let outputs):
        let w = try parameter([outputs, shape[1]], shape[1])
        let b = try parameter([outputs], shape[1])
        next = { try $0.dense(w.tensor, bias: b.tensor) }
      case .maxPool(let size): next = { try $0.maxPool([size]) }
      case .averagePool(let size): next = { try $0.averagePool([size]) }
      case .tanh: next = { try $0.tanh() }
      case .relu: next = { try $0.relu() }
      case .flatten: next = { try $0.reshaped([$0.shape[0], $0.shape.elementCount / $0.shape[0]]) }
      }
      shape = try next(Tensor.placeholder(shape)).shape
      forward.append(next)
    }
    return (parameters, { x in try forward.reduce(x) { try $1($0) } })
  }

  /// Images and class numbers from a fixed seed.
  func data() throws -> (images: Tensor, labels: Tensor) {
    let random = Philox(seed: 3, stream: 99)
    let count = Shape([batch] + input).elementCount
    let images = try Tensor((0..<count).map { random.uniform(UInt64($0)) }, Shape([batch] + input))
    let labels = try Tensor((0..<batch).map { Int32($0 * 7 % 5) }, [batch])
    return (images, labels)
  }
}

extension SampleNetwork {
  /// Images per second of a training step with Adam and of inference.
  func speed(_ stopwatch: Stopwatch, usesFewChannels: Bool) throws -> (training: Double, inference: Double) {
    let backend = CPUBackend(threads: stopwatch.threads)
    if !usesFewChannels { backend.fewChannelLimits = nil }
    let runtime = Runtime(backend: backend)
    let (parameters, apply) = try build()
    let (images, labels) = try data()
    let x = Tensor.placeholder(images.shape)
    let y = Tensor.placeholder(labels.shape, .int32)
    let output = try apply(x)
    let step = try runtime.prepareStep(
      loss: try output.crossEntropy(y), placeholders: [x, y], parameters: parameters,
      rule: .adam(learningRate: 1e-3), state: OptimizerState())
    let training = try stopwatch.seconds { _ = try step.run([images, labels]) }
    let graph = try runtime.prepare([output], placeholders: [x])
    let inference = try stopwatch.seconds { _ = try graph.run([images]) }
    return (Double(batch) / training, Double(batch) / inference)
  }
}
