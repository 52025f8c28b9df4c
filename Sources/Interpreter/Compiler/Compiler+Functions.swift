import Syntax

extension Compiler {
  /// `{ a, b in body }`
  func compileClosure(_ closure: Closure, _ span: Span) -> Operand {
    let parameters =
      closure.parameters
      ?? (0..<NameScan.closureParameterCount(closure)).map {
        Syntax.Parameter(implicit: "$\($0)", span: span)
      }
    let check = closure.returnType.flatMap { typeCheck($0) }
    let inner = FunctionScope(
      parent: scope, capturedNames: NameScan.namesUsedInFunctions(closure.parts), isFunction: true,
      isClosure: true)
    inner.returnCheck = check
    let code = compileFunction(
      name: "closure", parameters, closure.body, inner, check, span: span, documentation: nil,
      returnText: closure.returnType.map { source.text($0.span) })
    let sources = inner.captures
    var operand = Operand(
      { frame in .function(FunctionValue(code: code, captures: Compiler.captures(sources, frame))) },
      .function)
    operand.signature = FunctionSignature(code)
    operand.result = inner.result
    return operand
  }

  static func captures(_ sources: [FunctionScope.CaptureSource], _ frame: Frame) -> [CapturedVariable] {
    sources.map { source in
      switch source {
      case .cell(let index):
        if let cell = frame.cells[index] { return cell }
        let cell = frame.context.capturedVariables.make(.void)
        frame.cells[index] = cell
        return cell
      case .capture(let index): return frame.captures[index]
      }
    }
  }

  /// `func name(…) { body }`
  func compileDeclaration(_ function: FunctionDeclaration, _ span: Span) -> Action {
    let check = function.returnType.flatMap { typeCheck($0) }
    let inner = FunctionScope(
      parent: scope, capturedNames: NameScan.namesUsedInFunctions(function.parts), isFunction: true,
      isClosure: false)
    inner.returnCheck = check
    let signature = signature(of: function)
    let store: (Frame, Value) throws -> Void
    if isTopLevel, let info = globals[function.name] {
      info.isReady = true
      info.isConstant = true
      info.type = .function
      info.signature = signature
      let variable = info.variable
      store = { _, value in variable.value = value }
    } else {
      inner.selfName = function.name
      inner.selfSignature = signature
      if let local = scope.blocks[scope.blocks.count - 1][function.name], !local.isReady {
        local.isReady = true
        local.signature = signature
        switch local.storage {
        case .slot(let index): store = { frame, value in frame.slots[index] = value }
        case .cell(let index):
          store = { frame, value in
            if let cell = frame.cells[index] {
              cell.value = value
            } else {
              frame.cells[index] = frame.context.capturedVariables.make(value)
            }
          }
        }
      } else {
        store = declare(function.name, isConstant: true, type: .function, function.nameSpan)
        scope.blocks[scope.blocks.count - 1][function.name]?.signature = signature
      }
    }
    let code = compileFunction(
      name: function.name, function.parameters, function.body, inner, check, span: span,
      documentation: function.documentation, returnText: function.returnType.map { source.text($0.span) })
    let sources = inner.captures
    if sources.isEmpty { code.declaration = function }
    return { frame in
      try store(frame, .function(FunctionValue(code: code, captures: Compiler.captures(sources, frame))))
      return .normal
    }
  }

  /// How a declared function may be called, known before its body is.
  func signature(of function: FunctionDeclaration) -> FunctionSignature {
    let slots = function.parameters.map { parameter in
      FunctionSignature.Slot(
        label: parameter.label, name: parameter.name, isVariadic: parameter.isVariadic,
        hasDefault: parameter.defaultValue != nil,
        typeCheck: parameter.type.flatMap { type in quietly { typeCheck(type) } })
    }
    let list = function.parameters.map { parameter in
      let name =
        parameter.label == parameter.name ? parameter.name : "\(parameter.label ?? "_") \(parameter.name)"
      return name + (parameter.type.map { ": " + source.text($0.span) } ?? "")
        + (parameter.isVariadic ? "..." : "")
    }
    return FunctionSignature(
      name: function.name, slots: slots, isClosure: false,
      text: "\(function.name)(\(list.joined(separator: ", ")))",
      returnCheck: function.returnType.flatMap { type in quietly { typeCheck(type) } })
  }

  private func compileFunction(
    name: String, _ parameters: [Syntax.Parameter], _ body: Block, _ inner: FunctionScope,
    _ check: TypeCheck?,
    span: Span, documentation: String?, returnText: String?
  ) -> FunctionCode {
    let outer = scope
    scope = inner
    defer { scope = outer }
    let compiled = parameters.map { compileParameter($0) }
    let code = FunctionCode(
      name: name, place: place(span), documentation: documentation, isClosure: inner.isClosure,
      parameters: compiled,
      returnCheck: check, returnText: returnText)
    // A block of its own: names in it may hide parameters, as in `guard let x else { … }`.
    code.body = inBlock { compileBody(body, check) }
    code.slotCount = inner.slotCount
    code.cellCount = inner.cellCount
    return code
  }

  private func compileParameter(_ parameter: Syntax.Parameter) -> FunctionParameter {
    let check = parameter.type.flatMap { typeCheck($0) }
    let defaultValue = parameter.defaultValue.map { compile($0) }
    if let defaultValue, let check, let span = parameter.defaultValue?.span,
      !check.mayAccept(defaultValue.type)
    {
      report(
        "TypeError",
        "the default value of '\(parameter.name)' must be \(check.article), got \(withArticle(defaultValue.type.name))",
        span)
    }
    var type = check?.staticType ?? .unknown
    if parameter.isVariadic { type = .array(type) }
    let store = declare(parameter.name, isConstant: true, type: type, nil, parameter.nameSpan)
    scope.local(parameter.name)?.isGiven = true
    return FunctionParameter(
      label: parameter.label, name: parameter.name, isVariadic: parameter.isVariadic, typeCheck: check,
      typeText: parameter.type.map { source.text($0.span) }, defaultValue: defaultValue?.code,
      defaultText: parameter.defaultValue.map { source.text($0.span) }, store: store)
  }

  private func declare(
    _ name: String, isConstant: Bool, type: StaticType, _ check: TypeCheck?, _ span: Span
  ) -> (Frame, Value) throws -> Void {
    declare(name, isConstant: isConstant, type: type, check: check, span)
  }

  /// A function's statements. A single expression is its value without `return`.
  private func compileBody(_ body: Block, _ check: TypeCheck?) -> [Action] {
    if body.statements.count == 1, let value = compileImplicitReturn(body.statements[0], check) {
      return [
        { frame in
          frame.result = try value(frame)
          return .returning
        }
      ]
    }
    return compileStatements(body.statements)
  }

  private func compileImplicitReturn(_ statement: Statement, _ check: TypeCheck?) -> Code? {
    switch statement.kind {
    case .expression(let expression):
      let operand = compile(expression)
      if let check, !check.mayAccept(operand.type) {
        report(
          "TypeError",
          "the function promises to return \(check.article), and this \(operand.type.isSentence)",
          expression.span)
      }
      scope.returns(operand.type)
      return collecting(operand.code, expression.span)
    case .ifElse(let statement) where statement.isExpression:
      let operand = compileIfValue(statement, nil)
      scope.returns(operand.type)
      return operand.code
    case .switchCase(let statement) where statement.isExpression:
      let operand = compileSwitchValue(statement, nil)
      scope.returns(operand.type)
      return operand.code
    default: return nil
    }
  }

  /// Hands an expression statement's value to the builder that runs the body, if one does.
  func collecting(_ code: @escaping Code, _ span: Span) -> Code {
    guard scope.isClosure else { return code }
    let place = place(span)
    return { frame in
      let value = try code(frame)
      if let collector = frame.collector, !value.isVoid {
        collector.items.append(Collected(value: value, place: place))
      }
      return value
    }
  }
}

extension Syntax.Parameter {
  /// `$0`
  init(implicit name: String, span: Span) {
    self.init(
      label: nil, name: name, nameSpan: span, type: nil, isVariadic: false, defaultValue: nil)
  }
}

extension IfStatement {
  /// Whether every branch is one expression, so that the whole has a value.
  var isExpression: Bool {
    guard let otherwise else { return false }
    return (clauses.map(\.body) + [otherwise]).allSatisfy(\.isExpression)
  }
}

extension SwitchStatement {
  /// Whether every case is one expression.
  var isExpression: Bool { cases.allSatisfy(\.body.isExpression) }
}

extension Block {
  /// Whether it is one expression.
  var isExpression: Bool {
    guard statements.count == 1 else { return false }
    switch statements[0].kind {
    case .expression: return true
    case .ifElse(let statement): return statement.isExpression
    case .switchCase(let statement): return statement.isExpression
    default: return false
    }
  }
}
