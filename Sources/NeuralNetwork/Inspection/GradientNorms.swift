import TensorRuntime

/// How large a parameter and the loss's derivative by it are.
package struct GradientNorm: Sendable {
  /// Path of the parameter: `conv1.weight`.
  package let parameter: String
  /// The parameter's length, √Σw².
  package let weightNorm: Double
  /// The gradient's length, √Σ(∂L/∂w)²; 0 where the loss doesn't depend on it.
  package let gradientNorm: Double
}

extension Network {
  /// Gradient and parameter lengths for the loss of one batch of inputs `[N, …]` and targets, layers in training mode;
  /// nothing changes.
  package func gradientNorms(
    inputs: [Tensor], target: Tensor, loss: Loss, runtime: Runtime
  ) throws -> [GradientNorm] {
    let pass = Pass(isTraining: true, random: RandomSource())
    let value = try loss.value(try apply(to: inputs, in: pass), target)
    let named = namedParameters
    let found = try gradients(of: value, withRespectTo: named.map(\.parameter.tensor))
    return try zip(named, found).map { entry, gradient in
      GradientNorm(
        parameter: entry.path, weightNorm: try Self.length(entry.parameter.tensor, runtime),
        gradientNorm: try gradient.map { try Self.length($0, runtime) } ?? 0)
    }
  }

  private static func length(_ tensor: Tensor, _ runtime: Runtime) throws -> Double {
    try runtime.floats(of: tensor).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
