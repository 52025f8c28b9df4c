import Syntax

extension Rehearsal {
  /// How a statement ended.
  enum Outcome {
    case normal
    case returned(Value)
    case brokeLoop
    case continued
  }

  /// Statements in a block of their own.
  func run(_ statements: [Statement], _ scope: RehearsalScope, collector: Collector?) throws -> Outcome {
    for statement in statements {
      if case .function(let function) = statement.kind {
        scope.declare(function.name, callable(function, scope, in: source))
      }
    }
    for statement in statements {
      let outcome = try run(statement, scope, collector: collector)
      guard case .normal = outcome else { return outcome }
    }
    return .normal
  }

  func run(_ statement: Statement, _ scope: RehearsalScope, collector: Collector?) throws -> Outcome {
    try step()
    switch statement.kind {
    case .function: return .normal
    case .expression(let expression):
      if let shown = output(expression, scope) {
        for argument in shown { try look(argument.value, scope) }
        return .normal
      }
      let value = try evaluate(expression, scope)
      if !value.isVoid { collector?.items.append(Collected(value: value, place: place(expression.span))) }
      return .normal
    case .binding(let bindings):
      for binding in bindings {
        guard let value = binding.value else { throw Unknowable() }
        try bind(
          binding.pattern, fitting(evaluate(value, scope), binding.type), scope,
          isConstant: binding.isConstant)
      }
      return .normal
    case .assignment(let target, let name, _, let value):
      guard case .name(let variable) = target.kind else { throw Unknowable() }
      var result = try evaluate(value, scope)
      if let name {
        result = try apply(
          name, (try self.value(of: variable, scope), place(target.span)), (result, place(value.span)),
          statement.span, assigning: true)
      }
      guard scope.assign(variable, result) else { throw Unknowable() }
      return .normal
    case .returnValue(let value): return .returned(try value.map { try evaluate($0, scope) } ?? .void)
    case .ifElse(let statement): return try run(statement, scope, collector)
    case .guardElse(let conditions, let block):
      if try conditions.allSatisfy({ try holds($0, scope) }) { return .normal }
      return try run(block.statements, RehearsalScope(parent: scope), collector: collector)
    case .forIn(let loop): return try run(loop, scope, collector)
    case .breakLoop(let label):
      guard label == nil else { throw Unknowable() }
      return .brokeLoop
    case .continueLoop(let label):
      guard label == nil else { throw Unknowable() }
      return .continued
    case .whileLoop, .repeatWhile, .switchCase, .fallThrough, .throwError, .doCatch, .importFile,
      .importModule,
      .deferred:
      throw Unknowable()
    }
  }

  /// What a call prints, shows or expects, which has no value, and no effect on shapes.
  private func output(_ expression: Expression, _ scope: RehearsalScope) -> [Argument]? {
    guard case .call(let callee, let arguments, _) = expression.kind, case .name(let name) = callee.kind,
      scope.find(name) == nil, functions[name] == nil
    else { return nil }
    return ["print", "show", "expect"].contains(name) ? arguments : nil
  }

  private func run(_ statement: IfStatement, _ scope: RehearsalScope, _ collector: Collector?) throws
    -> Outcome
  {
    for clause in statement.clauses {
      guard try clause.conditions.allSatisfy({ try holds($0, scope) }) else { continue }
      return try run(clause.body.statements, RehearsalScope(parent: scope), collector: collector)
    }
    guard let otherwise = statement.otherwise else { return .normal }
    return try run(otherwise.statements, RehearsalScope(parent: scope), collector: collector)
  }

  private func holds(_ condition: Condition, _ scope: RehearsalScope) throws -> Bool {
    guard case .expression(let expression) = condition,
      case .bool(let value) = try evaluate(expression, scope)
    else { throw Unknowable() }
    return value
  }

  /// The first round of a loop.
  func runOnce(_ loop: ForStatement, _ scope: RehearsalScope) throws {
    guard let element = try iterator(loop, scope)() else { return }
    let inner = RehearsalScope(parent: scope)
    try bind(loop.pattern, element, inner)
    if let condition = loop.condition {
      guard case .bool(true) = try evaluate(condition, inner) else { return }
    }
    _ = try run(loop.body.statements, inner, collector: nil)
  }

  private func iterator(_ loop: ForStatement, _ scope: RehearsalScope) throws -> () throws -> Value? {
    let sequence = try evaluate(loop.sequence, scope)
    switch sequence {
    case .array, .range: return try Iteration.iterator(over: sequence, context)
    default: throw Unknowable()
    }
  }

  private func run(_ loop: ForStatement, _ scope: RehearsalScope, _ collector: Collector?) throws -> Outcome {
    guard loop.label == nil else { throw Unknowable() }
    let next = try iterator(loop, scope)
    while let element = try next() {
      try step()
      let inner = RehearsalScope(parent: scope)
      try bind(loop.pattern, element, inner)
      if let condition = loop.condition {
        guard case .bool(let counts) = try evaluate(condition, inner) else { throw Unknowable() }
        guard counts else { continue }
      }
      switch try run(loop.body.statements, inner, collector: collector) {
      case .normal, .continued: continue
      case .brokeLoop: return .normal
      case .returned(let value): return .returned(value)
      }
    }
    return .normal
  }

  /// Gives a pattern's names their values.
  func bind(_ pattern: Pattern, _ value: Value, _ scope: RehearsalScope, isConstant: Bool = true) throws {
    switch pattern.kind {
    case .wildcard: return
    case .name(let name, _): scope.declare(name, value, isConstant: isConstant)
    case .tuple(let elements):
      guard case .tuple(let tuple) = value, tuple.elements.count == elements.count else { throw Unknowable() }
      for (element, value) in zip(elements, tuple.elements) {
        try bind(element.pattern, value, scope, isConstant: isConstant)
      }
    default: throw Unknowable()
    }
  }
}
