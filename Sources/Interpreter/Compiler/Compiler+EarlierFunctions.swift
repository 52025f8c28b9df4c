import Syntax

/// Functions of earlier cells know what was declared when they were: a later cell may have declared it anew.
extension Compiler {
  /// How many functions are looked at for one cell.
  private static let earlierLimit = 64

  /// Checks the functions of earlier cells that this one uses, and those that they use, against what is declared now.
  func checkEarlierFunctions() {
    var seen: Set<ObjectIdentifier> = []
    var waiting = earlierFunctions
    while let (code, span) = waiting.popLast(), seen.count < Self.earlierLimit {
      guard let declaration = code.declaration, seen.insert(ObjectIdentifier(code)).inserted else { continue }
      let inner = Compiler(source: code.place.source, library: library, globals: globalTable)
      inner.globals = globals.filter { $0.value.span != nil }
      inner.scope = FunctionScope(parent: nil, capturedNames: [], isFunction: true, isClosure: false)
      _ = inner.compileDeclaration(declaration, code.place.span)
      waiting += inner.earlierFunctions.map { ($0.code, span) }
      guard let problem = inner.diagnostics.first else { continue }
      let line = code.place.source.line(at: problem.span.start)
      let text = code.place.source.text(problem.span)
      report(
        problem.kind, problem.message, span, fix: problem.fix,
        notes: ["in \(code.name), \(code.place.source.name), line \(line): \(text)"])
    }
  }
}
