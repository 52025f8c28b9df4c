/// Something that is done.
package struct Statement: Sendable {
  /// What kind of statement it is, named by the syntax it stands for.
  package indirect enum Kind: Sendable {
    /// `f(x)`
    case expression(Expression)
    /// `let a = 1, b = 2`
    case binding([Binding])
    /// `a[0] = b`, `a += b` (the operator without its `=`)
    case assignment(target: Expression, operator: String?, operatorSpan: Span, value: Expression)
    /// `func f() { }`
    case function(FunctionDeclaration)
    /// `if a { } else { }`
    case ifElse(IfStatement)
    /// `guard a else { }`
    case guardElse([Condition], Block)
    /// `for a in b where c { }`
    case forIn(ForStatement)
    /// `while a { }`
    case whileLoop([Condition], Block, label: String?)
    /// `repeat { } while a`
    case repeatWhile(Block, Expression, label: String?)
    /// `switch a { case b: }`
    case switchCase(SwitchStatement)
    /// `break`
    case breakLoop(label: String?)
    /// `continue`
    case continueLoop(label: String?)
    /// `fallthrough`
    case fallThrough
    /// `return a`
    case returnValue(Expression?)
    /// `throw a`
    case throwError(Expression)
    /// `do { } catch { }`
    case doCatch(Block, [CatchClause])
    /// `import "helpers.cnn"`
    case importFile(String, Span)
    /// `import Foundation`: allowed and without effect
    case importModule(String)
    /// `defer { }`
    case deferred(Block)
  }

  /// What it is.
  package var kind: Kind
  /// Where it stands.
  package var span: Span
  /// Whether `;` ends it, which hides a last expression's value.
  package var endsWithSemicolon = false
}

/// `{ statements }`
package struct Block: Sendable {
  /// What is done, in order.
  package var statements: [Statement]
  /// Where it stands, braces included.
  package var span: Span
}

/// `let pattern: Type = value`
package struct Binding: Sendable {
  /// Whether it is `let` rather than `var`.
  package var isConstant: Bool
  /// What the value is bound to.
  package var pattern: Pattern
  /// The type written.
  package var type: TypeName?
  /// The value; `nil` for `var a: Int`.
  package var value: Expression?
}

/// `func name(parameters) -> Type { body }`
package struct FunctionDeclaration: Sendable {
  /// What it is called.
  package var name: String
  /// Where the name stands.
  package var nameSpan: Span
  /// Its parameters in order.
  package var parameters: [Parameter]
  /// The type written behind `->`.
  package var returnType: TypeName?
  /// Its statements.
  package var body: Block
  /// The `///` lines before it.
  package var documentation: String?
}

/// `a`, `let b = c`, `case .d = e`
package enum Condition: Sendable {
  /// Something true or false.
  case expression(Expression)
  /// A value that must not be `nil`; without a value it is the variable of the same name.
  case binding(Binding, Span)
  /// A value that must match.
  case pattern(Pattern, Expression)
}

/// `if conditions { } else if … { } else { }`
package struct IfStatement: Sendable {
  /// Conditions with what is done when they hold, in order.
  package var clauses: [(conditions: [Condition], body: Block)]
  /// What is done when none holds.
  package var otherwise: Block?
}

/// `label: for pattern in sequence where condition { body }`
package struct ForStatement: Sendable {
  /// What each element is bound to.
  package var pattern: Pattern
  /// Whether elements that don't match are left out: `for case let x? in xs`.
  package var isCase: Bool
  /// What is gone through.
  package var sequence: Expression
  /// Which elements count.
  package var condition: Expression?
  /// What is done for each.
  package var body: Block
  /// The name by which `break` and `continue` may mean it.
  package var label: String?
}

/// `switch subject { case patterns where condition: body  default: body }`
package struct SwitchStatement: Sendable {
  /// The value looked at.
  package var subject: Expression
  /// The cases in order.
  package var cases: [SwitchCase]
}

/// `case a, b where c: body`, or `default: body` without patterns
package struct SwitchCase: Sendable {
  /// What matches, with its `where`; empty for `default`.
  package var patterns: [(pattern: Pattern, condition: Expression?)]
  /// What is done.
  package var body: Block
}

/// `catch pattern { body }`
package struct CatchClause: Sendable {
  /// The name of the caught error: `error` unless another is written.
  package var name: String
  /// What is done.
  package var body: Block
}
