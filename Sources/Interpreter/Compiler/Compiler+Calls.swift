import Syntax

extension Compiler {
  /// `callee(arguments)`
  func compileCall(_ callee: Expression, _ arguments: [Argument], _ isOptional: Bool, _ span: Span) -> Operand
  {
    switch callee.kind {
    case .name(let name):
      if let resolution = resolve(name, callee.span) {
        if case .builtin(let builtin) = resolution {
          return compileBuiltinCall(builtin, receiver: nil, arguments, span)
        }
        return compileValueCall(
          compileName(name, callee.span), arguments, span, isOptional, signature: signature(of: resolution),
          callee: callee.span)
      }
      if let hint = ForeignNames.hint(for: name), !diagnostics.contains(where: { $0.span == callee.span }) {
        report("NameError", "unknown name '\(name)'", callee.span, fix: hint)
        for argument in arguments { _ = compile(argument.value) }
        return .invalid
      }
    case .member(let base, let name, let nameSpan, let isOptionalMember):
      if compileLibraryMemberExists(base, name) { break }
      return compileMethodCall(base, name, nameSpan, isOptionalMember, arguments, span)
    case .array(let elements) where elements.count == 1 && arguments.isEmpty:
      // `[Int]()`: an empty array of a type.
      if case .name(let name) = elements[0].kind, library.typeNames.contains(name) {
        return Operand({ _ in .array(of: []) }, .array(.unknown))
      }
    case .dictionary(let pairs) where pairs.count == 1 && arguments.isEmpty:
      if case .name(let name) = pairs[0].key.kind, library.typeNames.contains(name) {
        return Operand({ _ in .dictionary(DictionaryValue()) }, .dictionary(.unknown))
      }
    default: break
    }
    return compileValueCall(compile(callee), arguments, span, isOptional, signature: nil, callee: callee.span)
  }

  private func compileLibraryMemberExists(_ base: Expression, _ name: String) -> Bool {
    guard case .name(let baseName) = base.kind else { return false }
    if case .builtin(let builtin)? = quietly({ resolve(baseName, base.span) }) {
      return !builtin.constants.isEmpty
    }
    return false
  }

  /// Looks something up without reporting.
  func quietly<Result>(_ body: () -> Result) -> Result {
    let before = diagnostics.count
    defer { diagnostics.removeSubrange(before...) }
    return body()
  }

  private func signature(of resolution: Resolution) -> FunctionSignature? {
    switch resolution {
    case .slot(_, let local), .cell(_, let local), .capture(_, let local):
      local.isConstant ? local.signature : nil
    case .itself: scope.selfSignature
    case .global(let info): info.isConstant && (info.isReady || info.span != nil) ? info.signature : nil
    case .builtin, .constant: nil
    }
  }

  /// Where the closures behind a call stand among its arguments.
  func trailing(_ arguments: [Argument]) -> Set<Int> {
    Set(arguments.indices.filter { arguments[$0].form == .trailing && arguments[$0].label == nil })
  }

  func site(_ arguments: [Argument], _ span: Span) -> CallSite {
    CallSite(place: place(span), labels: arguments.map(\.label), spans: arguments.map(\.span))
  }

  /// A call of something that isn't known to be a built-in.
  private func compileValueCall(
    _ callee: Operand, _ arguments: [Argument], _ span: Span, _ isOptional: Bool,
    signature: FunctionSignature?,
    callee calleeSpan: Span
  ) -> Operand {
    switch callee.type {
    case .int, .double, .number, .bool, .string, .array, .dictionary, .range, .tensor, .tuple:
      report("TypeError", "\(withArticle(callee.type.name)) can't be called", calleeSpan)
    case .host, .model:
      if let declaration = callee.type.declarationName.flatMap({ library.types[$0] }) {
        guard let call = declaration.call else {
          report("TypeError", "\(declaration.article) can't be called", calleeSpan)
          break
        }
        var result = compileBuiltinCall(call, receiver: callee.code, arguments, span)
        if case .model(let output) = callee.type { result.type = output }
        return result
      }
    default: break
    }
    let trailing = trailing(arguments)
    let bound = signature.flatMap { check(arguments, trailing, against: $0, span) }
    let operands = arguments.map { compile($0.value) }
    if let signature, let bound { check(operands, arguments, bound, against: signature) }
    let type = signature?.returnCheck?.staticType ?? .unknown
    for (operand, argument) in zip(operands, arguments) { checkHasValue(operand, argument.value.span) }
    let codes = operands.map(\.code)
    let site = site(arguments, span)
    let code = callee.code
    if let signature, let targets = try? signature.bind(site.labels, trailing: trailing),
      !signature.isClosure,
      targets == Array(0..<signature.slots.count), !signature.slots.contains(where: \.isVariadic)
    {
      return Operand(
        { frame in
          guard case .function(let function) = try code(frame) else { throw Compiler.notCallable(site) }
          return try Calls.callDirectly(function, codes, frame, site)
        }, type)
    }
    return Operand(
      { frame in
        let function = try code(frame)
        if function.isNothing, isOptional { throw NilInChain() }
        var values: [Value] = []
        values.reserveCapacity(codes.count)
        for code in codes { values.append(try code(frame)) }
        return try Calls.call(function, values, site: site, trailing: trailing, context: frame.context)
      }, type)
  }

  static func notCallable(_ site: CallSite) -> EvaluationError {
    EvaluationError("TypeError", "only functions, closures and models can be called", place: site.place)
  }

  /// Matches arguments to a function's parameters; reports what doesn't fit.
  func check(
    _ arguments: [Argument], _ trailing: Set<Int>, against signature: FunctionSignature, _ span: Span
  ) -> [Int]? {
    var labels = arguments.map(\.label)
    if signature.isClosure { labels = labels.map { _ in nil } }
    if signature.isClosure, arguments.count == 1, signature.slots.count > 1 { return nil }
    do {
      return try signature.bind(labels, trailing: trailing, ignoringLabels: signature.isClosure)
    } catch let problem as BindingProblem {
      report(
        "TypeError", problem.message, problem.argument.map { arguments[$0].span } ?? span, fix: problem.fix)
    } catch {}
    return nil
  }

  /// Reports arguments that are surely not of the types a function's parameters are declared with.
  func check(
    _ operands: [Operand], _ arguments: [Argument], _ targets: [Int], against signature: FunctionSignature
  ) {
    for (index, target) in targets.enumerated() where signature.slots.indices.contains(target) {
      let slot = signature.slots[target]
      let operand = operands[index]
      guard let check = slot.typeCheck, !check.mayAccept(operand.type) else { continue }
      if case .void = operand.type { continue }
      report(
        "TypeError",
        "\(signature.name) wants \(check.article) for '\(slot.name)', got \(operand.constant?.article ?? withArticle(operand.type.name))",
        arguments[index].value.span, fix: check.hint(operand.type))
    }
  }

  /// A call of a built-in function, or of a host object whose type is known.
  func compileBuiltinCall(_ builtin: Builtin, receiver: Code?, _ arguments: [Argument], _ span: Span)
    -> Operand
  {
    let trailing = trailing(arguments)
    let site = site(arguments, span)
    let binding = bind(arguments, trailing, to: builtin, span)
    if builtin.name == "expect", binding != nil, arguments.count == 1,
      let expectation = compileExpectation(arguments[0].value, span)
    {
      return expectation
    }
    let operands = compileArguments(arguments, binding, builtin.parameters, builtin.name)
    var type = builtin.returns
    if let infer = builtin.inferredType { type = infer(operands.map(\.type)) }
    if builtin.isModelOfBody { type = .model(output: operands.last?.result?.asOutput ?? .unknown) }
    guard let binding else { return Operand(Operand.invalid.code, type) }
    let codes = operands.map(\.code)
    return Operand(
      { frame in
        var value = try receiver?(frame) ?? .void
        var values: [Value] = []
        values.reserveCapacity(codes.count)
        for code in codes { values.append(try code(frame)) }
        return try Calls.call(builtin, receiver: &value, binding, values, site: site, context: frame.context)
      }, type)
  }

  /// `expect(a == b)`: a failure shows both sides' values.
  private func compileExpectation(_ condition: Expression, _ span: Span) -> Operand? {
    guard case .binary(let name, _, let left, let right) = condition.kind,
      let operation = BinaryOperator(rawValue: name),
      operation.family == .equality || operation.family == .order
    else { return nil }
    let first = compile(left)
    let second = compile(right)
    guard operation.resultType(first.type, second.type) != nil else { return nil }
    let (leftCode, rightCode) = (first.code, second.code)
    let texts = (source.text(left.span), source.text(right.span))
    let place = place(span)
    let conditionText = source.text(condition.span)
    return Operand(
      { frame in
        let a = try leftCode(frame)
        let b = try rightCode(frame)
        do {
          if case .bool(true) = try Operators.apply(operation, a, b, frame.context) { return .void }
          var notes: [String] = []
          for (text, value) in [(texts.0, a), (texts.1, b)] {
            let shown = try frame.context.text(of: value, isNested: true)
            if shown != text { notes.append("\(text) is \(shown.prefix(400))") }
          }
          throw EvaluationError("ExpectationError", "expectation failed: \(conditionText)", notes: notes)
        } catch { throw EvaluationError.located(error, place) }
      }, .void)
  }

  /// Matches arguments to a built-in's parameters; reports what doesn't fit.
  func bind(
    _ arguments: [Argument], _ trailing: Set<Int>, to builtin: Builtin, _ span: Span
  ) -> ArgumentBinding? {
    do {
      return try ArgumentBinding.bind(
        labels: arguments.map(\.label), trailing: trailing, to: builtin.parameters, of: builtin.name)
    } catch let problem as BindingProblem {
      let place =
        problem.argument.map { index in arguments[index].labelSpan ?? arguments[index].span } ?? span
      report("TypeError", problem.message, place, fix: problem.fix)
    } catch {}
    return nil
  }

  /// Compiles arguments knowing their parameters, so that options find their family and wrong types are reported.
  func compileArguments(
    _ arguments: [Argument], _ binding: ArgumentBinding?, _ parameters: [Parameter], _ owner: String
  ) -> [Operand] {
    arguments.enumerated().map { index, argument in
      guard let binding, parameters.indices.contains(binding.targets[index]) else {
        return compile(argument.value)
      }
      let parameter = parameters[binding.targets[index]]
      let expected = Expected(type: parameter.type, owner: owner, parameter: parameter.name)
      let operand = compile(argument.value, expected: expected)
      check(operand, argument, parameter, owner)
      return operand
    }
  }

  func check(_ operand: Operand, _ argument: Argument, _ parameter: Parameter, _ owner: String) {
    if let constant = operand.constant, case .nothing = constant {
      if !parameter.type.accepts(constant) {
        report("TypeError", ArgumentBinding.mismatchMessage("nil", parameter, owner), argument.value.span)
      }
      return
    }
    guard !parameter.type.mayAccept(operand.type) else { return }
    if case .void = operand.type { return checkHasValue(operand, argument.value.span) }
    let error = operand.constant.map { ArgumentBinding.mismatch($0, parameter, owner) }
    report(
      "TypeError",
      ArgumentBinding.mismatchMessage(
        operand.constant?.article ?? withArticle(operand.type.name), parameter, owner),
      argument.value.span,
      fix: error?.fix ?? ForeignNames.argumentHint(operand.type, for: parameter, of: owner))
  }
}
