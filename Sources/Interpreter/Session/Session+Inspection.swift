import Syntax

extension Session {
  /// What is known about the name at a cursor. Callable from any thread, also while a cell runs.
  package func inspection(of text: String, at offset: Int, detail: Int = 0) -> MIMEBundle? {
    let cursor = CursorContext(text, at: offset)
    let query = StaticQuery(
      library: context.library, names: names.all, text: cursor.text(0, cursor.wordStart))
    let word = cursor.wholeWord
    if !word.text.isEmpty {
      let whole = cursor.followsDot ? CursorContext(text, at: word.end).base + "." + word.text : word.text
      if let subject = query.subject(whole) { return Session.description(of: subject, query) }
      if cursor.followsDot, let family = option(word.text, cursor, query) { return family }
    }
    guard let call = cursor.call, let subject = query.subject(call.callee) else { return nil }
    return Session.description(of: subject, query)
  }

  private func option(_ name: String, _ cursor: CursorContext, _ query: StaticQuery) -> MIMEBundle? {
    guard let call = cursor.call else { return nil }
    for parameter in query.parameters(of: call.callee) {
      for family in parameter.type.families {
        if let found = family[name] {
          return Documentation.bundle(Documentation.text(of: found, in: family))
        }
      }
    }
    return nil
  }

  private static func description(of subject: StaticQuery.Subject, _ query: StaticQuery) -> MIMEBundle? {
    switch subject {
    case .builtin(let builtin): return Documentation.bundle(Documentation.text(of: builtin))
    case .member(let member): return Documentation.bundle(Documentation.text(of: member))
    case .type(let type):
      return query.declaration(of: .type(type)).map { Documentation.bundle(Documentation.text(of: $0)) }
    case .object: return nil
    case .variable(let entry):
      var lines = [
        Documentation.Line.code(
          entry.kind == "function" ? "func \(entry.summary)" : "\(entry.name): \(entry.typeName)")
      ]
      if entry.kind != "function", !entry.summary.isEmpty { lines.append(.text(entry.summary)) }
      if let documentation = entry.documentation { lines.append(.text(documentation)) }
      if let declaration = query.declaration(of: subject) { lines += Documentation.text(of: declaration) }
      return Documentation.bundle(lines)
    }
  }
}
