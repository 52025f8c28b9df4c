import Syntax

extension Compiler {
  func compileCast(_ inner: Expression, _ type: TypeName, _ isOptional: Bool, _ span: Span) -> Operand {
    let code = compile(inner).code
    guard let check = typeCheck(type) else { return .invalid }
    let place = place(span)
    return Operand(
      { frame in
        let value = try code(frame)
        let converted = check.converted(value)
        if try check.accepts(converted) { return converted }
        if isOptional { return .nothing }
        throw EvaluationError("TypeError", "\(value.article) isn't \(check.article)", place: place)
      }, isOptional ? .optional(check.staticType) : check.staticType)
  }

  /// The check that a written type asks for; reports unknown ones.
  func typeCheck(_ type: TypeName) -> TypeCheck? {
    switch type.kind {
    case .name(let name): return namedType(name, type.span)
    case .array(let element): return typeCheck(element).map { .array($0) }
    case .dictionary(let key, let value):
      guard let key = typeCheck(key), let value = typeCheck(value) else { return nil }
      return .dictionary(key, value)
    case .tuple(let elements):
      if elements.isEmpty { return .void }
      let checks = elements.compactMap { typeCheck($0.type) }
      return checks.count == elements.count ? .tuple(checks) : nil
    case .function(let parameters, let result):
      for parameter in parameters + [result] { _ = typeCheck(parameter) }
      return .function
    case .optional(let inner): return typeCheck(inner).map { .optional($0) }
    }
  }

  func namedType(_ name: String, _ span: Span) -> TypeCheck? {
    switch name {
    case "Int": return .int
    case "Double", "Float": return .double
    case "Bool": return .bool
    case "String", "Character": return .string
    case "Tensor": return .tensor
    case "Range", "ClosedRange": return .range
    case "Any": return .any
    case "Void": return .void
    case "Array": return .array(.any)
    case "Dictionary": return .dictionary(.any, .any)
    case "Option": return .option
    default: break
    }
    if library.types[name] != nil { return .host(name) }
    let near = Spelling.nearest(to: name, among: library.typeNames)
    report("NameError", "unknown type '\(name)'", span, fix: near.map { "did you mean '\($0)'?" })
    return nil
  }
}
