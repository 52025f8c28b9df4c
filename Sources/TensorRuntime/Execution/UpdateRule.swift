/// How an optimizer changes a parameter w with its gradient g.
package struct UpdateRule: Hashable, Sendable, Codable {
  /// The formula.
  package enum Kind: Hashable, Sendable, Codable {
    /// v ← momentum v + g; w ← w − lr v, or with Nesterov's look ahead w ← w − lr (g + momentum v).
    case sgd(momentum: Float, nesterov: Bool)
    /// Kingma and Ba 2014; with `decoupled` weight decay AdamW (Loshchilov and Hutter 2017).
    case adam(beta1: Float, beta2: Float, epsilon: Float, decoupled: Bool)
    /// s ← decay s + (1 − decay) g²; w ← w − lr g / (√s + epsilon), with momentum on the quotient.
    case rmsprop(decay: Float, epsilon: Float, momentum: Float)
    /// s ← s + g²; w ← w − lr g / (√s + epsilon) (Duchi et al. 2011).
    case adagrad(epsilon: Float)
  }
  /// The formula.
  package var kind: Kind
  /// The step size.
  package var learningRate: Float
  /// Added to the gradient times the parameter (or, decoupled, taken off the parameter times the step size).
  package var weightDecay: Float
  /// The longest the gradient of all parameters together may be; longer ones are scaled down.
  package var clipNorm: Float?
  /// The largest an element of the gradient may be, either way; larger ones become that.
  package var clipValue: Float?

  /// Makes a rule.
  package init(_ kind: Kind, learningRate: Float, weightDecay: Float = 0, clipNorm: Float? = nil) {
    self.kind = kind
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
  }

  /// Stochastic gradient descent.
  package static func sgd(
    learningRate: Float, momentum: Float = 0, nesterov: Bool = false, weightDecay: Float = 0,
    clipNorm: Float? = nil
  ) -> UpdateRule {
    UpdateRule(
      .sgd(momentum: momentum, nesterov: nesterov), learningRate: learningRate, weightDecay: weightDecay,
      clipNorm: clipNorm)
  }
  /// Adam, or AdamW with `decoupled`.
  package static func adam(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0,
    decoupled: Bool = false, clipNorm: Float? = nil
  ) -> UpdateRule {
    UpdateRule(
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, decoupled: decoupled), learningRate: learningRate,
      weightDecay: weightDecay, clipNorm: clipNorm)
  }
  /// RMSprop.
  package static func rmsprop(
    learningRate: Float = 1e-2, decay: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0,
    weightDecay: Float = 0,
    clipNorm: Float? = nil
  ) -> UpdateRule {
    UpdateRule(
      .rmsprop(decay: decay, epsilon: epsilon, momentum: momentum), learningRate: learningRate,
      weightDecay: weightDecay,
      clipNorm: clipNorm)
  }
  /// Adagrad.
  package static func adagrad(
    learningRate: Float = 1e-2, epsilon: Float = 1e-10, weightDecay: Float = 0, clipNorm: Float? = nil
  ) -> UpdateRule {
    UpdateRule(
      .adagrad(epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay, clipNorm: clipNorm)
  }

  /// The names of the running numbers the rule keeps for each parameter.
  package var momentNames: [String] {
    switch kind {
    case .sgd(let momentum, _): momentum == 0 ? [] : ["velocity"]
    case .adam: ["mean", "square"]
    case .rmsprop(_, _, let momentum): momentum == 0 ? ["square"] : ["square", "velocity"]
    case .adagrad: ["square"]
    }
  }
}

/// What an optimizer remembers between steps: how many there were, and running numbers for each parameter.
package final class OptimizerState {
  /// How many steps were made.
  package var stepCount = 0
  var moments: [ObjectIdentifier: [Buffer]] = [:]
  var rateFactors: [ObjectIdentifier: Float] = [:]
  // Keeps the identities in `moments` from being given to new parameters.
  var owners: [ObjectIdentifier: Parameter] = [:]

  /// Makes the state before the first step.
  package init() {}

  /// Gives parameters learning rates of their own, as factors on the rule's; the others keep the rule's.
  package func setRateFactors(_ factors: [(parameter: Parameter, factor: Float)]) {
    rateFactors = [:]
    for (parameter, factor) in factors {
      rateFactors[ObjectIdentifier(parameter)] = factor
      owners[ObjectIdentifier(parameter)] = parameter
    }
  }

  /// The running numbers of a parameter, row-major, in the order of the rule's ``UpdateRule/momentNames``; empty
  /// before its first step.
  package func moments(of parameter: Parameter, runtime: Runtime) throws -> [[Float]] {
    try (moments[ObjectIdentifier(parameter)] ?? []).map { try runtime.floats(in: $0, parameter.tensor.type) }
  }

  /// Sets the running numbers of a parameter, as a checkpoint has them.
  package func setMoments(_ numbers: [[Float]], of parameter: Parameter) throws {
    moments[ObjectIdentifier(parameter)] = try numbers.map { numbers in
      guard let buffer = try Tensor(numbers, parameter.shape).node.values[0] else {
        throw TensorError("optimizer", "the running numbers of \(parameter.name) are missing")
      }
      return buffer
    }
    owners[ObjectIdentifier(parameter)] = parameter
  }
}
