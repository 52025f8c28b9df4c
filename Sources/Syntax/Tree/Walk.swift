/// A part of a tree, for walks that look at everything.
package enum TreePart {
  case expression(Expression)
  case statement(Statement)
}

extension Statement {
  /// The parts right below, in the order of the source.
  package var parts: [TreePart] {
    switch kind {
    case .expression(let value), .throwError(let value): [.expression(value)]
    case .binding(let bindings): bindings.compactMap { $0.value.map { .expression($0) } }
    case .assignment(let target, _, _, let value): [.expression(target), .expression(value)]
    case .function(let function): function.parts
    case .ifElse(let statement): statement.parts
    case .guardElse(let conditions, let block): conditions.flatMap(\.parts) + block.parts
    case .forIn(let loop):
      [.expression(loop.sequence)] + (loop.condition.map { [.expression($0)] } ?? []) + loop.body.parts
        + loop.pattern.parts
    case .whileLoop(let conditions, let block, _): conditions.flatMap(\.parts) + block.parts
    case .repeatWhile(let block, let condition, _): block.parts + [.expression(condition)]
    case .switchCase(let statement): statement.parts
    case .returnValue(let value): value.map { [.expression($0)] } ?? []
    case .doCatch(let block, let clauses): block.parts + clauses.flatMap(\.body.parts)
    case .deferred(let block): block.parts
    case .breakLoop, .continueLoop, .fallThrough, .importFile, .importModule: []
    }
  }
}

extension Expression {
  /// The parts right below, in the order of the source.
  package var parts: [TreePart] {
    switch kind {
    case .nothing, .bool, .integer, .double, .name, .closureParameter, .invalid: []
    case .string(let segments):
      segments.flatMap { segment -> [TreePart] in
        guard case .value(let arguments, _) = segment else { return [] }
        return arguments.map { .expression($0.value) }
      }
    case .array(let elements): elements.map { .expression($0) }
    case .dictionary(let pairs): pairs.flatMap { [.expression($0.key), .expression($0.value)] }
    case .tuple(let elements): elements.map { .expression($0.value) }
    case .member(let base, _, _, _), .optionalChain(let base), .forceUnwrap(let base), .attempt(let base),
      .prefix(_, let base),
      .typeTest(let base, _), .typeCast(let base, _, _):
      [.expression(base)]
    case .option(_, _, let arguments): (arguments ?? []).map { .expression($0.value) }
    case .call(let base, let arguments, _), .index(let base, let arguments, _):
      [.expression(base)] + arguments.map { .expression($0.value) }
    case .binary(_, _, let left, let right): [.expression(left), .expression(right)]
    case .range(let lower, let upper, _): [lower, upper].compactMap { $0.map { .expression($0) } }
    case .ternary(let condition, let first, let second):
      [.expression(condition), .expression(first), .expression(second)]
    case .closure(let closure): closure.parts
    case .ifElse(let statement): statement.parts
    case .switchCase(let statement): statement.parts
    }
  }
}

extension Block {
  /// The statements as parts.
  package var parts: [TreePart] { statements.map { .statement($0) } }
}

extension FunctionDeclaration {
  /// Default values and body.
  package var parts: [TreePart] {
    parameters.compactMap { $0.defaultValue.map { .expression($0) } } + body.parts
  }
}

extension Closure {
  /// The body's statements.
  package var parts: [TreePart] { body.parts }
}

extension IfStatement {
  /// Conditions and bodies.
  package var parts: [TreePart] {
    clauses.flatMap { $0.conditions.flatMap(\.parts) + $0.body.parts } + (otherwise?.parts ?? [])
  }
}

extension SwitchStatement {
  /// Subject, patterns and bodies.
  package var parts: [TreePart] {
    [.expression(subject)]
      + cases.flatMap { one in
        one.patterns.flatMap { $0.pattern.parts + ($0.condition.map { [.expression($0)] } ?? []) }
          + one.body.parts
      }
  }
}

extension Condition {
  /// Its expressions; `if let name` alone reads the variable of that name.
  package var parts: [TreePart] {
    switch self {
    case .expression(let value): [.expression(value)]
    case .binding(let binding, let span):
      if let value = binding.value {
        [.expression(value)]
      } else {
        binding.pattern.names.map { .expression(Expression(.name($0.name), span, depth: 0)) }
      }
    case .pattern(let pattern, let value): pattern.parts + [.expression(value)]
    }
  }
}

extension Pattern {
  /// The expressions in it.
  package var parts: [TreePart] {
    switch kind {
    case .expression(let value): [.expression(value)]
    case .tuple(let elements): elements.flatMap(\.pattern.parts)
    case .option(_, let arguments): (arguments ?? []).flatMap(\.pattern.parts)
    case .some(let inner): inner.parts
    case .wildcard, .name, .type: []
    }
  }
}

/// Looks through trees for names.
package enum NameScan {
  /// The names read or written inside the functions and closures that stand in these parts: what they may capture.
  package static func namesUsedInFunctions(_ parts: [TreePart]) -> Set<String> {
    var names: Set<String> = []
    var waiting = parts.map { (part: $0, isInside: false) }
    while let (part, isInside) = waiting.popLast() {
      switch part {
      case .expression(let expression):
        if case .name(let name) = expression.kind, isInside { names.insert(name) }
        var inside = isInside
        if case .closure = expression.kind { inside = true }
        waiting += expression.parts.map { ($0, inside) }
      case .statement(let statement):
        var inside = isInside
        if case .function = statement.kind { inside = true }
        waiting += statement.parts.map { ($0, inside) }
      }
    }
    return names
  }

  /// How many of `$0`, `$1`, … a closure's own statements use.
  package static func closureParameterCount(_ closure: Closure) -> Int {
    var count = 0
    var waiting = closure.parts
    while let part = waiting.popLast() {
      switch part {
      case .expression(let expression):
        if case .closureParameter(let index) = expression.kind { count = max(count, index + 1) }
        if case .closure = expression.kind { continue }
        waiting += expression.parts
      case .statement(let statement):
        if case .function = statement.kind { continue }
        waiting += statement.parts
      }
    }
    return count
  }
}
