import CPUBackend
import NeuralNetwork
import TensorRuntime

/// W4: a DCGAN at 28×28, batch 64, as the language writes it: a step of the discriminator on real and drawn images,
/// then one of the generator through it.
struct AdversarialWorkload {
  static let batch = 64
  let steps: [PreparedStep]
  private let real: Tensor
  private let noise: Tensor

  init(_ runtime: Runtime, batch: Int = Self.batch) throws {
    let generator = try Builder.network([[100]]) { net, inputs in
      var x = try net.dense(inputs[0], 128 * 7 * 7)
      x = try net.call(BatchNormLayer(), net.call(ReshapeLayer([128, 7, 7]), x)).relu()
      x = try net.call(BatchNormLayer(), net.up(x, 64, 4, padding: 1)).relu()
      return try net.up(x, 1, 4, padding: 1, activation: .tanh)
    }
    let discriminator = try Builder.network([[1, 28, 28]]) { net, inputs in
      var x = try net.conv(inputs[0], 64, 4, stride: 2, padding: 1, activation: .leakyRelu(0.2))
      x = try net.call(BatchNormLayer(), net.conv(x, 128, 4, stride: 2, padding: 1)).leakyRelu(0.2)
      return try net.dense(net.flatten(x), 1)
    }
    let random = Philox(seed: 3, stream: 99)
    func numbers(_ shape: Shape) throws -> Tensor {
      try Tensor((0..<shape.elementCount).map { random.uniform(UInt64($0)) * 2 - 1 }, shape)
    }
    real = try numbers([batch, 1, 28, 28])
    noise = try numbers([batch, 100])
    let (x, z) = (Tensor.placeholder(real.shape), Tensor.placeholder(noise.shape))
    func step(_ network: Network, _ placeholders: [Tensor], _ loss: (Pass) throws -> Tensor) throws
      -> PreparedStep
    {
      let pass = Pass(isTraining: true, random: RandomSource())
      return try runtime.prepareStep(
        loss: try loss(pass), placeholders: placeholders, parameters: network.parameters,
        rule: .adam(learningRate: 2e-4, beta1: 0.5), state: OptimizerState(),
        alongside: pass.takeStatistics(of: [network]))
    }
    steps = [
      try step(discriminator, [x, z]) { pass in
        let fake = try generator.apply(to: [z], in: pass).detached()
        let (right, wrong) = (
          try discriminator.apply(to: [x], in: pass), try discriminator.apply(to: [fake], in: pass)
        )
        return try right.binaryCrossEntropy(Tensor.ones(right.shape))
          + wrong.binaryCrossEntropy(Tensor.zeros(wrong.shape))
      },
      try step(generator, [z]) { pass in
        let judged = try discriminator.apply(to: [generator.apply(to: [z], in: pass)], in: pass)
        return try judged.binaryCrossEntropy(Tensor.ones(judged.shape))
      },
    ]
  }

  func run() throws {
    _ = try steps[0].run([real, noise])
    _ = try steps[1].run([noise])
  }

  func profile() throws -> [PlanTiming] {
    try steps[0].profile([real, noise]) + steps[1].profile([noise])
  }
}
