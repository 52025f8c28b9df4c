import Syntax

extension Compiler {
  /// `base.name`
  func compileMember(
    _ base: Expression, _ name: String, _ nameSpan: Span, _ isOptional: Bool, _ span: Span
  ) -> Operand {
    if let found = compileLibraryMember(base, name, nameSpan) { return found }
    let operand = compile(base)
    checkHasValue(operand, base.span)
    let type = checkMember(name, of: operand.type, nameSpan, isOptional)
    let code = operand.code
    let place = place(nameSpan)
    return Operand(
      { frame in
        let value = try code(frame)
        if value.isNothing, isOptional { throw NilInChain() }
        do { return try Members.get(name, of: value, frame.context) } catch {
          throw EvaluationError.located(error, place)
        }
      }, type)
  }

  /// `Double.pi`, and names of other libraries (`np.zeros`).
  func compileLibraryMember(_ base: Expression, _ name: String, _ nameSpan: Span) -> Operand? {
    guard case .name(let baseName) = base.kind else { return nil }
    let before = diagnostics.count
    guard let resolution = resolve(baseName, base.span) else {
      if diagnostics.count == before, let hint = ForeignNames.hint(for: name, in: baseName) {
        report("NameError", "unknown name '\(baseName)'", base.span.joined(nameSpan), fix: hint)
        return .invalid
      }
      diagnostics.removeSubrange(before...)
      return nil
    }
    guard case .builtin(let builtin) = resolution, !builtin.constants.isEmpty else { return nil }
    if let constant = builtin.constants.first(where: { $0.name == name }) {
      return Operand(constant: constant.value)
    }
    let near = Spelling.nearest(to: name, among: builtin.constants.map(\.name))
    if name == "random" {
      report(
        "NameError", "'\(baseName)' has no member 'random'", nameSpan,
        fix: baseName == "Int" ? "write randint(0..<10, 1).number" : "write rand(1).number")
      return .invalid
    }
    report(
      "NameError", "'\(baseName)' has no member '\(name)'", nameSpan,
      fix: near.map { "did you mean '\($0)'?" }
        ?? "it has \(builtin.constants.map(\.name).joined(separator: ", "))")
    return .invalid
  }

  /// What is known of a member's value; reports a member that surely doesn't exist.
  private func checkMember(_ name: String, of type: StaticType, _ span: Span, _ isOptional: Bool)
    -> StaticType
  {
    switch type {
    case .optional(let inner):
      if isOptional { return checkMember(name, of: inner, span, false) }
      return .unknown
    case .tuple(let elements):
      if let element = elements.first(where: { $0.label == name }) { return element.type }
      if let index = Int(name), elements.indices.contains(index) { return elements[index].type }
      let labels = elements.enumerated().map { $1.label ?? String($0) }
      let near = Spelling.nearest(to: name, among: labels).map { "did you mean '\($0)'?" }
      report(
        "NameError", "the tuple has no element '\(name)'", span,
        fix: near ?? "it has \(labels.joined(separator: ", "))")
      return .unknown
    default: break
    }
    guard let declarationName = type.declarationName, let declaration = library.types[declarationName] else {
      return .unknown
    }
    if let member = declaration[name] {
      if case .array(let element) = type, case .property = member.kind, ["first", "last"].contains(name) {
        return .optional(element)
      }
      return member.type
    }
    if declaration.mayHave(name) { return .unknown }
    let problem = Members.unknown(name, declaration, [])
    report("NameError", problem.message, span, fix: problem.fix)
    return .unknown
  }

  /// `.name` or `.name(arguments)`
  func compileOption(
    _ name: String, _ nameSpan: Span, _ arguments: [Argument]?, _ span: Span, _ expected: Expected?
  ) -> Operand {
    let families = expected?.type.families ?? []
    var parameters: [Parameter]?
    if let expected, families.isEmpty, !expected.type.takesAnything {
      report(
        "TypeError", "\(expected.owner) takes no option for '\(expected.parameter)', got .\(name)", span,
        fix: "it wants \(withArticle(expected.type.name))")
    } else if let expected, !families.isEmpty {
      if let found = families.lazy.compactMap({ $0[name] }).first {
        parameters = found.parameters
        checkOptionArguments(found, arguments ?? [], expected.owner, span)
      } else if !expected.type.takesAnything {
        let error = ArgumentBinding.unknownOption(name, families, expected.owner)
        report(error.kind, error.message, nameSpan, fix: error.fix)
      }
    }
    let list = arguments ?? []
    let operands = list.map { argument -> Operand in
      var inner: Expected?
      if let parameter = parameters?.first(where: { $0.label == argument.label }) {
        inner = Expected(type: parameter.type, owner: ".\(name)", parameter: parameter.name)
      }
      return compile(argument.value, expected: inner)
    }
    let codes = operands.map(\.code)
    let labels = list.map(\.label)
    let site = CallSite(place: place(span), labels: labels, spans: list.map(\.span))
    let hasArguments = arguments != nil
    return Operand(
      { frame in
        var values: [(label: String?, value: Value)] = []
        for (index, code) in codes.enumerated() { values.append((labels[index], try code(frame))) }
        return .option(OptionValue(name: name, arguments: hasArguments ? values : nil, site: site))
      }, .option)
  }

  private func checkOptionArguments(
    _ option: OptionFamily.Case, _ arguments: [Argument], _ owner: String, _ span: Span
  ) {
    do {
      _ = try ArgumentBinding.bind(
        labels: arguments.map(\.label), to: option.parameters, of: "\(owner)'s .\(option.name)")
    } catch let problem as BindingProblem {
      report(
        "TypeError", problem.message, problem.argument.map { arguments[$0].span } ?? span, fix: problem.fix)
    } catch {}
  }

  /// `base[indices]`
  func compileIndex(_ base: Expression, _ indices: [Argument], _ isOptional: Bool, _ span: Span) -> Operand {
    let operand = compile(base)
    checkHasValue(operand, base.span)
    if let fallback = indices.last, fallback.label != nil, indices.count == 2 {
      return compileDefault(operand, compile(indices[0].value), compile(fallback.value), span)
    }
    let indexOperands = indices.map { compile($0.value) }
    let codes = indexOperands.map(\.code)
    var type = StaticType.unknown
    switch operand.type {
    case .tensor: type = .tensor
    case .array(let element):
      if indices.count == 1 {
        switch indexOperands[0].type {
        case .int: type = element
        case .range: type = operand.type
        default: break
        }
      }
    case .dictionary: type = .unknown
    case .int, .double, .number, .bool, .function, .option:
      report("TypeError", "\(withArticle(operand.type.name)) has no elements to index", span)
    default: break
    }
    let place = place(span)
    let basePlace = self.place(base.span)
    let code = operand.code
    if codes.count == 1 {
      let index = codes[0]
      return Operand(
        { frame in
          let value = try code(frame)
          let position = try index(frame)
          if case .array(let array) = value, case .int(let number) = position, number >= 0,
            number < array.elements.count
          {
            return array.elements[number]
          }
          if value.isNothing, isOptional { throw NilInChain() }
          do { return try Elements.get([position], of: value, frame.context) } catch {
            throw EvaluationError.located(
              error, place, operands: OperandShapes([(value, basePlace)], frame.context.globals))
          }
        }, type)
    }
    return Operand(
      { frame in
        let value = try code(frame)
        if value.isNothing, isOptional { throw NilInChain() }
        let positions = try codes.map { try $0(frame) }
        do { return try Elements.get(positions, of: value, frame.context) } catch {
          throw EvaluationError.located(
            error, place, operands: OperandShapes([(value, basePlace)], frame.context.globals))
        }
      }, type)
  }
}

extension Compiler {
  /// `counts[key, default: 0]`
  private func compileDefault(_ base: Operand, _ key: Operand, _ fallback: Operand, _ span: Span) -> Operand {
    let (code, keyCode, fallbackCode) = (base.code, key.code, fallback.code)
    let place = place(span)
    return Operand { frame in
      let value = try code(frame)
      guard case .dictionary = value else { throw Compiler.noDictionary(value, place) }
      let found = try EvaluationError.placing(place) {
        try Elements.get([keyCode(frame)], of: value, frame.context)
      }
      return found.isNothing ? try fallbackCode(frame) : found
    }
  }

  static func noDictionary(_ value: Value, _ place: SourcePlace) -> EvaluationError {
    EvaluationError(
      "TypeError", "default: belongs to a Dictionary's key, got \(value.article)", place: place)
  }
}

extension ParameterType {
  /// Whether an option of any family is fine.
  var takesAnything: Bool {
    switch self {
    case .any: true
    case .optional(let type), .array(let type): type.takesAnything
    case .either(let types): types.contains(where: \.takesAnything)
    default: false
    }
  }
}
