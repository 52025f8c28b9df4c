/// A graph compiled once and run with new numbers for its placeholders: what `fit` and `evaluate` use per batch.
package final class PreparedGraph {
  private enum Source {
    case placeholder(Int)
    case parameter(Parameter)
    case fixed(Tensor)
  }
  private let runtime: Runtime
  private let plan: any Plan
  private let sources: [Source]
  private let scalars: [Double]
  private let resultTypes: [TensorType]
  private let placeholderTypes: [TensorType]
  /// How many random draws one run takes.
  package let drawCount: Int

  init(
    _ runtime: Runtime, results: [Tensor], gradients: [(value: Tensor, parameter: Tensor)],
    placeholders: [Tensor], precision: Precision = .float32
  ) throws {
    self.runtime = runtime
    let (flat, plan) = try runtime.plan(results: results, gradients: gradients, precision: precision)
    self.plan = plan
    sources = try flat.arguments.map { tensor in
      if let place = placeholders.firstIndex(where: { $0.isSame(as: tensor) }) { return .placeholder(place) }
      guard tensor.isEvaluated else {
        throw TensorError("prepare", "a placeholder of the graph, \(tensor.type), is not among those given")
      }
      if let parameter = tensor.node.parameter, parameter.tensor.isSame(as: tensor) {
        return .parameter(parameter)
      }
      return .fixed(tensor)
    }
    scalars = flat.scalars
    drawCount = flat.randoms.count
    resultTypes = results.map(\.type)
    placeholderTypes = placeholders.map(\.type)
  }

  /// Computes the results for these placeholder values; `draw` is asked once for every random operation.
  package func run(_ values: [Tensor], draw: () -> Philox = { Philox(seed: 0, stream: 0) }) throws -> [Tensor]
  {
    try zip(run(buffersFor: values, draw: draw), resultTypes).map { Tensor($0, $1) }
  }

  /// Runs once and times every operation.
  package func profile(_ values: [Tensor], draw: () -> Philox = { Philox(seed: 0, stream: 0) }) throws
    -> [PlanTiming]
  {
    let (arguments, results) = try prepare(values, draw: draw)
    return try plan.profile(arguments, results: results)
  }

  private func run(buffersFor values: [Tensor], draw: () -> Philox) throws -> [Buffer] {
    let (arguments, results) = try prepare(values, draw: draw)
    try plan.run(arguments, results: results, cancellation: runtime.cancellation)
    return results
  }

  private func prepare(_ values: [Tensor], draw: () -> Philox) throws -> (PlanArguments, [Buffer]) {
    guard values.map(\.type) == placeholderTypes else {
      throw TensorError("prepared graph", "got \(values.map(\.type)), wanted \(placeholderTypes)")
    }
    try runtime.evaluate(values)
    var buffers: [Buffer] = []
    buffers.reserveCapacity(sources.count)
    for (source, layout) in zip(sources, plan.argumentLayouts) {
      switch source {
      case .placeholder(let place): buffers.append(try runtime.buffer(of: values[place], in: layout))
      case .parameter(let parameter): buffers.append(try runtime.buffer(of: parameter.tensor, in: layout))
      case .fixed(let tensor): buffers.append(try runtime.buffer(of: tensor, in: layout))
      }
    }
    let results = try resultTypes.map { try Buffer(byteCount: $0.byteCount, purpose: "a result \($0)") }
    let randoms = (0..<drawCount).map { _ in draw() }
    return (PlanArguments(buffers: buffers, scalars: scalars, randoms: randoms), results)
  }

  /// The gradients of the last run.
  var gradientBuffers: [Buffer] { plan.gradientBuffers }

  /// The plan as text: operations, layouts, bytes.
  package func describe() -> String { plan.describe() }
}

/// An optimizer step compiled once and run for every batch.
package final class PreparedStep {
  private let runtime: Runtime
  private let graph: PreparedGraph
  private let updated: [Parameter]
  private let alongside: [Parameter]
  /// The rule; its numbers may change from step to step.
  package var rule: UpdateRule
  /// What the optimizer remembers.
  package let state: OptimizerState

  init(
    _ runtime: Runtime, loss: Tensor, placeholders: [Tensor], parameters: [Parameter], rule: UpdateRule,
    state: OptimizerState, alongside: [(Parameter, Tensor)], observing: [Tensor], precision: Precision
  ) throws {
    self.runtime = runtime
    self.rule = rule
    self.state = state
    self.alongside = alongside.map(\.0)
    try runtime.evaluate(parameters.map(\.tensor) + alongside.map(\.0.tensor))
    let (updated, gradients) = try runtime.trainable(loss, parameters)
    self.updated = updated
    graph = try PreparedGraph(
      runtime, results: [loss] + alongside.map(\.1) + observing,
      gradients: zip(gradients, updated).map { ($0, $1.tensor) }, placeholders: placeholders,
      precision: precision)
  }

  /// One step for these placeholder values; as ``Runtime/step(loss:parameters:rule:state:alongside:observing:)``.
  ///
  /// With a `sum` the gradients, times `share`, are added to it, and the parameters change only where `steps` says so:
  /// by the sum, which is empty then.
  package func run(
    _ values: [Tensor], into sum: GradientSum? = nil, share: Float = 1, steps: Bool = true,
    draw: () -> Philox = { Philox(seed: 0, stream: 0) }
  ) throws -> StepReport {
    let results = try graph.run(values, draw: draw)
    guard let first = results.first else { throw TensorError("step", "there is no loss") }
    try runtime.cancellation?.check()
    let loss = try runtime.floats(of: first)[0]
    guard loss.isFinite else { throw NonFiniteError(parameter: nil, loss: loss) }
    var gradients = graph.gradientBuffers
    var squares: [Double] = []
    if let sum {
      squares = try runtime.backend.sumsOfSquares(gradients)
      try runtime.checkFinite(squares, updated, loss)
      try sum.add(gradients, of: updated, share: share, runtime: runtime)
      if steps { gradients = try sum.take(updated, like: gradients, runtime: runtime) }
    }
    if steps { squares = try runtime.apply(loss, updated, gradients, rule, state) }
    for (parameter, value) in zip(alongside, results.dropFirst()) { try parameter.set(value) }
    return StepReport(
      loss: loss, gradientNorm: Float(squares.reduce(0, +).squareRoot()),
      observed: Array(results.dropFirst(1 + alongside.count)))
  }

  /// Computes loss and gradients once, changes nothing, and times every operation.
  package func profile(_ values: [Tensor], draw: () -> Philox = { Philox(seed: 0, stream: 0) }) throws
    -> [PlanTiming]
  {
    try graph.profile(values, draw: draw)
  }

  /// The plan as text: operations, layouts, bytes.
  package func describe() -> String { graph.describe() }
}

extension Runtime {
  /// Compiles what computes `results` from `placeholders` and the parameters' values at each run.
  package func prepare(_ results: [Tensor], placeholders: [Tensor], precision: Precision = .float32) throws
    -> PreparedGraph
  {
    try PreparedGraph(
      self, results: results, gradients: [], placeholders: placeholders, precision: precision)
  }

  /// Compiles an optimizer step that is given new numbers for `placeholders` at each run.
  package func prepareStep(
    loss: Tensor, placeholders: [Tensor], parameters: [Parameter], rule: UpdateRule, state: OptimizerState,
    alongside: [(Parameter, Tensor)] = [], observing: [Tensor] = [], precision: Precision = .float32
  ) throws -> PreparedStep {
    try PreparedStep(
      self, loss: loss, placeholders: placeholders, parameters: parameters, rule: rule, state: state,
      alongside: alongside, observing: observing, precision: precision)
  }
}
