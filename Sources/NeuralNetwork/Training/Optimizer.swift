import TensorRuntime

/// An optimizer bound to what it may change: networks, parameters or both.
package final class Optimizer {
  /// The rule and its numbers; changing it takes effect at the next step.
  package var rule: UpdateRule
  private let networks: [Network]
  private let variables: [Parameter]
  /// Moments and step count.
  package private(set) var state = OptimizerState()

  /// Makes an optimizer for the trainable parameters of networks, and for variables.
  package init(rule: UpdateRule, networks: [Network], variables: [Parameter] = []) {
    self.rule = rule
    self.networks = networks
    self.variables = variables
  }

  /// What a step changes, each parameter once, in a fixed order.
  package var parameters: [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    return (networks.flatMap { $0.trainable.parameters } + variables)
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// Takes one step down the gradient of `loss` and returns the loss before it.
  ///
  /// Nothing changes when the loss or a gradient is not finite (`NonFiniteError`), when the loss doesn't depend on the
  /// parameters (`TensorError`), or when interrupted (`Interrupted`).
  package func minimize(_ loss: Tensor, pass: Pass, runtime: Runtime) throws -> StepReport {
    return try runtime.step(
      loss: loss, parameters: parameters, rule: rule, state: state,
      alongside: pass.takeStatistics(of: networks), observing: [])
  }
}
