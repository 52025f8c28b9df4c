import JSON
import TensorRuntime

/// A network: layers and tensor operations recorded from a body, with the parameters of all of them.
///
/// A reference with identity: using it in two places shares the weights. It is itself a ``Layer``, so networks nest.
package final class Network: Layer {
  /// What runs the body again for a recorder: gets the symbolic inputs, returns the outputs.
  package typealias Body = (_ recorder: TraceRecorder, _ inputs: [Tensor]) throws -> [Tensor]

  /// `Sequential` or `Model`: how it was written.
  package let form: String
  package let name: String?
  private var body: Body?
  package private(set) var trace: Trace? { didSet { knownTrainable = nil } }
  /// Whether it always infers and never changes.
  package private(set) var isFrozen = false
  /// What applying it makes, by the types of its inputs.
  private var templates = NetworkTemplates()
  private var knownTrainable: (parameters: [Parameter], statistics: [Parameter])?
  /// What training has done so far, for going on.
  package var training = TrainingState()

  /// Makes a network that is recorded at once when `inputShapes` is known, else at the first call.
  package init(
    form: String, name: String? = nil, inputShapes: [Shape]?, random: RandomSource, body: @escaping Body
  ) throws {
    self.form = form
    self.name = name
    self.body = body
    if let inputShapes { try record(inputShapes, random: random) }
  }

  /// Makes a network from a finished recording.
  package init(form: String, name: String?, trace: Trace, isFrozen: Bool) {
    self.form = form
    self.name = name
    self.trace = trace
    self.isFrozen = isFrozen
  }

  private func record(_ shapes: [Shape], random: RandomSource) throws {
    guard let body else { return }
    let recorder = try TraceRecorder(inputShapes: shapes, random: random)
    trace = recorder.finish(outputs: try body(recorder, recorder.inputs))
    self.body = nil
  }

  /// The recording. Throws when the network has no input shape yet.
  package func recorded() throws -> Trace {
    guard let trace else {
      throw LayerError(
        "\(form) has no shape yet: it is built at its first call",
        fix: "give input: [channels, height, width], or call it once")
    }
    return trace
  }

  /// What each output is called: the name the body gives it, or `output1`, `output2`, ….
  package var outputNames: [String] {
    let labels = trace?.outputLabels ?? []
    return (0..<(trace?.outputs.count ?? 1)).map { index in
      (labels.indices.contains(index) ? labels[index] : nil) ?? "output\(index + 1)"
    }
  }

  // MARK: Layer

  package var kind: String { "block" }
  package var notation: String { "\(form)(…)" }
  package var window: SlidingWindow? { nil }

  /// Each layer once, in the order of first use, with its path (`block2.conv1`), nested networks opened up.
  package var layers: [(path: String, layer: any Layer)] {
    var found: [(path: String, layer: any Layer)] = []
    var seen: Set<ObjectIdentifier> = []
    var pending: [(path: String, layer: any Layer)] = [("", self)]
    while let (path, layer) = pending.popLast() {
      guard seen.insert(ObjectIdentifier(layer)).inserted else { continue }
      guard let network = layer as? Network else {
        found.append((path, layer))
        continue
      }
      let prefix = path.isEmpty ? "" : path + "."
      pending += (network.trace?.calls ?? []).reversed().map { (prefix + $0.name, $0.layer) }
    }
    return found
  }

  /// All parameters with their paths (`conv1.weight`), each once, frozen parts included.
  package var namedParameters: [(path: String, parameter: Parameter)] {
    layers.flatMap { path, layer in layer.parameters.map { ("\(path).\($0.name)", $0) } }
  }

  /// All batch-norm statistics with their paths (`bn1.running_mean`), each once.
  package var namedStatistics: [(path: String, parameter: Parameter)] {
    layers.flatMap { path, layer in layer.statistics.map { ("\(path).\($0.name)", $0) } }
  }

  package var parameters: [Parameter] { namedParameters.map(\.parameter) }
  package var statistics: [Parameter] { namedStatistics.map(\.parameter) }

  /// What training may change: parameters and statistics outside frozen parts.
  package var trainable: (parameters: [Parameter], statistics: [Parameter]) {
    if let knownTrainable { return knownTrainable }
    let found = findTrainable()
    // Layers of a recorded network have all their parameters.
    if trace != nil { knownTrainable = found }
    return found
  }

  private func findTrainable() -> (parameters: [Parameter], statistics: [Parameter]) {
    var parameters: [Parameter] = []
    var statistics: [Parameter] = []
    var seen: Set<ObjectIdentifier> = []
    var pending: [any Layer] = [self]
    while let layer = pending.popLast() {
      if let network = layer as? Network {
        if !network.isFrozen { pending += (network.trace?.calls ?? []).reversed().map(\.layer) }
      } else if seen.insert(ObjectIdentifier(layer)).inserted {
        parameters += layer.parameters
        statistics += layer.statistics
      }
    }
    return (parameters, statistics)
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    guard let trace else { return try record(inputs, random: random) }
    guard inputs == trace.inputShapes else { throw inputError(got: inputs, wanted: trace.inputShapes) }
  }

  private func inputError(got: [Shape], wanted: [Shape]) -> LayerError {
    func list(_ shapes: [Shape]) -> String { shapes.map(\.description).joined(separator: ", ") }
    return LayerError(
      "\(form) takes samples of \(list(wanted)), got \(list(got))",
      fix: Self.inputFix(got: got, wanted: wanted))
  }

  private static func inputFix(got: [Shape], wanted: [Shape]) -> String? {
    guard got.count == wanted.count else {
      return "call it with \(wanted.count) input\(wanted.count == 1 ? "" : "s")"
    }
    guard got.count == 1, let shape = got.first, let input = wanted.first else {
      return "give the inputs in the order of its body's parameters"
    }
    guard shape.rank == 3, input.rank == 3 else {
      if shape.elementCount == input.elementCount {
        return "bring it into shape: x.reshaped(-1, \(list(input)))"
      }
      return "give it \(input), or define the network with input: \(shape)"
    }
    if Shape([shape[2], shape[0], shape[1]]) == input {
      return "\(shape) looks like [height, width, channel]: use x.permuted(2, 0, 1)"
    }
    if shape[1] == input[1], shape[2] == input[2], shape[0] == 1, input[0] == 3 {
      return "the pictures are grey: define the network with input: \(shape), or use concat(x, x, x)"
    }
    if shape[1] == input[1], shape[2] == input[2], shape[0] == 3, input[0] == 1 {
      return "the pictures have colours: use x.gray, or define the network with input: \(shape)"
    }
    return "give it \(input), or define the network with input: \(shape)"
  }

  private static func list(_ shape: Shape) -> String {
    shape.dimensions.map { String($0) }.joined(separator: ", ")
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let outputs = try applyAll(to: inputs, in: pass)
    guard outputs.count == 1 else {
      throw LayerError("\(form) gives \(outputs.count) outputs where one is wanted")
    }
    return outputs[0]
  }

  /// All outputs for inputs with a batch axis; builds the network when it has no shape yet.
  package func applyAll(to inputs: [Tensor], in pass: Pass) throws -> [Tensor] {
    let pass = mode(of: pass)
    if pass.observer == nil, let template = templates.find(inputs, isTraining: pass.isTraining) {
      return try template.apply(to: inputs, in: pass)
    }
    try build(for: inputs.map(\.shape.droppingBatch), random: pass.random)
    let trace = try recorded()
    // An observer is told of each layer; shapes that are not real ones are seen once.
    guard pass.observer == nil, !pass.random.isForShapesOnly, !inputs.contains(where: \.shape.isSymbolic),
      let template = try NetworkTemplate(
        trace, of: self, on: inputs.map(\.type), isTraining: pass.isTraining)
    else { return try trace.replay(on: inputs, in: pass) }
    templates.insert(template)
    return try template.apply(to: inputs, in: pass)
  }

  private func mode(of pass: Pass) -> Pass {
    isFrozen && pass.isTraining ? Pass(isTraining: false, random: pass.random) : pass
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    (trace?.calls ?? []).reduce(0) { sum, call in
      sum
        + call.layer.multiplyAdds(
          inputs: call.inputs.map(\.shape.droppingBatch), output: call.output.shape.droppingBatch)
    }
  }

  package func copied() throws -> any Layer { try copy() }

  package var configuration: JSONObject { JSONObject() }
}
