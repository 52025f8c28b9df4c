import TensorRuntime

/// What operators do where a tensor is on one side.
enum TensorOperators {
  /// Whether a value is a tensor, or a host object that stands for one.
  private static func isTensor(_ value: Value) throws -> Bool {
    switch value {
    case .tensor: true
    case .host(let object): try object.tensorValue() != nil
    default: false
    }
  }

  /// Both sides as tensors, where one of them is one and the other can be; a number takes the tensor's type.
  private static func pair(_ a: Value, _ b: Value) throws -> (Tensor, Tensor)? {
    guard try isTensor(a) || isTensor(b) else { return nil }
    guard let left = try TensorConversion.tensor(from: a), let right = try TensorConversion.tensor(from: b)
    else {
      return nil
    }
    return (try adapted(a, left, to: right), try adapted(b, right, to: left))
  }

  /// A number written beside a tensor as a tensor of its type: a Double beside whole numbers stays a Double.
  private static func adapted(_ value: Value, _ tensor: Tensor, to other: Tensor) throws -> Tensor {
    switch value {
    case .int(let number) where other.elementType != .bool:
      return Tensor.scalar(Double(number), other.elementType == .uint8 ? .int32 : other.elementType)
    default: return tensor
    }
  }

  static func arithmetic(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value? {
    if case .tensor(let x) = a, x.elementType == .float32, let number = b.number {
      switch operation {
      case .add: return .tensor(try x + number)
      case .subtract: return .tensor(try x - number)
      case .multiply: return .tensor(try x * number)
      case .divide: return .tensor(try x / number)
      default: break
      }
    }
    guard let (x, y) = try pair(a, b) else { return nil }
    switch operation {
    case .add: return .tensor(try x + y)
    case .subtract: return .tensor(try x - y)
    case .multiply: return .tensor(try x * y)
    case .divide: return .tensor(try x / y)
    case .remainder: return .tensor(try x.modulo(y))
    default: return nil
    }
  }

  static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    guard let (x, y) = try pair(a, b) else { throw Operators.mismatch(operation, a, b) }
    switch operation {
    case .eachEqual: return .tensor(try x .== y)
    case .eachNotEqual: return .tensor(try x .!= y)
    case .eachLess: return .tensor(try x .< y)
    case .eachGreater: return .tensor(try x .> y)
    case .eachLessEqual: return .tensor(try x .<= y)
    case .eachGreaterEqual: return .tensor(try x .>= y)
    case .eachAnd: return .tensor(try x.and(y))
    case .eachOr: return .tensor(try x.or(y))
    default: throw Operators.mismatch(operation, a, b)
    }
  }

  static func negate(_ value: Value) throws -> Value? {
    guard try isTensor(value), let tensor = try TensorConversion.tensor(from: value) else { return nil }
    return .tensor(try -tensor)
  }

  static func logicalNot(_ value: Value) throws -> Value? {
    guard try isTensor(value), let tensor = try TensorConversion.tensor(from: value) else { return nil }
    return .tensor(try tensor.logicalNot())
  }

  /// Whether two values are equal as tensors: same shape, same elements. `nil` where neither is one.
  static func equal(_ a: Value, _ b: Value, _ context: EvaluationContext) throws -> Bool? {
    guard case .tensor = a, let y = try TensorConversion.tensor(from: b) else {
      guard case .tensor = b, let x = try TensorConversion.tensor(from: a), case .tensor(let y) = b else {
        return nil
      }
      return try same(x, y, context)
    }
    guard case .tensor(let x) = a else { return nil }
    return try same(x, y, context)
  }

  private static func same(_ x: Tensor, _ y: Tensor, _ context: EvaluationContext) throws -> Bool {
    guard x.shape == y.shape else { return false }
    if x.isSame(as: y) { return true }
    return try context.runtime().bools(of: (x .== y).all()).first ?? true
  }
}
