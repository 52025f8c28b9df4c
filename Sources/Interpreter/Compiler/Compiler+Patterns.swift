import Syntax

extension Compiler {
  /// Declares a pattern's names and gives the code that takes a value apart into them.
  func compileBinding(_ pattern: Pattern, _ type: StaticType) -> (Frame, Value) throws -> Void {
    switch pattern.kind {
    case .wildcard: return { _, _ in }
    case .name(let name, let isConstant):
      return declare(name, isConstant: isConstant, type: type, pattern.span)
    case .tuple(let elements):
      var types = [StaticType](repeating: .unknown, count: elements.count)
      if case .tuple(let known) = type {
        if known.count == elements.count {
          types = known.map(\.type)
        } else {
          report("TypeError", "\(elements.count) names for a tuple of \(known.count) values", pattern.span)
        }
      }
      let parts = zip(elements, types).map { compileBinding($0.pattern, $1) }
      let place = place(pattern.span)
      return { frame, value in
        let values = try Compiler.takeApart(value, into: parts.count, place)
        for (part, value) in zip(parts, values) { try part(frame, value) }
      }
    case .some(let inner): return compileBinding(inner, type)
    case .expression, .option, .type:
      let match = compileMatch(pattern, type)
      let place = place(pattern.span)
      return { frame, value in
        if try !match(frame, value) {
          throw EvaluationError("ValueError", "\(value.debugText) doesn't match", place: place)
        }
      }
    }
  }

  private static func takeApart(_ value: Value, into count: Int, _ place: SourcePlace) throws -> [Value] {
    switch value {
    case .tuple(let tuple) where tuple.elements.count == count: return tuple.elements
    case .array(let array) where array.elements.count == count: return array.elements
    case .tuple(let tuple):
      throw EvaluationError(
        "TypeError", "\(count) names for a tuple of \(tuple.elements.count) values", place: place)
    default:
      throw EvaluationError(
        "TypeError", "\(value.article) can't be taken apart into \(count) names", fix: value.memberList,
        place: place)
    }
  }

  /// Declares a pattern's names and gives the test whether a value matches, which binds them.
  func compileMatch(_ pattern: Pattern, _ type: StaticType) -> (Frame, Value) throws -> Bool {
    switch pattern.kind {
    case .wildcard: return { _, _ in true }
    case .name(let name, let isConstant):
      let store = declare(name, isConstant: isConstant, type: type, pattern.span)
      return { frame, value in
        try store(frame, value)
        return true
      }
    case .tuple(let elements):
      var types = [StaticType](repeating: .unknown, count: elements.count)
      if case .tuple(let known) = type, known.count == elements.count { types = known.map(\.type) }
      let parts = zip(elements, types).map { compileMatch($0.pattern, $1) }
      return { frame, value in
        guard case .tuple(let tuple) = value, tuple.elements.count == parts.count else { return false }
        for (part, value) in zip(parts, tuple.elements) where try !part(frame, value) { return false }
        return true
      }
    case .some(let inner):
      let match = compileMatch(inner, type)
      return { frame, value in try !value.isNothing && match(frame, value) }
    case .type(let name):
      guard let check = typeCheck(name) else { return { _, _ in false } }
      return { _, value in try check.accepts(value) }
    case .option(let name, let arguments): return compileOptionMatch(name, arguments)
    case .expression(let expression):
      let operand = compile(expression)
      let code = operand.code
      let place = place(expression.span)
      return { frame, value in
        let wanted = try code(frame)
        if case .range(let range) = wanted, value.number != nil { return range.contains(value) }
        do { return try Equality.equal(wanted, value, frame.context) } catch {
          throw EvaluationError.located(error, place)
        }
      }
    }
  }

  private func compileOptionMatch(
    _ name: String, _ arguments: [(label: String?, pattern: Pattern)]?
  ) -> (Frame, Value) throws -> Bool {
    guard let arguments else {
      return { _, value in
        if case .option(let option) = value { return option.name == name }
        // Swift's other names for nil and for a value that is there.
        return name == "none" && value.isNothing
      }
    }
    if name == "some", arguments.count == 1 {
      let match = compileMatch(arguments[0].pattern, .unknown)
      return { frame, value in try !value.isNothing && match(frame, value) }
    }
    let parts = arguments.map { compileMatch($0.pattern, .unknown) }
    return { frame, value in
      guard case .option(let option) = value, option.name == name, let given = option.arguments,
        given.count == parts.count
      else { return false }
      for (part, argument) in zip(parts, given) where try !part(frame, argument.value) { return false }
      return true
    }
  }
}
