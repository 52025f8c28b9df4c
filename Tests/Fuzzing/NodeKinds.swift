import Syntax

/// Which kinds of nodes were seen in trees, to prove that random programs reach them all.
package struct NodeKinds {
  private var seen: Set<String> = []

  /// Nothing seen yet.
  package init() {}

  /// Every kind that a tree without errors may hold.
  private static let all: Set<String> = [
    "nothing", "bool", "integer", "double", "string", "array", "dictionary", "tuple", "name",
    "closureParameter", "member", "option", "call", "index", "optionalChain", "forceUnwrap", "attempt",
    "prefix",
    "binary",
    "range", "ternary", "closure", "ifElse", "switchCase", "typeTest", "typeCast",
    "statement expression", "statement binding", "statement assignment", "statement function",
    "statement ifElse", "statement guardElse", "statement forIn", "statement whileLoop",
    "statement repeatWhile", "statement switchCase", "statement breakLoop", "statement continueLoop",
    "statement fallThrough", "statement returnValue", "statement throwError", "statement doCatch",
    "statement importFile", "statement importModule", "statement deferred",
    "pattern wildcard", "pattern name", "pattern tuple", "pattern expression", "pattern option",
    "pattern type",
    "pattern some",
    "type name", "type array", "type dictionary", "type tuple", "type function", "type optional",
  ]

  /// What no tree held.
  package var missing: Set<String> { Self.all.subtracting(seen) }

  /// Looks through a program, if it can be read.
  package mutating func add(_ program: RandomProgram) {
    let tree = Parser.parse(SourceFile(name: "fuzz", text: program.text))
    if tree.diagnostics.isEmpty { add(tree.statements) }
  }

  /// Looks through statements with everything in them.
  private mutating func add(_ statements: [Statement]) {
    for statement in statements { visit(statement, "statement ") }
  }

  /// Trees are made of enums with values in them, so their mirrors show every node, whatever new kinds there are.
  private mutating func visit(_ value: Any, _ prefix: String) {
    var waiting: [(value: Any, prefix: String)] = [(value, prefix)]
    while let (value, prefix) = waiting.popLast() {
      var inner = prefix
      switch value {
      case is Statement: inner = "statement "
      case is Expression: inner = ""
      case is Pattern: inner = "pattern "
      case is TypeName: inner = "type "
      case is Statement.Kind, is Expression.Kind, is Pattern.Kind, is TypeName.Kind:
        seen.insert(prefix + (Mirror(reflecting: value).children.first?.label ?? "\(value)"))
      case is Span, is String, is Int, is Bool, is Double: continue
      default: break
      }
      waiting += Mirror(reflecting: value).children.map { ($0.value, inner) }
    }
  }
}
