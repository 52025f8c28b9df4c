import NeuralNetwork
import TensorRuntime

/// What is going on with networks in a session: bodies being recorded, losses being written.
package final class Modeling {
  /// The recorders of the bodies that run, innermost last.
  var recorders: [TraceRecorder] = []
  /// The mode of calls outside recordings, while a loss is written; `nil` elsewhere: networks infer.
  var pass: Pass?

  /// Runs `body` while `recorder` records what layers are called on.
  func recording<Result>(_ recorder: TraceRecorder, _ body: () throws -> Result) rethrows -> Result {
    recorders.append(recorder)
    let outer = pass
    pass = nil
    defer {
      recorders.removeLast()
      pass = outer
    }
    return try body()
  }

  /// Runs `body` with networks in training mode, their statistics collected in `pass`.
  func training<Result>(_ pass: Pass, _ body: () throws -> Result) rethrows -> Result {
    let outer = self.pass
    self.pass = pass
    defer { self.pass = outer }
    return try body()
  }
}

extension EvaluationContext {
  /// What is going on with networks.
  var modeling: Modeling { service(Modeling.self) { Modeling() } }

  /// Applies a layer or network to values: records the call inside a model's body, computes elsewhere.
  func apply(_ layer: any Layer, to inputs: [Tensor], training: Bool? = nil) throws -> [Tensor] {
    if let recorder = modeling.recorders.last { return [try recorder.call(layer, on: inputs)] }
    let network = layer as? Network
    let isSingle = Self.isSingle(inputs, for: network)
    let batch = isSingle ? try inputs.map { try $0.expanded(axis: 0) } : inputs
    if modeling.pass != nil, layer.parameters.isEmpty { try refuseNewWeights(of: layer, for: batch) }
    let pass = training.map { Pass(isTraining: $0, random: random) } ?? modeling.pass
    let mode = pass ?? Pass(isTraining: false, random: random)
    let outputs: [Tensor]
    if let network {
      outputs = try network.applyAll(to: batch, in: mode)
    } else {
      try layer.build(for: batch.map(\.shape.droppingBatch), random: random)
      outputs = [try layer.apply(to: batch, in: mode)]
    }
    return isSingle ? try outputs.map { try $0.squeezed(axis: 0) } : outputs
  }

  /// Whether these are single samples of a network whose input shape is known.
  private static func isSingle(_ inputs: [Tensor], for network: Network?) -> Bool {
    guard let shapes = network?.trace?.inputShapes, shapes.count == inputs.count else { return false }
    return zip(inputs, shapes).allSatisfy { $0.rank == $1.rank }
  }

  /// A layer made anew at every step would never learn: the weights of the step before would be gone.
  private func refuseNewWeights(of layer: any Layer, for batch: [Tensor]) throws {
    guard (layer as? Network)?.trace == nil else { return }
    try layer.build(for: batch.map(\.shape.droppingBatch), random: random)
    guard !layer.parameters.isEmpty else { return }
    throw EvaluationError(
      "ModelError",
      "\(layer.notation) makes new weights inside minimize, which would be forgotten after the step",
      fix: "make the layer before the loop, or put it into a Sequential or Model")
  }
}
