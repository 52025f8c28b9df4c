import Syntax
import TensorRuntime

extension Rehearsal {
  /// The value of an expression, as far as shapes go.
  func evaluate(_ expression: Expression, _ scope: RehearsalScope) throws -> Value {
    try step()
    let span = expression.span
    switch expression.kind {
    case .nothing: return .nothing
    case .bool(let value): return .bool(value)
    case .integer(let value): return .int(value)
    case .double(let value): return .double(value)
    case .string(let segments):
      guard case .text(let text)? = segments.first, segments.count == 1 else { throw Unknowable() }
      return .string(text)
    case .array(let elements): return .array(of: try elements.map { try evaluate($0, scope) })
    case .tuple(let elements):
      return .tuple(
        TupleValue(
          labels: elements.map(\.label), elements: try elements.map { try evaluate($0.value, scope) }))
    case .name(let name): return try value(of: name, scope)
    case .closureParameter(let index): return try value(of: "$\(index)", scope)
    case .member(let base, let name, let nameSpan, isOptional: false):
      return try member(name, of: base, nameSpan, scope)
    case .option(let name, _, let arguments):
      let values = try arguments?.map { (label: $0.label, value: try evaluate($0.value, scope)) }
      let site = CallSite(
        place: place(span), labels: (arguments ?? []).map(\.label), spans: (arguments ?? []).map(\.span))
      return .option(OptionValue(name: name, arguments: values, site: site))
    case .call(let callee, let arguments, isOptional: false):
      return try call(callee, arguments, span, scope)
    case .index(let base, let indices, isOptional: false):
      let value = try evaluate(base, scope)
      let positions = try indices.map { try evaluate($0.value, scope) }
      guard value.isSettled else { throw Unknowable() }
      do { return try Elements.get(positions, of: value, context) } catch {
        throw EvaluationError.located(
          error, place(span), operands: OperandShapes([(value, place(base.span))], session))
      }
    case .prefix(let name, let inner):
      let value = try evaluate(inner, scope)
      if name == "!", case .bool(let holds) = value { return .bool(!holds) }
      return try located(span) {
        switch name {
        case "!": try Operators.logicalNot(value, context)
        case "-": try Operators.negate(value, context)
        default: value
        }
      }
    case .binary(let name, _, let left, let right): return try binary(name, left, right, span, scope)
    case .range(let lower, let upper, let isClosed):
      return .range(
        RangeValue(
          lower: try lower.map { try evaluate($0, scope) }, upper: try upper.map { try evaluate($0, scope) },
          isClosed: isClosed))
    case .ternary(let condition, let first, let second):
      guard case .bool(let holds) = try evaluate(condition, scope) else { throw Unknowable() }
      return try evaluate(holds ? first : second, scope)
    case .dictionary(let pairs):
      let dictionary = DictionaryValue()
      for (key, value) in pairs {
        let key = try evaluate(key, scope)
        guard key.isHashable, dictionary.entries[key] == nil else { throw Unknowable() }
        dictionary.entries[key] = try evaluate(value, scope)
      }
      return .dictionary(dictionary)
    case .member, .call, .index, .optionalChain, .forceUnwrap, .attempt,
      .closure, .ifElse, .switchCase,
      .typeTest, .typeCast, .invalid:
      throw Unknowable()
    }
  }

  /// Runs a part of the library, and gives its errors their place.
  func located<Result>(_ span: Span, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw EvaluationError.located(error, place(span)) }
  }

  private func binary(
    _ name: String, _ left: Expression, _ right: Expression, _ span: Span, _ scope: RehearsalScope
  ) throws -> Value {
    switch name {
    case "&&", "||":
      guard case .bool(let first) = try evaluate(left, scope) else { throw Unknowable() }
      if first == (name == "||") { return .bool(first) }
      guard case .bool(let second) = try evaluate(right, scope) else { throw Unknowable() }
      return .bool(second)
    case "??":
      let value = try evaluate(left, scope)
      return value.isNothing ? try evaluate(right, scope) : value
    case "|>":
      let value = try evaluate(left, scope)
      let function = try evaluate(right, scope)
      let site = CallSite(place: place(span), labels: [nil], spans: [left.span])
      return try Calls.call(function, [value], site: site, context: context)
    default:
      let (first, second) = (try evaluate(left, scope), try evaluate(right, scope))
      return try apply(
        name, (first, place(left.span)), (second, place(right.span)), span)
    }
  }

  func apply(
    _ name: String, _ left: (value: Value, place: SourcePlace), _ right: (value: Value, place: SourcePlace),
    _ span: Span, assigning: Bool = false
  ) throws -> Value {
    guard let operation = BinaryOperator(rawValue: name) else { throw Unknowable() }
    do { return try Operators.apply(operation, left.value, right.value, context) } catch {
      throw EvaluationError.located(
        error, place(span), written: assigning ? "'\(name)='" : "'\(name)'",
        operands: OperandShapes([left, right], session))
    }
  }

  private func member(_ name: String, of base: Expression, _ nameSpan: Span, _ scope: RehearsalScope) throws
    -> Value
  {
    if case .name(let baseName) = base.kind, scope.find(baseName) == nil,
      let builtin = library.functions[baseName],
      let constant = builtin.constants.first(where: { $0.name == name })
    {
      return constant.value
    }
    let value = try evaluate(base, scope)
    if case .host(let object) = value {
      guard let member = type(of: object).declaration[name], case .property = member.kind else {
        throw Unknowable()
      }
    }
    return try located(nameSpan) { try Members.get(name, of: value, context) }
  }
}
