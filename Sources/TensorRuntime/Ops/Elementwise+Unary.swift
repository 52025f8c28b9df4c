/// A function of one number, applied to every element.
package enum UnaryFunction: Hashable, Sendable, Codable {
  case negate, absolute, exp, log, sqrt, reciprocalSqrt, square, sign, tanh, sigmoid, relu, softplus, erf,
    sin, cos
  case floor, ceil, round, logicalNot
  /// x for positive x, `slope` x otherwise.
  case leakyRelu(slope: Float)
  /// x for positive x, `alpha` (eˣ − 1) otherwise.
  case elu(alpha: Float)

  /// The name users see.
  package var name: String {
    switch self {
    case .reciprocalSqrt: "rsqrt"
    case .absolute: "abs"
    case .negate: "neg"
    case .logicalNot: "not"
    case .leakyRelu: "leakyRelu"
    case .elu: "elu"
    default: "\(self)"
    }
  }

  /// The function's number beside its argument, 0 where it has none.
  package var alpha: Float {
    switch self {
    case .leakyRelu(let slope): slope
    case .elu(let alpha): alpha
    default: 0
    }
  }

  /// The function of (cotangent, result) or (cotangent, argument) that gives the argument's cotangent in one go.
  var gradientFunction: (function: BinaryFunction, ofResult: Bool)? {
    switch self {
    case .tanh: (.tanhGradient, true)
    case .sigmoid: (.sigmoidGradient, true)
    case .relu: (.reluGradient, true)
    // With a positive slope result and argument have the same sign.
    case .leakyRelu(let slope): (.leakyReluGradient(slope: slope), slope > 0)
    case .elu(let alpha): (.eluGradient(alpha: alpha), true)
    default: nil
    }
  }
}

/// A function of one number on every element: `[…] → […]`.
package struct Unary: TensorOp {
  /// Which function.
  package let function: UnaryFunction

  package var name: String { function.name }
  package var parameters: String { function.alpha == 0 ? "" : "alpha=\(function.alpha)" }

  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let type = inputs[0].elementType
    let worksOnWhole = [.negate, .absolute, .square, .sign, .relu].contains(function)
    let wanted: ElementType = function == .logicalNot ? .bool : .float32
    guard type == wanted || (worksOnWhole && type == .int32) else {
      throw TensorError(
        name, "got \(type) elements, wanted \(wanted)", fix: "convert them first: x.cast(.\(wanted))")
    }
    return [inputs[0]]
  }

  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let x = context.inputs[0]
    let y = context.outputs[0]
    let g = try context.cotangent()
    if let (rule, ofResult) = function.gradientFunction {
      return [try Tensor.one(Binary(function: rule), [g, ofResult ? y : x])]
    }
    switch function {
    case .negate: return [try -g]
    case .absolute: return [try g * x.sign()]
    case .exp: return [try g * y]
    case .log: return [try g / x]
    case .sqrt: return [try g / (y * 2)]
    case .reciprocalSqrt: return [try g * y * y * y * -0.5]
    case .square: return [try g * x * 2]
    case .softplus: return [try g * x.sigmoid()]
    case .erf: return [try g * (-x.square()).exp() * (2 / 1.772453850905516)]
    case .sin: return [try g * x.cos()]
    case .cos: return [try -(g * x.sin())]
    default: return [nil]
    }
  }
}

extension Tensor {
  private func unary(_ function: UnaryFunction) throws -> Tensor {
    let isWhole = [.negate, .absolute, .square, .sign, .relu, .logicalNot].contains(function)
    let argument = isWhole || elementType == .float32 ? self : try cast(.float32)
    return try Tensor.one(Unary(function: function), [argument])
  }

  /// −x on every element.
  package static prefix func - (x: Tensor) throws -> Tensor { try x.unary(.negate) }
  /// |x| on every element.
  package func abs() throws -> Tensor { try unary(.absolute) }
  /// eˣ on every element.
  package func exp() throws -> Tensor { try unary(.exp) }
  /// The natural logarithm of every element.
  package func log() throws -> Tensor { try unary(.log) }
  /// √x on every element.
  package func sqrt() throws -> Tensor { try unary(.sqrt) }
  /// 1/√x on every element.
  package func rsqrt() throws -> Tensor { try unary(.reciprocalSqrt) }
  /// x² on every element.
  package func square() throws -> Tensor { try unary(.square) }
  /// −1, 0 or 1 for every element.
  package func sign() throws -> Tensor { try unary(.sign) }
  /// The hyperbolic tangent of every element.
  package func tanh() throws -> Tensor { try unary(.tanh) }
  /// 1/(1 + e⁻ˣ) on every element.
  package func sigmoid() throws -> Tensor { try unary(.sigmoid) }
  /// max(x, 0) on every element.
  package func relu() throws -> Tensor { try unary(.relu) }
  /// x where positive, else `slope` x (Maas, Hannun and Ng 2013).
  package func leakyRelu(_ slope: Float = 0.01) throws -> Tensor { try unary(.leakyRelu(slope: slope)) }
  /// x where positive, else `alpha` (eˣ − 1) (Clevert et al. 2015).
  package func elu(_ alpha: Float = 1) throws -> Tensor { try unary(.elu(alpha: alpha)) }
  /// x Φ(x) with the normal distribution's Φ, exactly (Hendrycks and Gimpel 2016).
  package func gelu() throws -> Tensor { try self * 0.5 * ((self * 0.7071067811865476).erf() + 1) }
  /// x · sigmoid(x) (Elfwing et al. 2017).
  package func silu() throws -> Tensor { try self * sigmoid() }
  /// log(1 + eˣ), without overflow.
  package func softplus() throws -> Tensor { try unary(.softplus) }
  /// The error function of every element.
  package func erf() throws -> Tensor { try unary(.erf) }
  /// The sine of every element.
  package func sin() throws -> Tensor { try unary(.sin) }
  /// The cosine of every element.
  package func cos() throws -> Tensor { try unary(.cos) }
  /// The next whole number below.
  package func floor() throws -> Tensor { try unary(.floor) }
  /// The next whole number above.
  package func ceil() throws -> Tensor { try unary(.ceil) }
  /// The nearest whole number, ties to even.
  package func round() throws -> Tensor { try unary(.round) }
  /// The opposite of every truth value.
  package func logicalNot() throws -> Tensor { try unary(.logicalNot) }
}
