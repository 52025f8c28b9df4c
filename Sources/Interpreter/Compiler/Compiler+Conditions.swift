import Syntax

extension Compiler {
  /// Conditions joined by commas; the names they bind are declared in the innermost block.
  func compileConditions(_ conditions: [Condition]) -> (Frame) throws -> Bool {
    let tests = conditions.map { compile($0) }
    if tests.count == 1 { return tests[0] }
    return { frame in
      for test in tests where try !test(frame) { return false }
      return true
    }
  }

  private func compile(_ condition: Condition) -> (Frame) throws -> Bool {
    switch condition {
    case .expression(let expression): return compileCondition(expression)
    case .pattern(let pattern, let value):
      let operand = compile(value)
      let match = compileMatch(pattern, operand.type)
      let code = operand.code
      return { frame in try match(frame, code(frame)) }
    case .binding(let binding, let span): return compileOptionalBinding(binding, span)
    }
  }

  /// `let a = b`: holds where `b` isn't `nil`.
  private func compileOptionalBinding(_ binding: Binding, _ span: Span) -> (Frame) throws -> Bool {
    let operand: Operand
    if let value = binding.value {
      operand = compile(value)
    } else if case .name(let name, _) = binding.pattern.kind {
      operand = compileName(name, binding.pattern.span)
    } else {
      report("SyntaxError", "a value is missing", span, fix: "if let a = b { … }")
      operand = .invalid
    }
    var type = operand.type
    if case .optional(let inner) = type { type = inner }
    let check = binding.type.flatMap { typeCheck($0) }
    let store: (Frame, Value) throws -> Void
    if case .name(let name, let isConstant) = binding.pattern.kind {
      store = declare(
        name, isConstant: isConstant, type: check?.staticType ?? type, check: check, binding.pattern.span)
    } else {
      store = compileBinding(binding.pattern, type)
    }
    let code = operand.code
    return { frame in
      let value = try code(frame)
      if value.isNothing || value.isVoid { return false }
      if let check, try !check.accepts(value) { return false }
      try store(frame, value)
      return true
    }
  }

  func compileIf(_ statement: IfStatement) -> Action {
    let clauses = statement.clauses.map { clause in
      inBlock { (test: compileConditions(clause.conditions), body: compileBlock(clause.body)) }
    }
    let otherwise = statement.otherwise.map { compileBlock($0) }
    if clauses.count == 1 {
      let (test, body) = clauses[0]
      guard let otherwise else { return { frame in try test(frame) ? body(frame) : .normal } }
      return { frame in try test(frame) ? body(frame) : otherwise(frame) }
    }
    return { frame in
      for clause in clauses where try clause.test(frame) { return try clause.body(frame) }
      return try otherwise?(frame) ?? .normal
    }
  }

  /// `if` for its value; as a statement-like body of a function (`span` nil) it needs no check.
  func compileIfValue(_ statement: IfStatement, _ span: Span?) -> Operand {
    guard statement.isExpression else {
      report(
        "SyntaxError", "an if used for its value needs an else, and one expression in each branch",
        span ?? statement.otherwise?.span ?? Span(0, 0), fix: "let x = if a { 1 } else { 2 }")
      return .invalid
    }
    let clauses = statement.clauses.map { clause in
      inBlock { (test: compileConditions(clause.conditions), value: compileValue(clause.body)) }
    }
    let otherwise = statement.otherwise.map { compileValue($0) } ?? .invalid
    let codes = clauses.map { ($0.test, $0.value.code) }
    let otherwiseCode = otherwise.code
    let type = clauses.map(\.value.type).reduce(otherwise.type) { StaticType.joined($0, $1) }
    return Operand(
      { frame in
        for (test, code) in codes where try test(frame) { return try code(frame) }
        return try otherwiseCode(frame)
      }, type)
  }

  /// The value of a block that is one expression.
  func compileValue(_ block: Block) -> Operand {
    inBlock {
      guard let statement = block.statements.first else { return .invalid }
      switch statement.kind {
      case .expression(let expression):
        let operand = compile(expression)
        return Operand(collecting(operand.code, expression.span), operand.type)
      case .ifElse(let statement): return compileIfValue(statement, block.span)
      case .switchCase(let statement): return compileSwitchValue(statement, block.span)
      default: return .invalid
      }
    }
  }

  func compileGuard(_ conditions: [Condition], _ block: Block) -> Action {
    let otherwise = compileBlock(block)
    // What a guard binds lives on behind it.
    let test = compileConditions(conditions)
    let place = place(block.span)
    return { frame in
      if try test(frame) { return .normal }
      let flow = try otherwise(frame)
      if flow == .normal {
        throw EvaluationError(
          "TypeError", "a guard's else must leave the block",
          fix: "end it with return, continue, break or throw", place: place)
      }
      return flow
    }
  }

  func compileSwitch(_ statement: SwitchStatement) -> Action {
    let subject = compile(statement.subject)
    scope.switchDepth += 1
    let cases = statement.cases.map { one in
      inBlock { (test: compileTest(one, subject.type), body: compileBlock(one.body)) }
    }
    scope.switchDepth -= 1
    let code = subject.code
    return { frame in
      let value = try code(frame)
      for index in cases.indices where try cases[index].test(frame, value) {
        var position = index
        while position < cases.count {
          let flow = try cases[position].body(frame)
          switch flow {
          case .fallThrough: position += 1
          case .breakLoop where frame.label == 0: return .normal
          default: return flow
          }
        }
        return .normal
      }
      return .normal
    }
  }

  /// `switch` for its value.
  func compileSwitchValue(_ statement: SwitchStatement, _ span: Span?) -> Operand {
    guard statement.isExpression else {
      report(
        "SyntaxError", "a switch used for its value needs one expression in each case",
        span ?? statement.subject.span)
      return .invalid
    }
    let subject = compile(statement.subject)
    let cases = statement.cases.map { one in
      inBlock { (test: compileTest(one, subject.type), value: compileValue(one.body)) }
    }
    let codes = cases.map { ($0.test, $0.value.code) }
    let type = cases.dropFirst().reduce(cases.first?.value.type ?? .unknown) {
      StaticType.joined($0, $1.value.type)
    }
    let code = subject.code
    let place = place(statement.subject.span)
    // Standing by itself it is a statement as well, and need not match.
    let mayMiss = span == nil && scope.returnCheck == nil
    return Operand(
      { frame in
        let value = try code(frame)
        for (test, code) in codes where try test(frame, value) { return try code(frame) }
        if mayMiss { return .void }
        throw EvaluationError(
          "ValueError", "no case matches \(value.debugText)", fix: "add a default", place: place)
      }, type)
  }

  private func compileTest(_ one: SwitchCase, _ type: StaticType) -> (Frame, Value) throws -> Bool {
    let names = Set(one.patterns.first?.pattern.names.map(\.name) ?? [])
    let tests = one.patterns.enumerated().map { index, alternative -> (Frame, Value) throws -> Bool in
      let (pattern, condition) = alternative
      rebound = index > 0 ? names : []
      defer { rebound = [] }
      let match = compileMatch(pattern, type)
      guard let condition = condition.map({ compileCondition($0) }) else { return match }
      return { frame, value in try match(frame, value) && condition(frame) }
    }
    if tests.isEmpty { return { _, _ in true } }
    return { frame, value in
      for test in tests where try test(frame, value) { return true }
      return false
    }
  }
}
