import Syntax

/// Members of values: what stands behind a dot.
enum Members {
  /// `value.name`
  static func get(_ name: String, of value: Value, _ context: EvaluationContext) throws -> Value {
    if case .tuple(let tuple) = value, let position = tuple.position(of: name) {
      return tuple.elements[position]
    }
    if let declaration = context.library.declaration(of: value) {
      if let member = declaration[name] {
        switch member.kind {
        case .property(_, let get): return try get(value, context)
        case .method(let builtin): return .builtin(BuiltinValue(builtin, receiver: value))
        }
      }
      if case .host(let object) = value {
        if let member = try object.dynamicMember(name, context) { return member }
        throw unknown(name, declaration, object.dynamicMemberNames)
      }
      throw unknown(name, declaration, [])
    }
    switch value {
    case .nothing:
      throw EvaluationError(
        "TypeError", "nil has no member '\(name)'", fix: "use ?. where a value may be missing, or if let")
    case .tuple(let tuple):
      let labels = tuple.labels.enumerated().map { $1 ?? String($0) }
      let near = Spelling.nearest(to: name, among: labels)
      throw EvaluationError(
        "NameError", "the tuple has no element '\(name)'",
        fix: near.map { "did you mean '\($0)'?" } ?? "it has \(labels.joined(separator: ", "))")
    case .void: throw EvaluationError("TypeError", "this gives no value, so it has no member '\(name)'")
    default: throw EvaluationError("NameError", "\(value.article) has no member '\(name)'")
    }
  }

  /// What is wrong with a member that a type doesn't have.
  static func unknown(_ name: String, _ declaration: TypeDeclaration, _ dynamic: [String]) -> EvaluationError
  {
    let names = declaration.members.map(\.name) + dynamic
    var fix: String?
    if let hint = ForeignNames.memberHint(name, of: declaration.name) {
      fix = hint
    } else if let near = Spelling.nearest(to: name, among: names) {
      fix = "did you mean '\(near)'?"
    } else if !names.isEmpty {
      fix = "it has \(names.prefix(12).joined(separator: ", "))" + (names.count > 12 ? ", …" : "")
    }
    return EvaluationError("NameError", "\(declaration.article) has no member '\(name)'", fix: fix)
  }

  /// What is wrong with the call of a property.
  static func calledProperty(_ name: String, of article: String) -> EvaluationError {
    EvaluationError(
      "TypeError", "'\(name)' of \(article) is a property and can't be called",
      fix: "leave the parentheses out: .\(name)")
  }

  /// Changes `value.name` in place.
  static func modify(
    _ name: String, of value: inout Value, _ context: EvaluationContext, _ body: (inout Value) throws -> Value
  ) throws -> Value {
    if case .tuple(let tuple) = value, let position = tuple.position(of: name) {
      let result = try value.withTuple { elements -> Value in
        var element = Value.void
        swap(&element, &elements[position])
        defer { elements[position] = element }
        return try body(&element)
      }
      return result ?? .void
    }
    if case .host(let object) = value {
      var member = try? get(name, of: value, context)
      var changed = member ?? .void
      member = nil
      let result = try body(&changed)
      try object.setMember(name, to: changed, context)
      return result
    }
    if let declaration = context.library.declaration(of: value), declaration[name] == nil {
      throw unknown(name, declaration, [])
    }
    throw EvaluationError("TypeError", "'\(name)' of \(value.article) can't be changed")
  }
}
