import Syntax

/// Answers what is known of an expression without running anything: for completion and inspection.
struct StaticQuery {
  let library: Library
  let names: [String: NameSnapshot.Entry]
  /// What the text before the cursor gives its names, where they are declared there.
  private let locals: [String: Expression]

  /// Prepares to answer about a text, whose declarations count before those of the session.
  init(library: Library, names: [String: NameSnapshot.Entry], text: String) {
    self.library = library
    self.names = names
    var locals: [String: Expression] = [:]
    for case .binding(let bindings) in Parser.parse(SourceFile(name: "query", text: text)).statements.map(
      \.kind)
    {
      for binding in bindings {
        if case .name(let name, _) = binding.pattern.kind, let value = binding.value { locals[name] = value }
      }
    }
    self.locals = locals
  }

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

  /// What the text declares a name as, in words.
  func typeName(ofLocal name: String) -> String {
    guard let value = locals[name], let subject = subject(value, depth: 1) else { return "" }
    return declaration(of: subject)?.name ?? ""
  }

  private func subject(_ expression: Expression, depth: Int = 0) -> Subject? {
    guard depth < 100 else { return nil }
    func subject(_ inner: Expression) -> Subject? { self.subject(inner, depth: depth + 1) }
    switch expression.kind {
    case .name(let name):
      if let value = locals[name], let found = subject(value) { return found }
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
      case .variable(let entry)?:
        // A network may have several outputs; most have one.
        return entry.declaration?.call.map {
          .type($0.returns.isUnknown && entry.typeName == "Model" ? .tensor : $0.returns)
        }
      default: return nil
      }
    case .index(let base, _, _):
      guard let base = subject(base) else { return nil }
      if case .type(.array(let element)) = base { return .type(element) }
      return declaration(of: base).flatMap { $0.element.isUnknown ? nil : .type($0.element) }
    case .optionalChain(let inner), .forceUnwrap(let inner): return subject(inner)
    default: return nil
    }
  }

  /// The labels of a function of the session, with the types written for them.
  func labels(of function: NameSnapshot.Entry) -> [(label: String, type: String)] {
    let source = SourceFile(name: "query", text: "func \(function.summary) { }")
    guard case .function(let declaration)? = Parser.parse(source).statements.first?.kind else {
      return function.labels.map { ($0, "") }
    }
    return declaration.parameters.compactMap { parameter in
      parameter.label.map { ($0, parameter.type.map { source.text($0.span) } ?? "") }
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
