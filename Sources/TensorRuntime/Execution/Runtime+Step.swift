/// What an optimizer step found.
package struct StepReport {
  /// The loss before the step.
  package let loss: Float
  /// The length of the gradient of all parameters together, before clipping.
  package let gradientNorm: Float
  /// The values of the tensors that were observed, row-major, in their order.
  package let observed: [Tensor]
}

extension Runtime {
  /// One optimizer step in one compiled plan: the loss, its gradient for `parameters`, what changes alongside
  /// (batch-norm statistics) and what is observed (metrics), then the update.
  ///
  /// Nothing at all changes where the loss or a gradient is not finite (``NonFiniteError``), or where the work is
  /// interrupted. Parameters the loss does not depend on, or that are not trainable, stay as they are. What was written
  /// before `moment`, and no gradient of the step flows through, is computed once and kept.
  package func step(
    loss: Tensor, parameters: [Parameter], rule: UpdateRule, state: OptimizerState,
    alongside: [(Parameter, Tensor)] = [], observing: [Tensor] = [], settlingBefore moment: GraphMoment? = nil
  ) throws -> StepReport {
    try computeFirstValues(of: parameters)
    try computeFirstValues(of: alongside.map(\.0))
    let results = [loss] + alongside.map(\.1) + observing
    let (updated, buffers, gradientBuffers) = try compute(
      results, loss: loss, parameters: parameters, settlingBefore: moment)
    let lossValue = buffers[0].elements(of: Float.self)[0]
    guard lossValue.isFinite else { throw NonFiniteError(parameter: nil, loss: lossValue) }
    releaseKeptGraphs()
    for (tensor, buffer) in zip(results, buffers) where !tensor.isEvaluated {
      tensor.node.values[tensor.output] = buffer
      tensor.node.forgetInputs()
    }
    let squares = try apply(lossValue, updated, gradientBuffers, rule, state)
    for (index, (parameter, _)) in alongside.enumerated() { parameter.replace(buffers[1 + index]) }
    loss.node.forgetInputs()
    for tensor in observing { tensor.node.forgetInputs() }
    return StepReport(
      loss: lossValue, gradientNorm: Float(squares.reduce(0, +).squareRoot()), observed: observing)
  }

  /// Runs loss and gradient; on return nothing but the caller's own tensors holds the graph.
  private func compute(
    _ results: [Tensor], loss: Tensor, parameters: [Parameter], settlingBefore moment: GraphMoment?
  ) throws -> ([Parameter], [Buffer], [Buffer]) {
    let candidates = candidates(among: parameters)
    let (updated, plan, arguments) = try step(results, loss: loss, candidates, settlingBefore: moment)
    let buffers = try makeResults(results)
    try plan.run(arguments, results: buffers, cancellation: cancellation)
    try cancellation?.check()
    return (updated, buffers, plan.gradientBuffers)
  }

  /// What a step changes, its plan, and what the plan is given. The step is recognised by the loss alone; where that is
  /// new, its gradients are taken and compiled.
  private func step(
    _ results: [Tensor], loss: Tensor, _ candidates: [Parameter], settlingBefore moment: GraphMoment?
  ) throws -> ([Parameter], any Plan, PlanArguments) {
    guard recognizesSteps else {
      let (updated, found) = try trainable(loss, candidates)
      let (flat, plan) = try plan(results: results, gradients: zip(found, updated).map { ($0, $1.tensor) })
      return (updated, plan, try arguments(of: flat, for: plan))
    }
    let (entry, leaves) = try recognized(results, loss: loss, candidates, settlingBefore: moment)
    guard let feed = entry.feed else { throw TensorError("step", "the plan does not say how it is fed") }
    let updated = feed.updatesAll(candidates.count) ? candidates : feed.updated.map { candidates[$0] }
    return (updated, entry.plan, try feed.arguments(leaves, for: entry.plan, self))
  }

  /// The plan of a step and what it is fed with: of a graph like the last ones at a glance, of others by their outline.
  private func recognized(
    _ results: [Tensor], loss: Tensor, _ candidates: [Parameter], settlingBefore moment: GraphMoment?
  ) throws -> (PlanCache.Entry, GraphLeaves) {
    if let known = plans.find(results, candidates) { return known }
    let outline = try settled(results, before: moment)
    let (key, leaves) = outline.numbered(for: candidates)
    guard let entry = plans.find(key) else {
      return (try compileStep(key, leaves, results, loss: loss, candidates), leaves)
    }
    if let pattern = GraphPattern(outline.order, results, candidates, entry: entry) {
      plans.remember(pattern)
    }
    return (entry, leaves)
  }

  private func compileStep(
    _ key: ProgramKey, _ leaves: GraphLeaves, _ results: [Tensor], loss: Tensor, _ candidates: [Parameter]
  ) throws -> PlanCache.Entry {
    let (updated, found) = try trainable(loss, candidates)
    let flat = FlatGraph(results: results, gradients: zip(found, updated).map { ($0, $1.tensor) }) { _ in
      true
    }
    let places = updated.map { parameter in candidates.firstIndex { $0 === parameter } ?? 0 }
    return try compiled(key, leaves, flat, updated: places)
  }

  /// The parameters an optimizer may change, each once.
  private func candidates(among parameters: [Parameter]) -> [Parameter] {
    var candidates: [Parameter] = []
    candidates.reserveCapacity(parameters.count)
    for parameter in parameters where parameter.isTrainable && parameter.tensor.node.parameterNumber == 0 {
      parameter.tensor.node.parameterNumber = 1
      candidates.append(parameter)
    }
    for parameter in candidates { parameter.tensor.node.parameterNumber = 0 }
    return candidates
  }

  /// The parameters a loss moves, and their gradients.
  func trainable(_ loss: Tensor, _ parameters: [Parameter]) throws -> ([Parameter], [Tensor]) {
    let candidates = candidates(among: parameters)
    let all = try gradients(of: loss, withRespectTo: candidates.map(\.tensor))
    let both = zip(candidates, all).compactMap { parameter, gradient in gradient.map { (parameter, $0) } }
    guard !both.isEmpty else {
      throw TensorError(
        "minimize",
        candidates.isEmpty ? "there is no trainable parameter" : "the loss does not depend on the parameters",
        fix: candidates.isEmpty ? "unfreeze some layers" : "call the network inside the closure")
    }
    return (both.map(\.0), both.map(\.1))
  }

  /// Throws where the sum of squares of a parameter's gradient is not finite.
  func checkFinite(_ squares: [Double], _ parameters: [Parameter], _ loss: Float) throws {
    for (parameter, square) in zip(parameters, squares) where !square.isFinite {
      throw NonFiniteError(parameter: parameter.name, loss: loss)
    }
  }

  /// Changes the parameters by the rule; the sum of squares of each gradient before clipping. Throws, and changes none,
  /// where one of these is not finite.
  func apply(
    _ loss: Float, _ parameters: [Parameter], _ gradients: [Buffer], _ rule: UpdateRule,
    _ state: OptimizerState
  ) throws -> [Double] {
    // Everything that can fail comes before the first number changes.
    var updates: [ParameterUpdate] = []
    updates.reserveCapacity(parameters.count)
    let hasMoments = !rule.momentNames.isEmpty || !state.moments.isEmpty
    let hasFactors = !state.rateFactors.isEmpty
    for (parameter, gradient) in zip(parameters, gradients) {
      let value = try parameter.numbersForUpdate()
      let moments = hasMoments ? try moments(of: parameter, like: value, rule, state) : []
      let factor = hasFactors ? state.rateFactors[ObjectIdentifier(parameter)] ?? 1 : 1
      updates.append(
        try ParameterUpdate(value: value, gradient: gradient, moments: moments, rateFactor: factor))
      value.markChanged()
    }
    let squares = try backend.update(updates, rule: rule, step: state.stepCount + 1)
    try checkFinite(squares, parameters, loss)
    state.stepCount += 1
    return squares
  }

  private func moments(
    of parameter: Parameter, like value: Buffer, _ rule: UpdateRule, _ state: OptimizerState
  ) throws
    -> [Buffer]
  {
    let key = ObjectIdentifier(parameter)
    let wanted = rule.momentNames.count
    var moments = state.moments[key] ?? []
    if moments.count == wanted, moments.allSatisfy({ $0.layout == value.layout }) { return moments }
    moments = try moments.prefix(wanted).map {
      try backend.converted($0, parameter.tensor.type, to: value.layout)
    }
    while moments.count < wanted {
      let buffer = try Buffer(
        byteCount: value.byteCount, layout: value.layout,
        purpose: "the optimizer's state of \(parameter.name)")
      buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: buffer.byteCount)
      moments.append(buffer)
    }
    state.moments[key] = moments
    state.owners[key] = parameter
    return moments
  }
}
