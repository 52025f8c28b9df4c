import JSON
import TensorRuntime

/// A part of a network: owns parameters and maps tensors to a tensor.
///
/// Shapes in a layer's interface are those of one sample (`[C, H, W]`); the tensors it is applied to have the batch
/// axis in front (`[N, C, H, W]`).
package protocol Layer: AnyObject {
  /// What automatic names count: `conv`, `pool`, `dense`, ….
  var kind: String { get }
  /// The layer as a user would write it: `Conv(6, 5, padding: 2)`.
  var notation: String { get }
  /// The name given with `name:`, if any.
  var name: String? { get }
  /// What training changes, in the order in which files list it; empty until built.
  var parameters: [Parameter] { get }
  /// What changes together with a training step but not by gradient: batch-norm statistics.
  var statistics: [Parameter] { get }
  /// Makes the parameters for inputs of these shapes; does nothing when they exist. Throws `LayerError`.
  func build(for inputs: [Shape], random: RandomSource) throws
  /// The output for these inputs. Throws `TensorError` or `LayerError`.
  func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor
  /// How many multiply-adds one sample costs.
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int
  /// The window that slides over the input, for the receptive field; `nil` when each output sees one position.
  var window: SlidingWindow? { get }
  /// A layer with the same settings and copies of the same weights.
  func copied() throws -> any Layer
  /// The settings as JSON, from which ``LayerRegistry`` makes the layer again.
  var configuration: JSONObject { get }
}

/// What a sliding layer sees of its input.
package struct SlidingWindow: Hashable, Sendable {
  /// Positions covered along one axis, dilation included.
  package var extent: Int
  /// Positions between neighbouring outputs.
  package var stride: Int
}

/// One application of a network: the mode, the randomness and what changes as a side effect.
package final class Pass {
  /// Whether layers train (dropout on, batch statistics used) or infer.
  package let isTraining: Bool
  /// Where dropout draws its masks.
  package let random: RandomSource
  /// New values of batch-norm statistics, to be applied together with the step, each statistic once.
  private var statisticsUpdates: [(parameter: Parameter, value: Tensor)] = []
  /// Told of every layer that is applied, blocks after what is in them: what went in and what came out.
  package var observer: ((_ layer: any Layer, _ inputs: [Tensor], _ output: Tensor) -> Void)?

  /// Makes a pass.
  package init(isTraining: Bool, random: RandomSource) {
    self.isTraining = isTraining
    self.random = random
  }

  /// Gives statistics values to begin with, in place of their own.
  func begin(with values: [(parameter: Parameter, value: Tensor)]) { statisticsUpdates = values }

  /// The values of the statistics that were begun with or moved.
  var currentStatistics: [(parameter: Parameter, value: Tensor)] { statisticsUpdates }

  /// A statistic's value as this pass has it.
  func current(_ statistic: Parameter) -> Tensor {
    statisticsUpdates.first { $0.parameter === statistic }?.value ?? statistic.tensor
  }

  /// Moves a statistic from the value that earlier calls in this pass gave it: a layer that two batches go through in
  /// one step (real and generated images) counts both.
  package func update(_ statistic: Parameter, _ next: (_ current: Tensor) throws -> Tensor) rethrows {
    guard let index = statisticsUpdates.firstIndex(where: { $0.parameter === statistic }) else {
      return statisticsUpdates.append((statistic, try next(statistic.tensor)))
    }
    statisticsUpdates[index].value = try next(statisticsUpdates[index].value)
  }

  /// Hands over the new values of the statistics of `owners`, which change together with their step, and lets go of all
  /// others: they are never computed, and kept they would hold the weights' old values, so that each step copied them.
  package func takeStatistics(of owners: [Network]) -> [(Parameter, Tensor)] {
    guard !statisticsUpdates.isEmpty else { return [] }
    defer { statisticsUpdates = [] }
    let own = Set(owners.flatMap { $0.trainable.statistics }.map { ObjectIdentifier($0) })
    return statisticsUpdates.filter { own.contains(ObjectIdentifier($0.parameter)) }
      .map { ($0.parameter, $0.value) }
  }
}

/// An error in how a layer is used, in the words of the layer.
package struct LayerError: ExplainedError {
  package var message: String
  package var fix: String?

  /// Makes an error.
  package init(_ message: String, fix: String? = nil) {
    self.message = message
    self.fix = fix
  }
}

extension Layer {
  /// Every trainable number.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

  /// Throws unless there is exactly one input, and returns it.
  func single<Input>(_ inputs: [Input]) throws -> Input {
    guard inputs.count == 1, let input = inputs.first else {
      throw LayerError(
        "\(notation) takes one input, got \(inputs.count)", fix: "concat or add them before it")
    }
    return input
  }

  /// How many samples a layer's input has; throws `LayerError` for a single number, which has no axes.
  func samples(of x: Tensor) throws -> Int {
    guard let count = x.shape.dimensions.first else {
      throw LayerError("\(notation) needs a first axis that counts samples, got a single number")
    }
    return count
  }
}

extension Parameter {
  /// A parameter with the same value, to be changed on its own.
  func copied() throws -> Parameter { Parameter(name, tensor, isTrainable: isTrainable) }
}
