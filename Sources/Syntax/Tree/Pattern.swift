/// What a value may look like, and the names it gives to its parts.
package struct Pattern: Sendable {
  /// What kind of pattern it is, named by the syntax it stands for.
  package indirect enum Kind: Sendable {
    /// `_`
    case wildcard
    /// `name`, bound
    case name(String, isConstant: Bool)
    /// `(a, label: b)`
    case tuple([(label: String?, pattern: Pattern)])
    /// `3`, `0..<5`, any expression: equal to it, or inside it
    case expression(Expression)
    /// `.name` or `.name(a, let b)`
    case option(name: String, arguments: [(label: String?, pattern: Pattern)]?)
    /// `is Type`
    case type(TypeName)
    /// `pattern?`: not `nil`
    case some(Pattern)
  }

  /// What it is.
  package var kind: Kind
  /// Where it stands.
  package var span: Span

  /// The names it binds, with their places.
  package var names: [(name: String, isConstant: Bool, span: Span)] {
    switch kind {
    case .name(let name, let isConstant): [(name, isConstant, span)]
    case .tuple(let elements): elements.flatMap(\.pattern.names)
    case .option(_, let arguments): (arguments ?? []).flatMap(\.pattern.names)
    case .some(let inner): inner.names
    case .wildcard, .expression, .type: []
    }
  }
}

/// A type as written.
package struct TypeName: Sendable {
  /// What kind of type it is, named by the syntax it stands for.
  package indirect enum Kind: Sendable {
    /// `Int`
    case name(String)
    /// `[Int]`
    case array(TypeName)
    /// `[String: Int]`
    case dictionary(TypeName, TypeName)
    /// `(Int, label: Double)`
    case tuple([(label: String?, type: TypeName)])
    /// `(Int) -> Double`
    case function([TypeName], TypeName)
    /// `Int?`
    case optional(TypeName)
  }

  /// What it is.
  package var kind: Kind
  /// Where it stands.
  package var span: Span
}

/// A whole source as a tree.
package struct Program: Sendable {
  /// What is done, in order.
  package var statements: [Statement]
  /// Everything wrong with it, in the order of its places.
  package var diagnostics: [Diagnostic]
  /// Whether what is wrong is only that it stops too early.
  package var isIncomplete: Bool
  /// How many brackets are open where an incomplete source stops.
  package var openBrackets: Int
}
