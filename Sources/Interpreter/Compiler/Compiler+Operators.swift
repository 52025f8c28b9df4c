import Syntax

extension Compiler {
  /// `-a`, `+a`, `!a`
  func compilePrefix(_ name: String, _ inner: Expression, _ span: Span) -> Operand {
    if name == "!" {
      let test = compileNegatable(inner)
      return Operand(test, .unknown)
    }
    let operand = compile(inner)
    let place = place(span)
    if let constant = operand.constant {
      if case .int(let number) = constant, number != Int.min {
        return Operand(constant: .int(name == "-" ? -number : number))
      }
      if case .double(let number) = constant {
        return Operand(constant: .double(name == "-" ? -number : number))
      }
    }
    switch operand.type {
    case .bool, .string, .dictionary, .range, .function:
      report("TypeError", "'\(name)' can't be applied to \(withArticle(operand.type.name))", span)
    default: break
    }
    let code = operand.code
    if name == "+" { return operand }
    return Operand(
      { frame in
        do { return try Operators.negate(try code(frame), frame.context) } catch {
          throw EvaluationError.located(error, place)
        }
      }, operand.type)
  }

  private func compileNegatable(_ inner: Expression) -> Code {
    let operand = compile(inner)
    let code = operand.code
    let place = place(inner.span)
    switch operand.type {
    case .unknown, .bool, .tensor, .optional, .host, .model: break
    default: report("TypeError", "'!' wants a Bool, got \(withArticle(operand.type.name))", inner.span)
    }
    return { frame in
      let value = try code(frame)
      if case .bool(let result) = value { return .bool(!result) }
      do { return try Operators.logicalNot(value, frame.context) } catch {
        throw EvaluationError.located(error, place)
      }
    }
  }

  func compileBinary(
    _ name: String, _ operatorSpan: Span, _ left: Expression, _ right: Expression, _ span: Span,
    _ expected: Expected?
  ) -> Operand {
    switch name {
    case "&&", "||": return compileLogical(name, left, right)
    case "??": return compileCoalescing(left, right, expected)
    case "|>": return compilePipe(left, right, span)
    default: break
    }
    guard let operation = BinaryOperator(rawValue: name) else {
      report("SyntaxError", "'\(name)' isn't an operator of the language", operatorSpan)
      return .invalid
    }
    let first = compile(left, expected: expected)
    let second = compile(right, expected: expected)
    guard let type = operation.resultType(first.type, second.type) else {
      report(
        "TypeError",
        "'\(name)' can't be applied to \(withArticle(first.type.name)) and \(withArticle(second.type.name))",
        span, fix: operation.hint(first.type, second.type))
      return .invalid
    }
    return Operand(
      operation.code(first, second, place(span), operands: (place(left.span), place(right.span))), type)
  }

  private func compileLogical(_ name: String, _ left: Expression, _ right: Expression) -> Operand {
    let first = compileCondition(left, beside: name)
    let second = compileCondition(right, beside: name)
    if name == "&&" { return Operand({ frame in .bool(try first(frame) && second(frame)) }, .bool) }
    return Operand({ frame in .bool(try first(frame) || second(frame)) }, .bool)
  }

  private func compileCoalescing(_ left: Expression, _ right: Expression, _ expected: Expected?) -> Operand {
    let first = compile(left, expected: expected)
    let second = compile(right, expected: expected)
    let (firstCode, secondCode) = (first.code, second.code)
    var type = first.type
    if case .optional(let inner) = type { type = inner }
    return Operand(
      { frame in
        let value = try firstCode(frame)
        return value.isNothing ? try secondCode(frame) : value
      }, StaticType.joined(type, second.type))
  }

  /// `x |> f` and `x |> f(a)`: `f(a)` is evaluated first, and its value called with `x`.
  private func compilePipe(_ left: Expression, _ right: Expression, _ span: Span) -> Operand {
    let value = compile(left)
    checkHasValue(value, left.span)
    let function = compile(right)
    switch function.type {
    case .int, .double, .number, .string, .bool, .array, .range, .dictionary, .tensor:
      report(
        "TypeError", "'|>' wants a function or a layer behind it, got \(withArticle(function.type.name))",
        right.span,
        fix: "x |> f means f(x)")
    default: break
    }
    if case .builtin(let builtin)? = function.constant, builtin.makesLayer {
      report(
        "TypeError", "'\(builtin.declaration.name)' is no layer before it is called", right.span,
        fix: "write \(builtin.declaration.shortCall)")
    }
    let site = CallSite(place: place(span), labels: [nil], spans: [left.span])
    let (valueCode, functionCode) = (value.code, function.code)
    var type = StaticType.unknown
    if case .builtin(let builtin)? = function.constant {
      type = builtin.declaration.inferredType?([value.type]) ?? builtin.declaration.returns
    } else if case .model(let output) = function.type {
      type = output
    } else if case .host(let name) = function.type, let call = library.types[name]?.call {
      type = call.inferredType?([value.type]) ?? call.returns
    }
    return Operand(
      { frame in
        let argument = try valueCode(frame)
        return try Calls.call(functionCode(frame), [argument], site: site, context: frame.context)
      }, type)
  }
}

extension BinaryOperator {
  /// The operator's code, with short ways for numbers.
  func code(
    _ left: Operand, _ right: Operand, _ place: SourcePlace, operands: (SourcePlace, SourcePlace)
  ) -> Code {
    let (l, r) = (left.code, right.code)
    let slow = { (a: Value, b: Value, frame: Frame) throws -> Value in
      do { return try Operators.apply(self, a, b, frame.context) } catch {
        throw EvaluationError.located(
          error, place, written: "'\(rawValue)'",
          operands: OperandShapes([(a, operands.0), (b, operands.1)], frame.context.globals))
      }
    }
    if case .int(let constant)? = right.constant, let fast = code(l, constant: constant, slow) { return fast }
    switch self {
    case .add:
      return { frame in
        let a = try l(frame), b = try r(frame)
        if case .int(let x) = a, case .int(let y) = b {
          let (sum, overflow) = x.addingReportingOverflow(y)
          if !overflow { return .int(sum) }
        } else if case .double(let x) = a, case .double(let y) = b {
          return .double(x + y)
        }
        return try slow(a, b, frame)
      }
    case .subtract:
      return { frame in
        let a = try l(frame), b = try r(frame)
        if case .int(let x) = a, case .int(let y) = b {
          let (difference, overflow) = x.subtractingReportingOverflow(y)
          if !overflow { return .int(difference) }
        } else if case .double(let x) = a, case .double(let y) = b {
          return .double(x - y)
        }
        return try slow(a, b, frame)
      }
    case .multiply:
      return { frame in
        let a = try l(frame), b = try r(frame)
        if case .int(let x) = a, case .int(let y) = b {
          let (product, overflow) = x.multipliedReportingOverflow(by: y)
          if !overflow { return .int(product) }
        } else if case .double(let x) = a, case .double(let y) = b {
          return .double(x * y)
        }
        return try slow(a, b, frame)
      }
    case .divide:
      return { frame in
        let a = try l(frame), b = try r(frame)
        if case .double(let x) = a, case .double(let y) = b { return .double(x / y) }
        return try slow(a, b, frame)
      }
    case .less: return comparison(l, r, slow, <, <)
    case .greater: return comparison(l, r, slow, >, >)
    case .lessEqual: return comparison(l, r, slow, <=, <=)
    case .greaterEqual: return comparison(l, r, slow, >=, >=)
    case .equal: return comparison(l, r, slow, ==, ==)
    case .notEqual: return comparison(l, r, slow, !=, !=)
    default: return { frame in try slow(l(frame), r(frame), frame) }
    }
  }

  @inline(__always)
  private func comparison(
    _ l: @escaping Code, _ r: @escaping Code, _ slow: @escaping (Value, Value, Frame) throws -> Value,
    _ ints: @escaping (Int, Int) -> Bool, _ doubles: @escaping (Double, Double) -> Bool
  ) -> Code {
    { frame in
      let a = try l(frame), b = try r(frame)
      if case .int(let x) = a, case .int(let y) = b { return .bool(ints(x, y)) }
      if case .double(let x) = a, case .double(let y) = b { return .bool(doubles(x, y)) }
      return try slow(a, b, frame)
    }
  }

  /// The operator with a whole-number literal on its right.
  private func code(
    _ l: @escaping Code, constant y: Int, _ slow: @escaping (Value, Value, Frame) throws -> Value
  ) -> Code? {
    switch self {
    case .add:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a {
          let (sum, overflow) = x.addingReportingOverflow(y)
          if !overflow { return .int(sum) }
        }
        return try slow(a, .int(y), frame)
      }
    case .subtract:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a {
          let (difference, overflow) = x.subtractingReportingOverflow(y)
          if !overflow { return .int(difference) }
        }
        return try slow(a, .int(y), frame)
      }
    case .multiply:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a {
          let (product, overflow) = x.multipliedReportingOverflow(by: y)
          if !overflow { return .int(product) }
        }
        return try slow(a, .int(y), frame)
      }
    case .remainder where y > 0:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a { return .int(x % y) }
        return try slow(a, .int(y), frame)
      }
    case .divide where y > 0:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a { return .int(x / y) }
        return try slow(a, .int(y), frame)
      }
    case .less:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a { return .bool(x < y) }
        return try slow(a, .int(y), frame)
      }
    case .equal:
      return { frame in
        let a = try l(frame)
        if case .int(let x) = a { return .bool(x == y) }
        return try slow(a, .int(y), frame)
      }
    default: return nil
    }
  }
}
