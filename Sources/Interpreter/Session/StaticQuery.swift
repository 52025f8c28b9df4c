import Syntax

/// Answers what is known of an expression without running anything: for completion and inspection.
struct StaticQuery {
  let library: Library
  let names: [String: NameSnapshot.Entry]

  /// What an expression is, as far as it is known.
  enum Subject {
    case variable(NameSnapshot.Entry)
    case builtin(Builtin)
    case member(Member)
    case type(StaticType)
    case object(any HostObject)
  }

  /// Looks at an expression's text.
  func subject(_ text: String) -> Subject? {
    let program = Parser.parse(SourceFile(name: "query", text: text))
    guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind else {
      return nil
    }
    return subject(expression)
  }

  private func subject(_ expression: Expression) -> Subject? {
    switch expression.kind {
    case .name(let name):
      if let entry = names[name] { return .variable(entry) }
      if let builtin = library.functions[name] { return .builtin(builtin) }
      if let value = library.constants[name] { return .type(StaticType.of(value)) }
      return nil
    case .integer: return .type(.int)
    case .double: return .type(.double)
    case .string: return .type(.string)
    case .bool: return .type(.bool)
    case .array: return .type(.array(.unknown))
    case .dictionary: return .type(.dictionary(.unknown))
    case .range: return .type(.range)
    case .member(let base, let name, _, _):
      guard let base = subject(base) else { return nil }
      if let member = declaration(of: base)?[name] { return .member(member) }
      return nil
    case .call(let callee, _, _):
      switch subject(callee) {
      case .builtin(let builtin)?: return .type(builtin.returns)
      case .member(let member)?:
        if case .method(let builtin) = member.kind { return .type(builtin.returns) }
        return nil
      case .variable(let entry)?: return entry.declaration?.call.map { .type($0.returns) }
      default: return nil
      }
    case .index(let base, _, _):
      guard let base = subject(base), case .type(.array(let element)) = base else { return nil }
      return .type(element)
    case .optionalChain(let inner), .forceUnwrap(let inner): return subject(inner)
    default: return nil
    }
  }

  /// The type that declares a subject's members.
  func declaration(of subject: Subject) -> TypeDeclaration? {
    switch subject {
    case .variable(let entry): entry.declaration ?? library.types[entry.typeName]
    case .object(let object): type(of: object).declaration
    case .builtin: nil
    case .member(let member): member.type.declarationName.flatMap { library.types[$0] }
    case .type(let type): type.declarationName.flatMap { library.types[$0] }
    }
  }

  /// What a call of an expression takes.
  func parameters(of callee: String) -> [Parameter] {
    switch subject(callee) {
    case .builtin(let builtin)?: builtin.parameters
    case .member(let member)?: if case .method(let builtin) = member.kind { builtin.parameters } else { [] }
    case .variable(let entry)?: entry.declaration?.call?.parameters ?? []
    default: []
    }
  }
}
