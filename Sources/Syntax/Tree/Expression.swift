/// Something that has a value.
package struct Expression: Sendable {
  /// What kind of expression it is, named by the syntax it stands for.
  package indirect enum Kind: Sendable {
    /// `nil`
    case nothing
    /// `true`
    case bool(Bool)
    /// `42`
    case integer(Int)
    /// `1e-3`
    case double(Double)
    /// `"a \(b)"`
    case string([StringSegment])
    /// `[a, b]`
    case array([Expression])
    /// `[a: b]`
    case dictionary([(key: Expression, value: Expression)])
    /// `(a, label: b)`; never with one unlabelled element
    case tuple([TupleElement])
    /// `name`
    case name(String)
    /// `$0`
    case closureParameter(Int)
    /// `base.name`, or `base?.name`
    case member(Expression, name: String, nameSpan: Span, isOptional: Bool)
    /// `.name` or `.name(arguments)`
    case option(name: String, nameSpan: Span, arguments: [Argument]?)
    /// `callee(arguments) { trailing }`
    case call(Expression, arguments: [Argument], isOptional: Bool)
    /// `base[indices]`, or `base?[indices]`
    case index(Expression, indices: [Argument], isOptional: Bool)
    /// `a?.b.c`: where a chain with `?` in it ends
    case optionalChain(Expression)
    /// `value!`
    case forceUnwrap(Expression)
    /// `try? value`
    case attempt(Expression)
    /// `-a`, `!a`
    case prefix(String, Expression)
    /// `a + b`
    case binary(String, operatorSpan: Span, Expression, Expression)
    /// `a..<b`, `a...`, `..<b`, `...`
    case range(lower: Expression?, upper: Expression?, isClosed: Bool)
    /// `condition ? a : b`
    case ternary(Expression, Expression, Expression)
    /// `{ parameters in body }`
    case closure(Closure)
    /// `if a { b } else { c }` used for its value
    case ifElse(IfStatement)
    /// `switch a { … }` used for its value
    case switchCase(SwitchStatement)
    /// `value is Type`
    case typeTest(Expression, TypeName)
    /// `value as Type`, `value as? Type`
    case typeCast(Expression, TypeName, isOptional: Bool)
    /// Something that couldn't be read; it has been reported.
    case invalid
  }

  /// What it is.
  package var kind: Kind
  /// Where it stands.
  package var span: Span
  /// How deeply it is nested, which is limited so that walking it can't exhaust the stack.
  let depth: Int

  init(_ kind: Kind, _ span: Span, depth: Int) {
    self.kind = kind
    self.span = span
    self.depth = depth
  }

  /// A name as an expression.
  package init(name: String, _ span: Span) { self.init(.name(name), span, depth: 0) }
}

/// A piece of a string: text, or a value put in.
package enum StringSegment: Sendable {
  /// Characters as they are.
  case text(String)
  /// `\(value)`, or with labelled formatting arguments `\(value, places: 2)`.
  case value([Argument], Span)
}

/// One element of a tuple.
package struct TupleElement: Sendable {
  /// Its label, if it has one.
  package var label: String?
  /// Its value.
  package var value: Expression
}

/// One argument of a call.
package struct Argument: Sendable {
  /// How an argument was written.
  package enum Form: Sendable {
    /// Between the parentheses.
    case ordinary
    /// As a closure behind them.
    case trailing
  }

  /// Its label, if it has one.
  package var label: String?
  /// Where the label stands.
  package var labelSpan: Span?
  /// Its value.
  package var value: Expression
  /// How it was written.
  package var form = Form.ordinary

  /// Where it stands, its label included.
  package var span: Span { labelSpan.map { $0.joined(value.span) } ?? value.span }
}

/// `{ (a: Int, b) -> Double in … }`
package struct Closure: Sendable {
  /// Its named parameters; `nil` when it has none and may use `$0`.
  package var parameters: [Parameter]?
  /// The type it says it returns.
  package var returnType: TypeName?
  /// Its statements.
  package var body: Block
}

/// One parameter of a function or closure.
package struct Parameter: Sendable {
  /// What a call writes before it; `nil` for none (`_`).
  package var label: String?
  /// Its name inside.
  package var name: String
  /// Where the name stands.
  package var nameSpan: Span
  /// Its type, if written.
  package var type: TypeName?
  /// Whether it takes any number of values (`Int...`).
  package var isVariadic: Bool
  /// The value it has when none is given.
  package var defaultValue: Expression?

  /// Makes a parameter.
  package init(
    label: String?, name: String, nameSpan: Span, type: TypeName?, isVariadic: Bool,
    defaultValue: Expression?
  ) {
    self.label = label
    self.name = name
    self.nameSpan = nameSpan
    self.type = type
    self.isVariadic = isVariadic
    self.defaultValue = defaultValue
  }
}
