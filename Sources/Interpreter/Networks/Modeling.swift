import NeuralNetwork
import TensorRuntime

/// What is going on with networks in a session: bodies being recorded, losses being written.
package final class Modeling {
  /// The recorders of the bodies that run, innermost last.
  var recorders: [TraceRecorder] = []
  /// What happened to shapes in each of these bodies.
  var histories: [ShapeHistory] = []
  /// The mode of calls outside recordings, while a loss is written; `nil` elsewhere: networks infer.
  var pass: Pass?
  /// What layers did to tensors outside of networks lately.
  var recentCalls = RecentCalls()

  /// Runs `body` while `recorder` records what layers are called on; an error says what led to it.
  func recording<Result>(_ recorder: TraceRecorder, of form: String, _ body: () throws -> Result) throws
    -> Result
  {
    recorders.append(recorder)
    histories.append(
      ShapeHistory(form: form, inputs: recorder.inputs.map(\.shape.droppingBatch)))
    let outer = pass
    pass = nil
    defer {
      recorders.removeLast()
      histories.removeLast()
      pass = outer
    }
    do { return try body() } catch {
      throw histories[histories.count - 1].explain(error, layer: nil, at: nil)
    }
  }

  /// Records the call of a layer.
  func record(_ layer: any Layer, on inputs: [Tensor], with recorder: TraceRecorder, at place: SourcePlace?)
    throws -> Tensor
  {
    do {
      let output = try recorder.call(layer, on: inputs)
      histories[histories.count - 1].add(layer, from: inputs, to: output, at: place)
      return output
    } catch {
      throw histories[histories.count - 1].explain(error, layer: recorder.name(for: layer), at: place)
    }
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
    if let recorder = modeling.recorders.last {
      let output = try modeling.record(layer, on: inputs, with: recorder, at: place)
      if let layer = layer as? ConvolutionLayer, let input = inputs.first {
        warnOfRemainder(layer, on: input.shape.droppingBatch)
      }
      return [output]
    }
    let network = layer as? Network
    let isSingle = Self.isSingle(inputs, for: network)
    let batch = isSingle ? try inputs.map { try $0.expanded(axis: 0) } : inputs
    if modeling.pass != nil, network?.trace == nil, layer.parameters.isEmpty {
      try refuseNewWeights(of: layer, for: batch)
    }
    let mode = pass(training: training)
    var outputs: [Tensor]
    do {
      if let network {
        outputs = try network.applyAll(to: batch, in: mode)
      } else {
        try layer.build(for: batch.map(\.shape.droppingBatch), random: random)
        outputs = [try layer.apply(to: batch, in: mode)]
      }
    } catch let error as LayerError {
      throw explained(error, inputs, isNetwork: network != nil)
    }
    if isSingle { outputs = try outputs.map { try $0.squeezed(axis: 0) } }
    modeling.recentCalls.add(layer, from: inputs, to: outputs)
    return outputs
  }

  /// Says what led to the shape at fault. Outside of a network it is easily forgotten that the first axis counts the
  /// samples.
  private func explained(_ error: LayerError, _ inputs: [Tensor], isNetwork: Bool) -> EvaluationError {
    let result = EvaluationError("ShapeError", error.message, fix: error.fix)
    guard let input = inputs.first else { return result }
    if let chain = modeling.recentCalls.chain(to: input) { result.note("shapes so far: \(chain)") }
    if !isNetwork, let count = input.shape.dimensions.first {
      let shape = input.shape
      result.note(
        "\(shape) is a batch: \(count) sample\(count == 1 ? "" : "s") of \(shape.droppingBatch); "
          + "x.expanded(axis: 0) makes a batch of one sample")
    }
    return result
  }

  /// Says when a stride leaves rows or columns of the input unused.
  private func warnOfRemainder(_ layer: ConvolutionLayer, on input: Shape) {
    let remainders = layer.remainders(for: input)
    guard let first = remainders.first else { return }
    let unused = remainders.map { "\($0.unused) \($0.what)\($0.unused == 1 ? "" : "s")" }
    let padding = first.padding.map { ", or padding: \($0)" } ?? ""
    warn(
      "\(layer.notation) on \(input) leaves \(unused.joined(separator: " and ")) unused: \(first.sum)",
      fix: "an input of \(first.length)\(padding) uses them all")
  }

  /// The pass a call belongs to: the one under way, unless another mode is asked for.
  private func pass(training: Bool?) -> Pass {
    let isTraining = training ?? (modeling.pass?.isTraining ?? false)
    if let pass = modeling.pass, pass.isTraining == isTraining { return pass }
    return Pass(isTraining: isTraining, random: random)
  }

  /// Whether these are single samples of a network whose input shape is known.
  private static func isSingle(_ inputs: [Tensor], for network: Network?) -> Bool {
    guard let recorded = network?.trace?.inputs, recorded.count == inputs.count else { return false }
    return zip(inputs, recorded).allSatisfy { $0.rank == $1.rank - 1 }
  }

  /// A layer made anew at every step would never learn: the weights of the step before would be gone.
  private func refuseNewWeights(of layer: any Layer, for batch: [Tensor]) throws {
    try layer.build(for: batch.map(\.shape.droppingBatch), random: random)
    guard !layer.parameters.isEmpty else { return }
    throw EvaluationError(
      "ModelError",
      "\(layer.notation) makes new weights inside minimize, which would be forgotten after the step",
      fix: "make the layer before the loop, or put it into a Sequential or Model")
  }
}
