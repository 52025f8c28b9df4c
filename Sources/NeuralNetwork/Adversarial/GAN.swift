import Foundation
import TensorRuntime

/// A generator and a discriminator that learn against each other (Goodfellow et al. 2014).
///
/// The generator takes noise `[N, …]` and, with `classCount`, one-hot classes `[N, classes]`; the discriminator takes
/// images `[N, C, H, W]` and the same classes, and gives one score per image.
package final class GAN {
  /// What the two learn by.
  package struct Settings {
    package var loss = AdversarialLoss.nonSaturating
    /// How much is taken off the target of real images.
    package var labelSmoothing = 0.0
    /// Steps of the discriminator for each step of the generator, each on a batch of its own.
    package var discriminatorSteps = 1
    /// How many classes the images are told apart by; `nil` for a GAN without classes.
    package var classCount: Int?
    package var generatorRule = UpdateRule.adam(learningRate: 2e-4, beta1: 0.5)
    package var discriminatorRule = UpdateRule.adam(learningRate: 2e-4, beta1: 0.5)

    /// Makes the settings of a DCGAN.
    package init() {}
  }

  package let generator: Network
  package let discriminator: Network
  package let settings: Settings
  /// How far training has come.
  package internal(set) var progress = GANProgress()
  let generatorState = OptimizerState()
  let discriminatorState = OptimizerState()

  /// Puts two networks against each other. Throws `LayerError` where their shapes don't fit together.
  package init(generator: Network, discriminator: Network, settings: Settings) throws {
    (self.generator, self.discriminator, self.settings) = (generator, discriminator, settings)
    let (made, judged) = (try generator.recorded(), try discriminator.recorded())
    let inputs = settings.classCount == nil ? 1 : 2
    for (network, trace) in [("generator", made), ("discriminator", judged)] {
      guard trace.inputs.count == inputs else {
        throw LayerError(
          "a GAN \(inputs == 2 ? "with" : "without") classes wants a \(network) of \(inputs) input\(inputs == 2 ? "s" : ""), got \(trace.inputs.count)",
          fix: inputs == 2
            ? "Model(inputs: [\(network == "generator" ? "[100]" : "[1, 28, 28]"), [\(settings.classCount ?? 10)]]) { x, label in … }"
            : "say how many classes there are: classes: 10")
      }
      if let classes = settings.classCount, trace.inputShapes[1] != [classes] {
        throw LayerError(
          "the \(network)'s second input is \(trace.inputShapes[1]), wanted a number for each of \(classes) classes: [\(classes)]"
        )
      }
    }
    guard made.outputs.count == 1, judged.outputs.count == 1, made.outputShapes[0] == judged.inputShapes[0]
    else {
      throw LayerError(
        "the generator gives \(made.outputShapes[0]), the discriminator takes \(judged.inputShapes[0])",
        fix: "both need the shape of one image")
    }
    guard judged.outputShapes[0].elementCount == 1 else {
      throw LayerError(
        "the discriminator gives \(judged.outputShapes[0]), wanted one score per image",
        fix: "end it with Dense(1)")
    }
    guard
      Set(generator.parameters.map { ObjectIdentifier($0) }).isDisjoint(
        with: discriminator.parameters.map { ObjectIdentifier($0) })
    else { throw LayerError("generator and discriminator share weights", fix: "use copy() for one of them") }
  }

  /// The shape of one sample of noise.
  package var noiseShape: Shape { generator.trace?.inputShapes[0] ?? [] }

  /// Noise for so many samples: the same for the same generator of numbers.
  package func noise(_ count: Int, from random: Philox) throws -> Tensor {
    try Tensor.normal(noiseShape.withBatch(count), random: random)
  }

  /// What the generator makes of noise `[N, …]`, inferring: `[N, C, H, W]`; class numbers `[N]` where it has classes.
  package func samples(from noise: Tensor, labels: [Int]? = nil, random: RandomSource) throws -> Tensor {
    let pass = Pass(isTraining: false, random: random)
    return try generator.apply(to: try inputs(noise, labels: labels), in: pass)
  }

  private func inputs(_ noise: Tensor, labels: [Int]?) throws -> [Tensor] {
    guard let classes = settings.classCount else {
      guard labels == nil else {
        throw LayerError("this GAN knows no classes", fix: "GAN(…, classes: 10) learns them")
      }
      return [noise]
    }
    let count = noise.shape[0]
    let numbers = labels ?? (0..<count).map { $0 % classes }
    guard numbers.count == count, numbers.allSatisfy((0..<classes).contains) else {
      throw LayerError(
        "got the classes \(numbers) for \(count) samples, wanted \(count) numbers from 0 to \(classes - 1)")
    }
    return [noise, try Tensor(numbers.map { Int32($0) }, [count]).oneHot(depth: classes).cast(.float32)]
  }

  /// Noise on the arc from one sample of noise to another, both ends included: `[steps, …]`.
  ///
  /// Points on the straight line between two normal vectors are shorter than any the generator was trained on; those on
  /// the arc are not (White 2016).
  package func arc(from start: [Float], to end: [Float], steps: Int) throws -> Tensor {
    let count = noiseShape.elementCount
    guard start.count == count, end.count == count else {
      throw LayerError(
        "interpolation wants two samples of noise \(noiseShape), got \(start.count) and \(end.count) numbers")
    }
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let lengths = (dot(start, start) * dot(end, end)).squareRoot()
    let angle = lengths > 0 ? acos(min(1, max(-1, dot(start, end) / lengths))) : 0
    var values: [Float] = []
    for step in 0..<steps {
      let share = steps > 1 ? Double(step) / Double(steps - 1) : 0
      let isLine = sin(angle) < 1e-6
      let from = isLine ? 1 - share : sin((1 - share) * angle) / sin(angle)
      let to = isLine ? share : sin(share * angle) / sin(angle)
      values += zip(start, end).map { Float(from * Double($0) + to * Double($1)) }
    }
    return try Tensor(values, noiseShape.withBatch(steps))
  }
}
