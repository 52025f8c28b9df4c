import Syntax
import TensorRuntime

extension Compiler {
  /// The statements of a block, in order. What stands behind `defer` runs before what it defers.
  func compileStatements(_ statements: [Statement]) -> [Action] {
    predeclareFunctions(statements)
    var actions: [Action] = []
    for (index, statement) in statements.enumerated() {
      if case .deferred(let block) = statement.kind {
        let deferred = compileBlock(block)
        let rest = Compiler.sequence(compileStatements(Array(statements[(index + 1)...])))
        actions.append { frame in
          let flow: Flow
          do { flow = try rest(frame) } catch {
            _ = try deferred(frame)
            throw error
          }
          let result = frame.result
          _ = try deferred(frame)
          frame.result = result
          return flow
        }
        return actions
      }
      actions.append(compile(statement))
    }
    return actions
  }

  /// Makes the functions of a block known to each other.
  private func predeclareFunctions(_ statements: [Statement]) {
    guard !isTopLevel else { return }
    for case .function(let function) in statements.map(\.kind)
    where scope.blocks[scope.blocks.count - 1][function.name] == nil {
      let local = LocalVariable(
        name: function.name, isConstant: true, storage: scope.newStorage(for: function.name),
        span: function.nameSpan,
        type: .function, isReady: false)
      local.signature = signature(of: function)
      if case .cell = local.storage { scope.blocks[scope.blocks.count - 1][function.name] = local }
    }
  }

  /// `{ statements }` with its own names.
  func compileBlock(_ block: Block) -> Action {
    inBlock { Compiler.sequence(compileStatements(block.statements)) }
  }

  /// Several actions as one.
  static func sequence(_ actions: [Action]) -> Action {
    switch actions.count {
    case 0: return { _ in .normal }
    case 1: return actions[0]
    case 2:
      let (first, second) = (actions[0], actions[1])
      return { frame in
        let flow = try first(frame)
        return flow == .normal ? try second(frame) : flow
      }
    default:
      return { frame in
        for action in actions {
          let flow = try action(frame)
          if flow != .normal { return flow }
        }
        return .normal
      }
    }
  }

  func compile(_ statement: Statement) -> Action {
    let span = statement.span
    switch statement.kind {
    case .expression(let expression): return compileExpressionStatement(expression)
    case .binding(let bindings): return Compiler.sequence(bindings.map { compileBinding($0, span) })
    case .assignment(let target, let name, let operatorSpan, let value):
      return compileAssignment(target, name, operatorSpan, value, span)
    case .function(let function): return compileDeclaration(function, span)
    case .ifElse(let statement): return compileIf(statement)
    case .guardElse(let conditions, let block): return compileGuard(conditions, block)
    case .forIn(let loop): return compileFor(loop)
    case .whileLoop(let conditions, let block, let label): return compileWhile(conditions, block, label)
    case .repeatWhile(let block, let condition, let label): return compileRepeat(block, condition, label)
    case .switchCase(let statement): return compileSwitch(statement)
    case .breakLoop(let label): return compileJump(.breakLoop, label, span)
    case .continueLoop(let label): return compileJump(.continueLoop, label, span)
    case .fallThrough: return { _ in .fallThrough }
    case .returnValue(let value): return compileReturn(value, span)
    case .throwError(let value): return compileThrow(value, span)
    case .doCatch(let block, let clauses): return compileDo(block, clauses)
    case .importFile(let path, let pathSpan):
      let place = place(pathSpan)
      for (_, info) in globals where info.span == pathSpan { info.isReady = true }
      return { frame in
        guard let importer = frame.context.importer else { return .normal }
        try importer(path, place)
        return .normal
      }
    case .importModule(let name):
      // Modules are there from the start; a file of that name is what was meant.
      if (try? declarations("\(name).cnn")) != nil {
        report("NameError", "'\(name)' is a file here, no module", span, fix: "import \"\(name).cnn\"")
      }
      return { _ in .normal }
    case .deferred(let block):
      report("SyntaxError", "defer stands inside of functions", span, fix: "write it as the last line")
      return compileBlock(block)
    }
  }

  private func compileExpressionStatement(_ expression: Expression) -> Action {
    let operand = compile(expression)
    let code = collecting(operand.code, expression.span)
    return { frame in
      _ = try code(frame)
      return .normal
    }
  }

  /// `let pattern: Type = value`
  private func compileBinding(_ binding: Binding, _ span: Span) -> Action {
    let check = binding.type.flatMap { typeCheck($0) }
    guard let value = binding.value else {
      // `var x: Int` without a value: usable once it was assigned.
      if case .name(let name, _) = binding.pattern.kind {
        let store = declare(
          name, isConstant: false, type: check?.staticType ?? .unknown, check: check, binding.pattern.span)
        let isOptional = if case .optional? = check { true } else { false }
        return { frame in
          try store(frame, isOptional ? .nothing : .void)
          return .normal
        }
      }
      return { _ in .normal }
    }
    var expected: Expected?
    if case .option? = check { expected = Expected(type: .any, owner: "let", parameter: "value") }
    let operand =
      if case .closure(let closure) = value.kind,
        case .function(let parameters, let result)? = binding.type?.kind
      {
        compileClosure(closure.typed(parameters, result, value.span), value.span)
      } else {
        compile(value, expected: expected)
      }
    checkHasValue(operand, value.span)
    if let check, !check.mayAccept(operand.type) {
      report(
        "TypeError",
        "\(binding.words)wanted \(check.article), got \(operand.constant?.article ?? withArticle(operand.type.name))",
        value.span,
        fix: check.hint(operand.type))
    }
    let type = check?.staticType ?? operand.type
    let store: (Frame, Value) throws -> Void
    if case .name(let name, let isConstant) = binding.pattern.kind {
      store = declare(name, isConstant: isConstant, type: type, check: check, binding.pattern.span)
      if isConstant, let signature = operand.signature { noteSignature(name, signature) }
    } else {
      store = compileBinding(binding.pattern, type)
    }
    let code = operand.code
    let place = place(value.span)
    let words = binding.words
    guard let check else {
      return { frame in
        let value = try code(frame)
        if value.isVoid { try Compiler.requireValue(value, place) }
        try store(frame, value)
        return .normal
      }
    }
    return { frame in
      let value = check.converted(try code(frame))
      guard try check.accepts(value) else {
        throw EvaluationError(
          "TypeError", "\(words)wanted \(check.article), got \(value.article)", place: place)
      }
      try store(frame, value)
      return .normal
    }
  }

  private func noteSignature(_ name: String, _ signature: FunctionSignature) {
    let named = FunctionSignature(
      name: name, slots: signature.slots, isClosure: true,
      text: "\(name)\(signature.text.dropFirst(signature.name.count))", returnCheck: signature.returnCheck)
    if isTopLevel { globals[name]?.signature = named } else { scope.local(name)?.signature = named }
  }

  private func compileReturn(_ value: Expression?, _ span: Span) -> Action {
    if !scope.isFunction {
      report(
        "SyntaxError", "'return' stands outside of a function", span,
        fix: "a cell's last expression is its result")
    }
    guard let value else {
      scope.returns(.void)
      return { frame in
        frame.result = .void
        return .returning
      }
    }
    let operand = compile(value)
    scope.returns(operand.type)
    if let check = scope.returnCheck, !check.mayAccept(operand.type) {
      report(
        "TypeError",
        "the function promises to return \(check.article), and this \(operand.type.isSentence)",
        value.span)
    }
    let code = operand.code
    return { frame in
      frame.result = try code(frame)
      return .returning
    }
  }

  private func compileThrow(_ value: Expression, _ span: Span) -> Action {
    let code = compile(value).code
    let place = place(span)
    return { frame in
      let value = try code(frame)
      let error = EvaluationError("Error", value.text, place: place)
      error.thrown = value
      throw error
    }
  }

  private func compileDo(_ block: Block, _ clauses: [CatchClause]) -> Action {
    let body = compileBlock(block)
    guard let clause = clauses.first else { return body }
    let (store, handler) = inBlock { () -> ((Frame, Value) throws -> Void, Action) in
      let type = StaticType.unknown
      let store = declare(clause.name, isConstant: true, type: type, clause.body.span)
      return (store, compileBlock(clause.body))
    }
    return { frame in
      let depth = frame.context.depth
      do { return try body(frame) } catch let error as EvaluationError {
        frame.context.depth = depth
        try store(frame, error.thrown ?? error.value)
        return try handler(frame)
      }
    }
  }
}

extension EvaluationError {
  /// The error as `catch` gets it.
  var value: Value {
    let fix = fix.map { Value.string($0) } ?? .nothing
    return .tuple(("message", .string(message)), ("kind", .string(kind)), ("fix", fix))
  }
}

extension Closure {
  /// The closure with the types that a declaration gives its parameters and its result.
  fileprivate func typed(_ types: [TypeName], _ result: TypeName, _ span: Span) -> Closure {
    var closure = self
    var parameters = parameters ?? types.indices.map { Syntax.Parameter(implicit: "$\($0)", span: span) }
    for (index, type) in types.enumerated()
    where parameters.indices.contains(index) && parameters[index].type == nil {
      parameters[index].type = type
    }
    closure.parameters = parameters
    // What a closure without a result computes is thrown away.
    if case .name("Void") = result.kind { return closure }
    if case .tuple(let elements) = result.kind, elements.isEmpty { return closure }
    closure.returnType = returnType ?? result
    return closure
  }
}

extension Binding {
  /// How errors about its value begin: `'x': `.
  fileprivate var words: String {
    if case .name(let name, _) = pattern.kind { return "'\(name)': " }
    return ""
  }
}

extension TypeCheck {
  /// What to write where a value of another type was given.
  func hint(_ type: StaticType) -> String? {
    switch (self, type) {
    case (.int, .double): "write Int(x), which cuts off what is behind the point"
    case (.int, .string): "write Int(text) ?? 0"
    case (.string, _): "write \"\\(value)\""
    case (.tensor, .array): "write Tensor([…])"
    default: nil
    }
  }
}
