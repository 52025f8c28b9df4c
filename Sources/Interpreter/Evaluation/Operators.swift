import TensorRuntime

/// What operators do with values of every kind.
enum Operators {
  static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ context: EvaluationContext) throws
    -> Value
  {
    switch operation.family {
    case .arithmetic: return try arithmetic(operation, a, b, context)
    case .equality:
      let equal = try Equality.equal(a, b, context)
      return .bool(operation == .equal ? equal : !equal)
    case .order: return .bool(try ordered(operation, a, b))
    case .identity:
      guard case .host(let left) = a, case .host(let right) = b else { throw mismatch(operation, a, b) }
      return .bool((left === right) == (operation == .identical))
    case .elementwise: return try TensorOperators.apply(operation, a, b)
    }
  }

  private static func arithmetic(
    _ operation: BinaryOperator, _ a: Value, _ b: Value, _ context: EvaluationContext
  ) throws -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return .int(try integer(operation, x, y))
    case (.double(let x), .double(let y)): return .double(real(operation, x, y))
    case (.int(let x), .double(let y)): return .double(real(operation, Double(x), y))
    case (.double(let x), .int(let y)): return .double(real(operation, x, Double(y)))
    case (.string(let x), .string(let y)) where operation == .add:
      if x.utf8.count + y.utf8.count > Limits.stringBytes { throw Limits.stringError }
      return .string(x + y)
    case (.array(let x), .array(let y)) where operation == .add:
      try Limits.checkCount(x.elements.count + y.elements.count)
      return .array(of: x.elements + y.elements)
    case (.option, _), (_, .option): return try options(operation, a, b)
    default: break
    }
    if case .host(let object) = a,
      let result = try object.operate(operation.rawValue, with: b, isLeft: true, context)
    {
      return result
    }
    if case .host(let object) = b,
      let result = try object.operate(operation.rawValue, with: a, isLeft: false, context)
    {
      return result
    }
    if let result = try TensorOperators.arithmetic(operation, a, b) { return result }
    throw mismatch(operation, a, b)
  }

  private static func integer(_ operation: BinaryOperator, _ x: Int, _ y: Int) throws -> Int {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = x.addingReportingOverflow(y)
    case .subtract: result = x.subtractingReportingOverflow(y)
    case .multiply: result = x.multipliedReportingOverflow(by: y)
    default:
      guard y != 0 else {
        throw EvaluationError("ArithmeticError", "division by zero: \(x) \(operation.rawValue) 0")
      }
      result =
        operation == .divide ? x.dividedReportingOverflow(by: y) : x.remainderReportingOverflow(dividingBy: y)
    }
    guard !result.overflow else {
      throw EvaluationError(
        "ArithmeticError", "\(x) \(operation.rawValue) \(y) doesn't fit in an Int",
        fix: "calculate with Double: Double(x)")
    }
    return result.partialValue
  }

  private static func real(_ operation: BinaryOperator, _ x: Double, _ y: Double) -> Double {
    switch operation {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    default: x.truncatingRemainder(dividingBy: y)
    }
  }

  /// `.crossEntropy + 0.5 * .dice`
  private static func options(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    let result: OptionValue
    switch (operation, a, b) {
    case (.add, .option(let x), .option(let y)):
      result = OptionValue(form: .sum, parts: x.sumParts + y.sumParts)
    case (.multiply, .option(let x), let factor), (.multiply, let factor, .option(let x)):
      guard let number = factor.number else { throw mismatch(operation, a, b) }
      result = OptionValue(form: .scaled(number), parts: [x])
    default: throw mismatch(operation, a, b)
    }
    guard result.parts.count <= 64, result.depth <= 16 else {
      throw EvaluationError("ValueError", "a sum has more than 64 options")
    }
    return .option(result)
  }

  private static func ordered(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): return compare(operation, x, y)
    case (.string(let x), .string(let y)): return compare(operation, x, y)
    case (.tuple(let x), .tuple(let y)) where x.elements.count == y.elements.count:
      for (left, right) in zip(x.elements, y.elements) {
        if try ordered(.less, left, right) { return operation == .less || operation == .lessEqual }
        if try ordered(.less, right, left) { return operation == .greater || operation == .greaterEqual }
      }
      return operation == .lessEqual || operation == .greaterEqual
    default:
      if let x = a.number, let y = b.number { return compare(operation, x, y) }
      if let x = try TensorConversion.scalar(a), let y = try TensorConversion.scalar(b) {
        return compare(operation, x, y)
      }
      throw mismatch(operation, a, b)
    }
  }

  private static func compare<T: Comparable>(_ operation: BinaryOperator, _ x: T, _ y: T) -> Bool {
    switch operation {
    case .less: x < y
    case .greater: x > y
    case .lessEqual: x <= y
    default: x >= y
    }
  }

  /// Whether `a` comes before `b`, for sorting.
  static func precedes(_ a: Value, _ b: Value) throws -> Bool { try ordered(.less, a, b) }

  static func mismatch(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> EvaluationError {
    var fix = operation.hint(StaticType.of(a), StaticType.of(b))
    if a.isNothing || b.isNothing { fix = "give nil a value first: x ?? 0" }
    return EvaluationError(
      "TypeError", "'\(operation.rawValue)' can't be applied to \(a.article) and \(b.article)", fix: fix)
  }

  static func negate(_ value: Value, _ context: EvaluationContext) throws -> Value {
    switch value {
    case .int(let number):
      guard number != Int.min else {
        throw EvaluationError("ArithmeticError", "-(\(number)) doesn't fit in an Int")
      }
      return .int(-number)
    case .double(let number): return .double(-number)
    default:
      if let result = try TensorOperators.negate(value) { return result }
      throw EvaluationError("TypeError", "'-' can't be applied to \(value.article)")
    }
  }

  static func logicalNot(_ value: Value, _ context: EvaluationContext) throws -> Value {
    if let result = try TensorOperators.logicalNot(value) { return result }
    throw EvaluationError("TypeError", "'!' wants a Bool, got \(value.article)")
  }
}

extension OptionValue {
  /// The options a sum is made of; itself where it is none.
  var sumParts: [OptionValue] {
    if case .sum = form { return parts }
    return [self]
  }
}
