import TensorRuntime

/// An optimizer bound to what it may change: networks, parameters or both.
package final class Optimizer {
  /// The rule and its numbers; changing it takes effect at the next step.
  package var rule: UpdateRule
  private let networks: [Network]
  private let variables: [Parameter]
  private let lbfgs: LBFGS?
  private var knownParameters: [Parameter]?
  /// Moments and step count.
  package private(set) var state = OptimizerState()

  /// Makes an optimizer for the trainable parameters of networks, and for variables; with `lbfgs` the rule gives only the
  /// length of its first try.
  package init(rule: UpdateRule, networks: [Network], variables: [Parameter] = [], lbfgs: LBFGS? = nil) {
    self.rule = rule
    self.networks = networks
    self.variables = variables
    self.lbfgs = lbfgs
  }

  /// Gives layers of its one network learning rates of their own, by path. Throws `LayerError` for a path that fits none.
  package func setRates(_ rates: [String: Double]) throws {
    guard !rates.isEmpty else { return }
    guard let network = networks.first, networks.count == 1 else {
      throw LayerError("rates: names the layers of one network, got \(networks.count) networks")
    }
    state.setRateFactors(try network.rateFactors(rates, standard: Double(rule.learningRate)))
  }

  /// Whether a step evaluates the loss more than once.
  package var evaluatesAgain: Bool { lbfgs != nil }

  /// Takes one step of a method that evaluates the loss several times, and returns the loss before it; as
  /// ``minimize(_:pass:runtime:)``.
  package func minimize(runtime: Runtime, evaluate: (Pass) throws -> Tensor, random: RandomSource) throws
    -> Float
  {
    guard let lbfgs else { throw TensorError("minimize", "this optimizer evaluates the loss once") }
    let loss = try lbfgs.step(parameters, rate: Double(rule.learningRate), runtime: runtime) {
      let pass = Pass(isTraining: true, random: random)
      let loss = try evaluate(pass)
      return LBFGS.Evaluation(
        loss: loss, statistics: pass.takeStatistics(of: networks).map { (parameter: $0.0, value: $0.1) })
    }
    state.stepCount += 1
    return loss
  }

  /// What a step changes, each parameter once, in a fixed order.
  package var parameters: [Parameter] {
    if let knownParameters { return knownParameters }
    var seen: Set<ObjectIdentifier> = []
    let found = (networks.flatMap { $0.trainable.parameters } + variables)
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
    // Networks that are not recorded yet get theirs later.
    if networks.allSatisfy({ $0.trace != nil }) { knownParameters = found }
    return found
  }

  /// Takes one step down the gradient of `loss` and returns the loss before it.
  ///
  /// Nothing changes when the loss or a gradient is not finite (`NonFiniteError`), when the loss doesn't depend on the
  /// parameters (`TensorError`), or when interrupted (`Interrupted`). What the loss reads that was written before
  /// `moment` is computed once and kept, as a loop's next steps may read it again.
  package func minimize(
    _ loss: Tensor, pass: Pass, runtime: Runtime, settlingBefore moment: GraphMoment? = nil
  )
    throws -> StepReport
  {
    try runtime.step(
      loss: loss, parameters: parameters, rule: rule, state: state,
      alongside: pass.takeStatistics(of: networks), observing: [], settlingBefore: moment)
  }
}
