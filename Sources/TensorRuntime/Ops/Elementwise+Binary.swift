/// A function of two numbers, applied element by element.
package enum BinaryFunction: Hashable, Sendable, Codable {
  case add, subtract, multiply, divide, power, minimum, maximum, modulo
  case logicalAnd, logicalOr, logicalXor
  /// g (1 − y²): the cotangent through tanh from its result.
  case tanhGradient
  /// g y (1 − y): the cotangent through the sigmoid from its result.
  case sigmoidGradient
  /// g where y is positive: the cotangent through ReLU from its result.
  case reluGradient
  /// g where x is positive, `slope` g otherwise.
  case leakyReluGradient(slope: Float)
  /// g where y is positive, g (y + `alpha`) otherwise.
  case eluGradient(alpha: Float)

  /// The name users see.
  package var name: String {
    switch self {
    case .logicalAnd: "and"
    case .logicalOr: "or"
    case .logicalXor: "xor"
    case .leakyReluGradient: "leakyReluGradient"
    case .eluGradient: "eluGradient"
    default: "\(self)"
    }
  }

  /// The function's number beside its arguments, 0 where it has none.
  package var alpha: Float {
    switch self {
    case .leakyReluGradient(let slope): slope
    case .eluGradient(let alpha): alpha
    default: 0
    }
  }
}

/// A function of two numbers element by element; axes of length 1 and missing leading axes stretch.
package struct Binary: TensorOp {
  /// Which function.
  package let function: BinaryFunction

  package var name: String { function.name }
  package var parameters: String { function.alpha == 0 ? "" : "alpha=\(function.alpha)" }

  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let shape = try broadcastShape(name, inputs[0].shape, inputs[1].shape)
    let isLogical = [.logicalAnd, .logicalOr, .logicalXor].contains(function)
    guard inputs[0].elementType == inputs[1].elementType, isLogical == (inputs[0].elementType == .bool) else {
      throw TensorError(
        name,
        "got \(inputs[0].elementType) and \(inputs[1].elementType) elements"
          + (isLogical ? ", wanted bool for both" : ", wanted the same type of number for both"),
        fix: "convert one of them: x.cast(.\(isLogical ? "bool" : "float32"))")
    }
    return [TensorType(shape, inputs[0].elementType)]
  }

  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (a, b) = (context.inputs[0], context.inputs[1])
    let y = context.outputs[0]
    let g = try context.cotangent()
    let (needsA, needsB) = (context.isNeeded[0], context.isNeeded[1])
    switch function {
    case .add: return [g, g]
    case .subtract: return [g, needsB ? try -g : nil]
    case .multiply: return [needsA ? try g * b : nil, needsB ? try g * a : nil]
    case .divide: return [needsA ? try g / b : nil, needsB ? try -(g * y / b) : nil]
    case .power:
      // xⁿ log x is 0 at x = 0, where the logarithm alone would give nan.
      let zero = try Tensor.zeros([])
      return [
        needsA ? try g * b * a.power(b - 1) : nil,
        needsB
          ? try g * Tensor.select(a .> zero, y * a.maximum(Tensor.constant(1e-38, [])).log(), zero) : nil,
      ]
    case .minimum, .maximum:
      let zero = try Tensor.zeros([])
      let half = try Tensor.select(a .== b, g * 0.5, zero)
      let aWins = function == .minimum ? try a .< b : try a .> b
      let bWins = function == .minimum ? try b .< a : try b .> a
      return [
        needsA ? try Tensor.select(aWins, g, zero) + half : nil,
        needsB ? try Tensor.select(bWins, g, zero) + half : nil,
      ]
    case .modulo: return [g, needsB ? try -(g * (a / b).floor()) : nil]
    case .logicalAnd, .logicalOr, .logicalXor: return [nil, nil]
    // In these a is the cotangent and b the activation's result or argument.
    case .tanhGradient: return [try gradientAgain(g, b), needsB ? try g * a * b * -2 : nil]
    case .sigmoidGradient: return [try gradientAgain(g, b), needsB ? try g * a * (1 - b * 2) : nil]
    case .reluGradient, .leakyReluGradient: return [try gradientAgain(g, b), nil]
    case .eluGradient:
      return [
        try gradientAgain(g, b),
        needsB ? try Tensor.select(b .> Tensor.zeros([]), Tensor.zeros([]), g * a) : nil,
      ]
    }
  }

  private func gradientAgain(_ g: Tensor, _ y: Tensor) throws -> Tensor { try Tensor.one(self, [g, y]) }
}

/// The shape two operands of an operation give together.
func broadcastShape(_ operation: String, _ left: Shape, _ right: Shape) throws -> Shape {
  if let shape = Shape.broadcast(left, right) { return shape }
  throw ShapeMismatch.error(operation, left, right)
}

extension Tensor {
  /// Any function of two tensors, brought to a common element type.
  static func binary(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor, as type: ElementType? = nil) throws
    -> Tensor
  {
    let common = type ?? ElementType.promoted(a.elementType, b.elementType)
    return try one(Binary(function: function), [a.cast(common), b.cast(common)])
  }

  private func number(_ value: Double) -> Tensor {
    .scalar(
      value, elementType == .int32 && value.rounded() == value && Swift.abs(value) < 2e9 ? .int32 : .float32)
  }

  /// The sum, element by element.
  package static func + (a: Tensor, b: Tensor) throws -> Tensor { try binary(.add, a, b) }
  /// The difference, element by element.
  package static func - (a: Tensor, b: Tensor) throws -> Tensor { try binary(.subtract, a, b) }
  /// The product, element by element.
  package static func * (a: Tensor, b: Tensor) throws -> Tensor { try binary(.multiply, a, b) }
  /// The quotient, element by element; whole numbers are divided as float32.
  package static func / (a: Tensor, b: Tensor) throws -> Tensor { try binary(.divide, a, b, as: .float32) }
  /// The sum with a number.
  package static func + (a: Tensor, b: Double) throws -> Tensor { try a + a.number(b) }
  /// The difference from a number.
  package static func - (a: Tensor, b: Double) throws -> Tensor { try a - a.number(b) }
  /// The product with a number.
  package static func * (a: Tensor, b: Double) throws -> Tensor { try a * a.number(b) }
  /// The quotient by a number.
  package static func / (a: Tensor, b: Double) throws -> Tensor { try a / a.number(b) }
  /// The sum of a number and every element.
  package static func + (a: Double, b: Tensor) throws -> Tensor { try b.number(a) + b }
  /// A number less every element.
  package static func - (a: Double, b: Tensor) throws -> Tensor { try b.number(a) - b }
  /// A number times every element.
  package static func * (a: Double, b: Tensor) throws -> Tensor { try b.number(a) * b }
  /// A number divided by every element.
  package static func / (a: Double, b: Tensor) throws -> Tensor { try b.number(a) / b }
  /// This to the power of another, element by element, in float32.
  package func power(_ exponent: Tensor) throws -> Tensor {
    try Tensor.binary(.power, self, exponent, as: .float32)
  }
  /// The smaller of the two, element by element.
  package func minimum(_ other: Tensor) throws -> Tensor { try Tensor.binary(.minimum, self, other) }
  /// The larger of the two, element by element.
  package func maximum(_ other: Tensor) throws -> Tensor { try Tensor.binary(.maximum, self, other) }
  /// What is left of a − b ⌊a/b⌋, element by element, in float32.
  package func modulo(_ other: Tensor) throws -> Tensor {
    try Tensor.binary(.modulo, self, other, as: .float32)
  }
  /// Kept between two numbers.
  package func clamped(from low: Double, to high: Double) throws -> Tensor {
    try maximum(number(low)).minimum(number(high))
  }
  /// Whether both are true.
  package func and(_ other: Tensor) throws -> Tensor {
    try Tensor.one(Binary(function: .logicalAnd), [self, other])
  }
  /// Whether at least one is true.
  package func or(_ other: Tensor) throws -> Tensor {
    try Tensor.one(Binary(function: .logicalOr), [self, other])
  }
  /// Whether exactly one is true.
  package func xor(_ other: Tensor) throws -> Tensor {
    try Tensor.one(Binary(function: .logicalXor), [self, other])
  }

  /// x to the power of a number; whole exponents up to 4 multiply.
  package func power(_ exponent: Double) throws -> Tensor {
    switch exponent {
    case 0.5: try sqrt()
    case 1: self
    case 2: try square()
    case 3: try square() * self
    case 4: try square().square()
    default: try power(.scalar(exponent))
    }
  }
}
