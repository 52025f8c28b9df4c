import Syntax

extension Rehearsal {
  /// `callee(arguments)`
  func call(_ callee: Expression, _ arguments: [Argument], _ span: Span, _ scope: RehearsalScope) throws
    -> Value
  {
    if let value = try callOfMethod(callee, arguments, span, scope) { return value }
    let (function, takesBody): (Value, Bool)
    do { (function, takesBody) = try self.callee(callee, scope) } catch is Unknowable {
      // Whatever is called, its arguments are evaluated before.
      for argument in arguments { try look(argument.value, scope) }
      throw Unknowable()
    }
    let values = try arguments.map { argument -> Value in
      if case .closure(let closure) = argument.value.kind {
        // A closure given to anything but a network might be called any number of times, or never.
        guard takesBody else { throw Unknowable() }
        return body(closure, argument.value.span, scope)
      }
      return try evaluate(argument.value, scope)
    }
    let site = CallSite(place: place(span), labels: arguments.map(\.label), spans: arguments.map(\.span))
    let trailing = Set(
      arguments.indices.filter { arguments[$0].form == .trailing && arguments[$0].label == nil })
    return try Calls.call(function, values, site: site, trailing: trailing, context: context)
  }

  /// The value of a method that is known better than by calling it; `nil` for other calls.
  private func callOfMethod(
    _ callee: Expression, _ arguments: [Argument], _ span: Span, _ scope: RehearsalScope
  ) throws -> Value? {
    guard case .member(let base, let name, _, isOptional: false) = callee.kind else { return nil }
    if name == "minimize", arguments.count == 1, case .closure(let closure) = arguments[0].value.kind {
      // Whatever optimizer it is, it evaluates the loss.
      _ = try result(of: closure.body, RehearsalScope(parent: scope), collector: nil)
      throw Unknowable()
    }
    guard RehearsedSamples.selections.contains(name) || ["fit", "evaluate", "predict"].contains(name) else {
      return nil
    }
    let receiver = try evaluate(base, scope)
    guard case .host(let object) = receiver else { return nil }
    if object is RehearsedSamples { return receiver }
    if let method = type(of: object).declaration.method(name), let rehearsal = method.rehearsal {
      return try rehearse(method, rehearsal, on: receiver, arguments, span, scope)
    }
    return nil
  }

  /// Looks for what goes wrong in an expression whose value isn't needed.
  func look(_ expression: Expression, _ scope: RehearsalScope) throws {
    if case .closure = expression.kind { return }
    do { _ = try evaluate(expression, scope) } catch is Unknowable {}
  }

  /// What is called, and whether its closures are the bodies of networks.
  private func callee(_ callee: Expression, _ scope: RehearsalScope) throws -> (Value, takesBody: Bool) {
    guard case .member(let base, let name, let nameSpan, isOptional: false) = callee.kind else {
      let function = try evaluate(callee, scope)
      if case .builtin(let builtin) = function {
        return (function, ["Sequential", "Model"].contains(builtin.declaration.name))
      }
      guard case .host = function else { throw Unknowable() }
      return (function, false)
    }
    let value = try evaluate(base, scope)
    if case .host(let object) = value {
      guard object is ModelObject, ["frozen", "dropping"].contains(name) else { throw Unknowable() }
    }
    let method = try located(nameSpan) { try Members.get(name, of: value, context) }
    guard case .builtin(let builtin) = method, !builtin.declaration.isMutating else { throw Unknowable() }
    return (method, false)
  }

  /// A function of the cell, or of an earlier one, as something that can be called: its statements are walked at each
  /// call.
  func callable(_ function: FunctionDeclaration, _ outer: RehearsalScope, in text: SourceFile) -> Value {
    let parameters = function.parameters.map { parameter in
      Parameter(
        label: parameter.label, name: parameter.name, type: .any,
        defaultValue: parameter.defaultValue.map { _ in .void }, isVariadic: parameter.isVariadic, summary: ""
      )
    }
    let builtin = Builtin(function.name, "", parameters) { [unowned self] call in
      guard depth < 64 else { throw Unknowable() }
      depth += 1
      let caller = source
      source = text
      defer {
        depth -= 1
        source = caller
      }
      let scope = RehearsalScope(parent: outer)
      for parameter in function.parameters {
        if parameter.isVariadic {
          let values = try call.array(parameter.name).map { try fitting($0, parameter.type) }
          scope.declare(parameter.name, .array(of: values))
        } else if call.isGiven(parameter.name) {
          scope.declare(parameter.name, try fitting(call.value(parameter.name), parameter.type))
        } else if let value = parameter.defaultValue {
          scope.declare(parameter.name, try fitting(evaluate(value, scope), parameter.type))
        }
      }
      let site = call.context.place
      do {
        return try fitting(result(of: function.body, scope, collector: nil), function.returnType)
      } catch let error as EvaluationError {
        error.passing(function.name, calledAt: site)
        throw error
      }
    }
    return .builtin(BuiltinValue(builtin))
  }

  /// A closure as the body of a network.
  private func body(_ closure: Closure, _ span: Span, _ outer: RehearsalScope) -> Value {
    let names =
      closure.parameters?.map(\.name)
      ?? (0..<NameScan.closureParameterCount(closure)).map { "$\($0)" }
    let code = FunctionCode(
      name: "closure", place: place(span), documentation: nil, isClosure: true,
      parameters: names.enumerated().map { index, name in
        FunctionParameter(
          label: nil, name: name, isVariadic: false, typeCheck: nil, typeText: nil, defaultValue: nil,
          defaultText: nil, store: { frame, value in frame.slots[index] = value })
      }, returnCheck: nil, returnText: nil)
    code.slotCount = names.count
    let text = source
    code.body = [
      { [unowned self] frame in
        let caller = source
        source = text
        defer { source = caller }
        let scope = RehearsalScope(parent: outer)
        for (index, name) in names.enumerated() { scope.declare(name, frame.slots[index]) }
        frame.result = try result(of: closure.body, scope, collector: frame.collector)
        return .returning
      }
    ]
    return .function(FunctionValue(code: code, captures: []))
  }

  /// The value of a function's statements; a single expression is its value without `return`.
  private func result(of body: Block, _ scope: RehearsalScope, collector: Collector?) throws -> Value {
    if body.statements.count == 1, case .expression(let expression) = body.statements[0].kind {
      let value = try evaluate(expression, scope)
      if !value.isVoid { collector?.items.append(Collected(value: value, place: place(expression.span))) }
      return value
    }
    if body.statements.count == 1, case .ifElse(let statement) = body.statements[0].kind,
      statement.isExpression, collector == nil
    {
      throw Unknowable()
    }
    guard case .returned(let value) = try run(body.statements, scope, collector: collector) else {
      return .void
    }
    return value
  }
}
