import TensorRuntime

/// One use of a layer inside a network.
package struct LayerCall {
  /// The layer's name within its network: `conv1`.
  package let name: String
  package let layer: any Layer
  /// What goes in: placeholders, or tensors computed from them.
  package let inputs: [Tensor]
  /// The placeholder that stands for what comes out.
  package let output: Tensor
}

/// What a model's body did, recorded once: layer calls in order, and tensor operations between them.
///
/// Bodies are recorded for a symbolic batch (`Shape.symbolicBatch` samples, written `n`), and replayed for the batch at
/// hand. A layer's output is recorded as a placeholder, so that replaying may apply the layer in another mode.
package struct Trace {
  /// The symbolic inputs, `[n, …]` each.
  package let inputs: [Tensor]
  package let calls: [LayerCall]
  package let outputs: [Tensor]
  /// What the body calls its outputs, `nil` for those without a name; empty where it has one output.
  package let outputLabels: [String?]
  /// Which calls the outputs depend on, by index.
  private let outputCalls: [Int]

  /// Makes a recording of its parts.
  package init(inputs: [Tensor], calls: [LayerCall], outputs: [Tensor], outputLabels: [String?]) {
    self.inputs = inputs
    self.calls = calls
    self.outputs = outputs
    self.outputLabels = outputLabels
    outputCalls = Self.neededCalls(of: calls, for: outputs)
  }

  /// The shape of one sample of each input.
  package var inputShapes: [Shape] { inputs.map { $0.shape.droppingBatch } }
  /// The shape of one sample of each output.
  package var outputShapes: [Shape] { outputs.map { $0.shape.droppingBatch } }

  /// Applies the recording to other inputs, and returns its outputs' counterparts.
  package func replay(on values: [Tensor], in pass: Pass) throws -> [Tensor] {
    try replay(on: values, for: outputs, calling: outputCalls, in: pass)
  }

  /// Applies the recorded steps that `targets` depend on to other inputs, and returns the targets' counterparts.
  package func replay(on values: [Tensor], for targets: [Tensor], in pass: Pass) throws -> [Tensor] {
    try replay(on: values, for: targets, calling: Self.neededCalls(of: calls, for: targets), in: pass)
  }

  private func replay(
    on values: [Tensor], for targets: [Tensor], calling needed: [Int], in pass: Pass
  ) throws -> [Tensor] {
    var substitution = Substitution(batch: values.first?.shape.dimensions.first ?? 1)
    for (placeholder, value) in zip(inputs, values) { substitution[placeholder] = value }
    for call in needed.map({ calls[$0] }) {
      let arguments = try call.inputs.map { try substitution.apply(to: $0) }
      let output = try call.layer.apply(to: arguments, in: pass)
      pass.observer?(call.layer, arguments, output)
      substitution[call.output] = output
    }
    return try targets.map { try substitution.apply(to: $0) }
  }

  /// Which calls the targets depend on, by index, in order.
  private static func neededCalls(of calls: [LayerCall], for targets: [Tensor]) -> [Int] {
    var producers: [Tensor.Handle: Int] = [:]
    for (index, call) in calls.enumerated() { producers[call.output.handle] = index }
    var needed: Set<Int> = []
    var pending = targets
    var seen: Set<Tensor.Handle> = []
    while let tensor = pending.popLast() {
      guard seen.insert(tensor.handle).inserted else { continue }
      if let index = producers[tensor.handle] {
        needed.insert(index)
        pending += calls[index].inputs
      } else {
        pending += tensor.operands
      }
    }
    return needed.sorted()
  }
}

/// Records a network while its body runs.
package final class TraceRecorder {
  private let random: RandomSource
  private var calls: [LayerCall] = []
  private var counts: [String: Int] = [:]
  private var names: [ObjectIdentifier: String] = [:]
  private var variables: [ObjectIdentifier: Tensor] = [:]
  /// The symbolic inputs, `[n, …]` each.
  package let inputs: [Tensor]
  /// What the body calls its outputs.
  package var outputLabels: [String?] = []

  /// Begins a recording for samples of these shapes. Throws when a shape is impossible.
  package init(inputShapes: [Shape], random: RandomSource) throws {
    self.random = random
    inputs = inputShapes.map { Tensor.placeholder($0.withBatch(Shape.symbolicBatch)) }
  }

  /// Applies a layer to symbolic inputs: builds its weights, and returns the symbol of its output.
  package func call(_ layer: any Layer, on arguments: [Tensor], named given: String? = nil) throws -> Tensor {
    try layer.build(for: arguments.map(\.shape.droppingBatch), random: random)
    let result = try layer.apply(to: arguments, in: Pass(isTraining: false, random: RandomSource()))
    let symbol = Tensor.placeholder(result.shape, result.elementType)
    calls.append(LayerCall(name: given ?? name(for: layer), layer: layer, inputs: arguments, output: symbol))
    return symbol
  }

  /// The symbol of a variable that the body itself uses; the variable is one of the network's parameters from then on.
  package func use(_ variable: VariableLayer) throws -> Tensor {
    if let symbol = variables[ObjectIdentifier(variable)] { return symbol }
    let symbol = try call(variable, on: [])
    variables[ObjectIdentifier(variable)] = symbol
    return symbol
  }

  /// A layer's name: the one given, or its kind and number in this network; the same for the same layer.
  package func name(for layer: any Layer) -> String {
    if let known = names[ObjectIdentifier(layer)] { return known }
    let number = counts[layer.kind, default: 0] + 1
    counts[layer.kind] = number
    let name = layer.name ?? "\(layer.kind)\(number)"
    names[ObjectIdentifier(layer)] = name
    return name
  }

  /// Ends the recording.
  package func finish(outputs: [Tensor]) -> Trace {
    Trace(inputs: inputs, calls: calls, outputs: outputs, outputLabels: outputLabels)
  }
}
