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
    TypeCheck(type, library) { name, span in
      let near = Spelling.nearest(to: name, among: library.typeNames)
      report("NameError", "unknown type '\(name)'", span, fix: near.map { "did you mean '\($0)'?" })
    }
  }
}

extension TypeCheck {
  /// The check of a type as it is written; `unknown` is told of names that are none.
  init?(_ type: TypeName, _ library: Library, unknown: (String, Span) -> Void = { _, _ in }) {
    func check(_ part: TypeName) -> TypeCheck? { TypeCheck(part, library, unknown: unknown) }
    switch type.kind {
    case .name(let name):
      guard let found = TypeCheck(named: name, library) else {
        unknown(name, type.span)
        return nil
      }
      self = found
    case .array(let element):
      guard let element = check(element) else { return nil }
      self = .array(element)
    case .dictionary(let key, let value):
      guard let key = check(key), let value = check(value) else { return nil }
      self = .dictionary(key, value)
    case .tuple(let elements):
      let checks = elements.compactMap { element in
        check(element.type).map { (label: element.label, check: $0) }
      }
      guard checks.count == elements.count else { return nil }
      self = elements.isEmpty ? .void : .tuple(checks)
    case .function(let parameters, let result):
      for part in parameters + [result] { _ = check(part) }
      self = .function
    case .optional(let inner):
      guard let inner = check(inner) else { return nil }
      self = .optional(inner)
    }
  }

  private init?(named name: String, _ library: Library) {
    switch name {
    case "Int": self = .int
    case "Double", "Float": self = .double
    case "Bool": self = .bool
    case "String", "Character": self = .string
    case "Tensor": self = .tensor
    case "Range", "ClosedRange": self = .range
    case "Any": self = .any
    case "Void": self = .void
    case "Array": self = .array(.any)
    case "Dictionary": self = .dictionary(.any, .any)
    case "Option": self = .option
    case _ where library.types[name] != nil: self = .host(name)
    default: return nil
    }
  }
}
