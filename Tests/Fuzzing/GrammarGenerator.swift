import Interpreter

/// Writes random programs by the grammar, with no regard for types, calling what a library declares.
struct GrammarGenerator {
  var random: FuzzRandom
  let functions: [Builtin]
  /// Methods with the types that have them.
  let methods: [(builtin: Builtin, type: String)]
  /// Properties with the types that have them.
  let properties: [(name: String, type: String)]
  /// Whether the session has declared ``receivers``.
  let declaresReceivers: Bool
  private var names: [String] = ["x"]

  init(_ random: FuzzRandom, library: Library, declaresReceivers: Bool = false) {
    self.random = random
    self.declaresReceivers = declaresReceivers
    functions = library.families.flatMap(\.functions)
    let members = library.families.flatMap(\.types).flatMap { type in
      type.members.map { (member: $0, type: type.name) }
    }
    methods = members.compactMap { member, type in
      if case .method(let builtin) = member.kind { (builtin, type) } else { nil }
    }
    properties = members.compactMap { member, type in
      if case .property = member.kind { (member.name, type) } else { nil }
    }
  }

  private mutating func pick(_ choices: [String]) -> String { random.pick(choices) }

  /// A program that also calls the function or method at `index`, so that all are called in turn.
  mutating func program(calling index: Int) -> RandomProgram {
    var cells = ["var x = \(expression(2))"]
    for _ in 0..<(2 + random.next(5)) { cells.append(statement(3)) }
    let number = index % (functions.count + methods.count)
    if number < functions.count {
      cells.append("_ = " + call(functions[number], 1))
    } else {
      let (builtin, type) = methods[number - functions.count]
      cells.append("_ = (\(receiver(type))).\(call(builtin, 1))")
    }
    cells.append("print(\(expression(3)))")
    return RandomProgram(cells: cells)
  }

  private mutating func block(_ depth: Int) -> String {
    let outer = names
    defer { names = outer }
    return "{ " + (0..<(1 + random.next(2))).map { _ in statement(depth - 1) }.joined(separator: "; ") + " }"
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return expression(1) }
    switch random.next(24) {
    case 0:
      let name = pick(["a", "b", "c", "한"])
      let type = random.next(4) == 0 ? ": \(self.type(2))" : ""
      let text = "\(pick(["let", "var"])) \(name)\(type) = \(expression(depth))"
      names.append(name)
      return text
    case 1: return "\(pick(names)) \(pick(["=", "+=", "-=", "*=", "/=", "%="])) \(expression(depth))"
    case 2: return "if (\(expression(depth))) \(block(depth)) else \(block(depth))"
    case 3:
      return
        "for i in \(pick(["0..<3", "1...2", "[1, 2]", expression(1)])) where \(expression(1)) \(block(depth))"
    case 4: return "while \(expression(depth)) { break; \(statement(depth - 1)) }"
    case 5: return "func f(_ n: Int, by m: Int = 1) -> Any { \(pick(["n", "f(n - 1)", expression(depth)])) }"
    case 6:
      return
        "switch \(expression(depth)) { case \(pattern(2)): \(line(1)); \(pick(["fallthrough", "break"])); case let n where n == 1: \(line(1)); default: break }"
    case 7: return "do { \(statement(depth - 1)) } catch { \(expression(1)) }"
    case 8: return "\(pick(names))[\(expression(1))] = \(expression(depth))"
    case 9: return "guard let y = \(expression(depth)) else { throw \(expression(1)) }"
    case 10: return "repeat \(block(depth)) while false"
    case 11: return "let (p, q) = \(expression(depth))"
    case 12: return "if let y = \(expression(depth)), case \(pattern(1)) = y \(block(depth))"
    case 13:
      return
        "out: for _ in 0..<2 { for j in [1, 2] { if j == \(random.next(3)) { \(pick(["continue", "break"])) out } } }"
    case 14:
      return
        "for (k, v) in \(pick(["[1: 2]", "[(1, 2)]", "[5].enumerated()"])) { continue; \(line(depth - 1)) }"
    case 15: return "func g() -> \(type(2)) { defer { x = 1 }; return \(expression(depth)) }"
    case 16: return pick(["import Foundation", "import \"nowhere.cnn\""])
    case 17: return "let r = if \(expression(1)) { \(expression(1)) } else { \(expression(1)) }"
    case 18:
      return
        "let w = switch \(expression(1)) { case \(pattern(1)): \(expression(1)); default: \(expression(1)) }"
    case 19: return "(x, _) = (\(expression(1)), 2)"
    case 20: return "func h(_ n: \(type(1)), _ more: Int...) { return }"
    default: return line(depth)
    }
  }

  /// An expression as a statement: one that can't be taken for the end of the line before.
  private mutating func line(_ depth: Int) -> String { "_ = \(expression(depth))" }

  private mutating func pattern(_ depth: Int) -> String {
    switch random.next(depth > 0 ? 8 : 4) {
    case 0: return "_"
    case 1: return literal()
    case 2: return pick(["let m", "var m", "0..<5", "1..."])
    case 3: return "is \(type(1))"
    case 4: return pick([".same", ".adam(let rate)", ".top(5)"])
    case 5: return "let m?"
    case 6: return "(\(pattern(depth - 1)), let q)"
    default: return expression(1)
    }
  }

  private mutating func type(_ depth: Int) -> String {
    switch random.next(depth > 0 ? 6 : 1) {
    case 0: return pick(["Int", "Double", "Bool", "String", "Tensor", "Any", "Array", "Dictionary"])
    case 1: return "[\(type(depth - 1))]"
    case 2: return "[String: \(type(depth - 1))]"
    case 3: return "(\(type(depth - 1)), Int)"
    case 4: return "(\(type(depth - 1))) -> \(type(depth - 1))"
    default: return pick(["Int?", "Tensor?", "[Int]?"])
    }
  }

  mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else { return literal() }
    let d = depth - 1
    switch random.next(24) {
    case 0, 1: return literal()
    case 2: return pick(names)
    case 3, 4:
      let operation = pick([
        "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "??", ".<", ".==", "|>", "..<", "...",
      ])
      return "(\(expression(d)) \(operation) \(expression(d)))"
    case 5: return "\(pick(["-", "!"]))\(expression(d))"
    case 6: return "[\(expression(d)), \(expression(d))]"
    case 7: return "[\(expression(d)): \(expression(d))]"
    case 8: return "(\(expression(d)), b: \(expression(d)))"
    case 9: return "(\(expression(d)) ? \(expression(d)) : \(expression(d)))"
    case 10: return "{ \(pick(["", "y in ", "y, z in "]))\(expression(d)) }"
    case 11:
      return "\(pick(names))\(pick(["?", ""])).\(pick(["count", "first", "shape", "b", "0", "nothing"]))"
    case 12: return "\(pick(names))[\(pick(["0", "-1", "..<1", "...", "0, ...", expression(d)]))]"
    case 13: return "\"a \\(\(expression(d))) b\""
    case 14:
      let (builtin, type) = methods[random.next(methods.count)]
      return "(\(random.next(2) == 0 ? expression(d) : receiver(type))).\(call(builtin, d))"
    case 15:
      let (name, type) = properties[random.next(properties.count)]
      return "(\(receiver(type))).\(name)"
    case 16: return "(\(expression(d)) \(pick(["is", "as", "as?"])) \(type(1)))"
    case 17: return "\(pick(names))?.\(pick(["first", "last", "count"]))?.\(pick(["count", "text"]))"
    case 18: return "\(pick(names))!\(pick(["", ".count", "[0]"]))"
    case 19: return ".\(pick(["same", "adam", "relu"]))(\(pick(["", "lr: \(expression(d))", "0.5"])))"
    case 20: return "[1, 2].map { $0 \(pick(["+", "*", "|>"])) \(expression(d)) }"
    case 21:
      return pick(["\(expression(d))...", "..<\(literal())", "x[...]", "[:]", "(try? \(expression(d)))"])
    default: return call(functions[random.next(functions.count)], d)
    }
  }

  private mutating func literal() -> String {
    pick([
      "0", "1", "2", "-1", "7", "0.5", "1e300", "9223372036854775807", "Int.min", "true", "false", "nil",
      "\"a\"", "\"\"", "[]",
      "[:]", "[1, 2, 3]", "(1, b: 2)", "0..<3", "x", "ones(2, 2)", "{ $0 }", ".same", "Double.nan", "sqrt",
    ])
  }
}
