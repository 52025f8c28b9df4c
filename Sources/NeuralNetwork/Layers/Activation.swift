import JSON
import TensorRuntime

/// A function applied to each element after a layer, or as a layer of its own.
package enum Activation: Hashable, Sendable {
  /// `x`
  case linear
  /// `max(x, 0)`
  case relu
  /// `x` above 0, `slope · x` below.
  case leakyRelu(Double)
  /// `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`
  case tanh
  /// `1 / (1 + e⁻ˣ)`
  case sigmoid
  /// `eˣ / Σ eˣ` over the channels.
  case softmax
  /// `x` above 0, `α (eˣ − 1)` below (Clevert et al. 2015).
  case elu(Double)
  /// `x Φ(x)` (Hendrycks and Gimpel 2016).
  case gelu
  /// `x · sigmoid(x)`, also called swish.
  case silu
  /// `log(1 + eˣ)`
  case softplus
  /// `λ x` above 0, `λ α (eˣ − 1)` below: keeps mean 0 and variance 1 (Klambauer et al. 2017).
  case selu

  /// The function of `x`, element by element (softmax over axis 1 of `[N, C, …]`).
  package func apply(_ x: Tensor) throws -> Tensor {
    switch self {
    case .linear: x
    case .relu: try x.relu()
    case .leakyRelu(let slope): try x.leakyRelu(Float(slope))
    case .tanh: try x.tanh()
    case .sigmoid: try x.sigmoid()
    case .softmax: try x.softmax(axis: x.shape.rank > 1 ? 1 : 0)
    case .elu(let alpha): try x.elu(Float(alpha))
    case .gelu: try x.gelu()
    case .silu: try x.silu()
    case .softplus: try x.softplus()
    case .selu: try x.elu(1.673_263_2) * 1.050_700_987_355_480_5
    }
  }

  /// The option as a user writes it, without the dot.
  package var notation: String {
    switch self {
    case .linear: "linear"
    case .relu: "relu"
    case .leakyRelu(let slope): "leakyRelu(\(slope))"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .softmax: "softmax"
    case .elu(let alpha): "elu(\(alpha))"
    case .gelu: "gelu"
    case .silu: "silu"
    case .softplus: "softplus"
    case .selu: "selu"
    }
  }

  /// Makes an activation from its name and number, as files hold them.
  package init?(name: String, argument: Double?) {
    switch name {
    case "linear": self = .linear
    case "relu": self = .relu
    case "leakyRelu": self = .leakyRelu(argument ?? 0.01)
    case "tanh": self = .tanh
    case "sigmoid": self = .sigmoid
    case "softmax": self = .softmax
    case "elu": self = .elu(argument ?? 1)
    case "gelu": self = .gelu
    case "silu": self = .silu
    case "softplus": self = .softplus
    case "selu": self = .selu
    default: return nil
    }
  }

  /// Makes an activation from what ``notation`` gives.
  package init?(notation: String) {
    let parts = notation.split(separator: "(", maxSplits: 1)
    guard let name = parts.first else { return nil }
    self.init(name: String(name), argument: parts.count > 1 ? Double(parts[1].dropLast()) : nil)
  }
}
