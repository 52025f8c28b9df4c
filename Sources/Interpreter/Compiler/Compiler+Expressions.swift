import Syntax

/// What the place of an expression takes: tells leading-dot options which family they belong to.
struct Expected {
  /// The type of the parameter the expression is given for.
  var type: ParameterType
  /// Whose parameter it is, for errors.
  var owner: String
  /// What the parameter is called.
  var parameter: String

  /// The same for the parts of a tuple or a dictionary, which may be options too.
  var forParts: Expected? { type.families.isEmpty ? nil : self }
}

/// Thrown where `?` meets `nil`, and caught where the chain ends.
struct NilInChain: Error {}

extension Compiler {
  /// Makes an expression ready to run.
  func compile(_ expression: Expression, expected: Expected? = nil) -> Operand {
    let span = expression.span
    switch expression.kind {
    case .nothing: return Operand(constant: .nothing)
    case .bool(let value): return Operand(constant: .bool(value))
    case .integer(let value): return Operand(constant: .int(value))
    case .double(let value): return Operand(constant: .double(value))
    case .string(let segments): return compileString(segments, span)
    case .array(let elements): return compileArray(elements, expected)
    case .dictionary(let pairs): return compileDictionary(pairs, expected?.forParts, span)
    case .tuple(let elements): return compileTuple(elements, expected?.forParts)
    case .name(let name): return compileName(name, span)
    case .closureParameter(let index): return compileClosureParameter(index, span)
    case .member(let base, let name, let nameSpan, let isOptional):
      return compileMember(base, name, nameSpan, isOptional, span)
    case .option(let name, let nameSpan, let arguments):
      return compileOption(name, nameSpan, arguments, span, expected)
    case .call(let callee, let arguments, let isOptional):
      return compileCall(callee, arguments, isOptional, span)
    case .index(let base, let indices, let isOptional): return compileIndex(base, indices, isOptional, span)
    case .optionalChain(let inner):
      let operand = compile(inner)
      let code = operand.code
      return Operand(
        { frame in
          do { return try code(frame) } catch is NilInChain { return .nothing }
        }, .optional(operand.type))
    case .forceUnwrap(let inner): return compileUnwrap(inner, span)
    case .attempt(let inner):
      let operand = compile(inner, expected: expected)
      let code = operand.code
      return Operand(
        { frame in
          let depth = frame.context.depth
          do { return try code(frame) } catch is EvaluationError {
            frame.context.depth = depth
            return .nothing
          }
        }, .optional(operand.type))
    case .prefix(let name, let inner): return compilePrefix(name, inner, span)
    case .binary(let name, let operatorSpan, let left, let right):
      return compileBinary(name, operatorSpan, left, right, span, expected)
    case .range(let lower, let upper, let isClosed): return compileRange(lower, upper, isClosed, span)
    case .ternary(let condition, let first, let second):
      return compileTernary(condition, first, second, expected)
    case .closure(let closure): return compileClosure(closure, span)
    case .ifElse(let statement): return compileIfValue(statement, span)
    case .switchCase(let statement): return compileSwitchValue(statement, span)
    case .typeTest(let inner, let type):
      let code = compile(inner).code
      guard let check = typeCheck(type) else { return .invalid }
      return Operand({ frame in .bool(try check.accepts(code(frame))) }, .bool)
    case .typeCast(let inner, let type, let isOptional): return compileCast(inner, type, isOptional, span)
    case .invalid: return .invalid
    }
  }

  /// Reports an expression without a value where one is needed.
  func checkHasValue(_ operand: Operand, _ span: Span) {
    if case .void = operand.type { report("TypeError", "this gives no value", span) }
  }

  private func compileClosureParameter(_ index: Int, _ span: Span) -> Operand {
    if case .some(let resolution) = resolve("$\(index)", span) {
      switch resolution {
      case .slot(let slot, _): return Operand { $0.slots[slot] }
      default: break
      }
    }
    report(
      "NameError", "'$\(index)' is the parameter of a closure, and there is none here", span,
      fix: "closures with named parameters use the names")
    return .invalid
  }

  private func compileUnwrap(_ inner: Expression, _ span: Span) -> Operand {
    let operand = compile(inner)
    let code = operand.code
    let place = place(span)
    var type = operand.type
    if case .optional(let wrapped) = type { type = wrapped }
    return Operand(
      { frame in
        let value = try code(frame)
        if value.isNothing {
          throw EvaluationError(
            "ValueError", "found nil where '!' promises a value", fix: "use ?? or if let", place: place)
        }
        return value
      }, type)
  }

  private func compileRange(_ lower: Expression?, _ upper: Expression?, _ isClosed: Bool, _ span: Span)
    -> Operand
  {
    let low = lower.map { compile($0) }
    let high = upper.map { compile($0) }
    for (operand, expression) in [(low, lower), (high, upper)] {
      guard let operand, let expression else { continue }
      switch operand.type {
      case .unknown, .int, .double, .number: break
      default:
        report(
          "TypeError", "a range's end must be a number, got \(withArticle(operand.type.name))",
          expression.span)
      }
    }
    let lowCode = low?.code
    let highCode = high?.code
    let place = place(span)
    return Operand(
      { frame in
        let low = try lowCode?(frame)
        let high = try highCode?(frame)
        for end in [low, high].compactMap({ $0 }) where end.number == nil {
          throw EvaluationError(
            "TypeError", "a range's end must be a number, got \(end.article)", place: place)
        }
        return .range(RangeValue(lower: low, upper: high, isClosed: isClosed))
      }, .range)
  }

  private func compileTernary(
    _ condition: Expression, _ first: Expression, _ second: Expression, _ expected: Expected?
  ) -> Operand {
    let test = compileCondition(condition)
    let yes = compile(first, expected: expected)
    let no = compile(second, expected: expected)
    let (yesCode, noCode) = (yes.code, no.code)
    return Operand(
      { frame in try test(frame) ? yesCode(frame) : noCode(frame) }, StaticType.joined(yes.type, no.type))
  }

  /// An expression that must be true or false: a condition, or what stands beside `&&` or `||`.
  func compileCondition(_ expression: Expression, beside connective: String? = nil) -> (Frame) throws -> Bool
  {
    let operand = compile(expression)
    let place = place(expression.span)
    let wanting = connective.map { "'\($0)' wants Bools" } ?? "a condition must be a Bool"
    switch operand.type {
    case .unknown, .bool, .optional: break
    default:
      report(
        "TypeError", "\(wanting), got \(withArticle(operand.type.name))", expression.span,
        fix: operand.type.conditionHint(place.text, connective))
    }
    let code = operand.code
    return { frame in
      let value = try code(frame)
      if case .bool(let result) = value { return result }
      throw EvaluationError(
        "TypeError", "\(wanting), got \(value.article)",
        fix: value.isNothing
          ? "compare it: \(place.text) != nil" : StaticType.of(value).conditionHint(place.text, connective),
        place: place)
    }
  }
}

extension StaticType {
  /// What to write where a value of this type stands as a condition.
  fileprivate func conditionHint(_ text: String, _ connective: String?) -> String? {
    switch self {
    case .int, .double, .number: "compare it: \(text) != 0"
    case .tensor:
      connective.map { "write .\($0) to combine tensors element by element" }
        ?? "== compares whole tensors; all(x) and any(x) look into them"
    case .array, .dictionary, .string: "write !\(text).isEmpty"
    default: nil
    }
  }
}

extension ParameterType {
  /// What the elements of an array given for it may be.
  var element: ParameterType? {
    switch self {
    case .array(let element): element
    case .optional(let inner): inner.element
    case .either(let types): types.lazy.compactMap(\.element).first
    default: nil
    }
  }
}
