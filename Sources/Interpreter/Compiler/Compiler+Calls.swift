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
  private func trailing(_ arguments: [Argument]) -> Set<Int> {
    Set(arguments.indices.filter { arguments[$0].form == .trailing && arguments[$0].label == nil })
  }

  private func site(_ arguments: [Argument], _ span: Span) -> CallSite {
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
  private func check(
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
  private func check(
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
  private func bind(
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
  private func compileArguments(
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

  private func check(_ operand: Operand, _ argument: Argument, _ parameter: Parameter, _ owner: String) {
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
      argument.value.span, fix: error?.fix)
  }

  /// `base.name(arguments)`
  private func compileMethodCall(
    _ base: Expression, _ name: String, _ nameSpan: Span, _ isOptional: Bool, _ arguments: [Argument],
    _ span: Span
  ) -> Operand {
    if library.mutatingMethods.contains(name), let reference = compileReference(base, quietly: true) {
      return compileMutatingCall(reference, base, name, nameSpan, arguments, span)
    }
    if case .name(let baseName) = base.kind, quietly({ resolve(baseName, base.span) }) == nil,
      let hint = ForeignNames.hint(for: name, in: baseName), !globals.keys.contains(baseName)
    {
      report("NameError", "unknown name '\(baseName)'", base.span.joined(nameSpan), fix: hint)
      for argument in arguments { _ = compile(argument.value) }
      return .invalid
    }
    let operand = compile(base)
    checkHasValue(operand, base.span)
    let declared = declaredMethod(name, of: operand.type, nameSpan, isOptional)
    let trailing = trailing(arguments)
    let site = site(arguments, span)
    let binding = declared.flatMap { bind(arguments, trailing, to: $0, span) }
    let operands = compileArguments(arguments, binding, declared?.parameters ?? [], declared?.name ?? name)
    let codes = operands.map(\.code)
    let code = operand.code
    let cache = MethodCache(declared, binding)
    var type = declared?.returns ?? .unknown
    if let infer = declared?.inferredType { type = infer([operand.type] + operands.map(\.type)) }
    let namePlace = place(nameSpan)
    return Operand(
      { frame in
        var value = try code(frame)
        if value.isNothing, isOptional { throw NilInChain() }
        var values: [Value] = []
        values.reserveCapacity(codes.count)
        for code in codes { values.append(try code(frame)) }
        let context = frame.context
        if let (builtin, binding) = try cache.method(
          name, of: value, labels: site.labels, trailing: trailing, context: context, site: site)
        {
          return try Calls.call(builtin, receiver: &value, binding, values, site: site, context: context)
        }
        let member: Value
        do { member = try Members.get(name, of: value, context) } catch {
          throw EvaluationError.located(error, namePlace)
        }
        return try Calls.call(member, values, site: site, trailing: trailing, context: context)
      }, type)
  }

  /// The method a known type declares under a name; reports one that surely doesn't exist.
  private func declaredMethod(_ name: String, of type: StaticType, _ span: Span, _ isOptional: Bool)
    -> Builtin?
  {
    var type = type
    if case .optional(let inner) = type, isOptional { type = inner }
    guard let declarationName = type.declarationName, let declaration = library.types[declarationName] else {
      return nil
    }
    if !declaration.mayHave(name) {
      let problem = Members.unknown(name, declaration, [])
      report("NameError", problem.message, span, fix: problem.fix)
    }
    return declaration.method(name)
  }

  /// `variable.append(x)`: the variable is changed in place.
  private func compileMutatingCall(
    _ reference: Reference, _ base: Expression, _ name: String, _ nameSpan: Span, _ arguments: [Argument],
    _ span: Span
  ) -> Operand {
    let trailing = trailing(arguments)
    let site = site(arguments, span)
    let codes = arguments.map { compile($0.value).code }
    let cache = MethodCache(nil, nil)
    let namePlace = place(nameSpan)
    let typeName = reference.type
    if let declarationName = typeName.declarationName, let declaration = library.types[declarationName],
      let member = declaration[name], case .method(let builtin) = member.kind
    {
      _ = bind(arguments, trailing, to: builtin, span)
      if builtin.isMutating { checkMutable(reference, base.span, "changed by \(name)") }
    }
    let isConstant = reference.isConstant
    return Operand { frame in
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try code(frame)) }
      let context = frame.context
      return try reference.modify(frame) { value in
        if let (builtin, binding) = try cache.method(
          name, of: value, labels: site.labels, trailing: trailing, context: context, site: site)
        {
          if builtin.isMutating, isConstant, !value.isReference {
            throw EvaluationError(
              "TypeError", "a constant can't be changed by \(name)", fix: "declare it with var",
              place: site.place)
          }
          return try Calls.call(builtin, receiver: &value, binding, values, site: site, context: context)
        }
        let member: Value
        do { member = try Members.get(name, of: value, context) } catch {
          throw EvaluationError.located(error, namePlace)
        }
        return try Calls.call(member, values, site: site, trailing: trailing, context: context)
      }
    }
  }
}

extension Value {
  /// Whether it is a host object, which constants may hold and methods may change.
  var isReference: Bool {
    if case .host = self { return true }
    return false
  }
}

/// Remembers at a call site which method a type's name stands for.
final class MethodCache {
  private var declaration: TypeDeclaration?
  private var builtin: Builtin?
  private var binding: ArgumentBinding?
  private let declared: Builtin?
  private let declaredBinding: ArgumentBinding?

  init(_ declared: Builtin?, _ binding: ArgumentBinding?) {
    self.declared = declared
    declaredBinding = binding
  }

  /// The method with its matched arguments; `nil` where the name isn't a method.
  func method(
    _ name: String, of value: Value, labels: [String?], trailing: Set<Int>, context: EvaluationContext,
    site: CallSite
  ) throws -> (Builtin, ArgumentBinding)? {
    guard let found = context.library.declaration(of: value) else { return nil }
    if found === declaration, let builtin, let binding { return (builtin, binding) }
    guard let method = found.method(name) else { return nil }
    declaration = found
    builtin = method
    if method === declared, let declaredBinding {
      binding = declaredBinding
    } else {
      do {
        binding = try ArgumentBinding.bind(
          labels: labels, trailing: trailing, to: method.parameters, of: method.name)
      } catch let problem as BindingProblem {
        declaration = nil
        throw EvaluationError("TypeError", problem.message, fix: problem.fix, place: site.place)
      }
    }
    return binding.map { (method, $0) }
  }
}
