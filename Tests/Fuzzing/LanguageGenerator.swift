/// Writes random programs of the language alone whose types are right, so that they run rather than fail in the check.
///
/// Everything ends: loops count, and functions that call themselves do so with a smaller number. What a run may still
/// meet are errors that depend on values: overflow, a position out of range, a `nil` unwrapped.
struct LanguageGenerator {
  /// The types of values, as far as a generator must know them.
  indirect enum Kind: Equatable {
    case int, double, bool, string, range, tensor
    case array(Kind)
    case dictionary(Kind)
    case optional(Kind)
    case pair(Kind, Kind)
    case function(Kind, Kind)

    /// As a program writes it.
    var text: String {
      switch self {
      case .int: "Int"
      case .double: "Double"
      case .bool: "Bool"
      case .string: "String"
      case .range: "Range"
      case .tensor: "Tensor"
      case .array(let element): "[\(element.text)]"
      case .dictionary(let value): "[String: \(value.text)]"
      case .optional(let value): "\(value.text)?"
      case .pair(let first, let second): "(\(first.text), b: \(second.text))"
      case .function(let input, let output): "(\(input.text)) -> \(output.text)"
      }
    }
  }

  struct Variable {
    var name: String
    var kind: Kind
    var isConstant = false
  }

  var random: FuzzRandom
  var variables: [Variable] = []
  /// Functions written so far: each takes an Int and a value of its kind under a label.
  var functions: [(name: String, kind: Kind)] = []
  /// How many loops and functions stand around what is being written.
  var nesting = 0
  private var count = 0

  init(_ random: FuzzRandom) { self.random = random }

  mutating func newName() -> String {
    count += 1
    return random.pick(["v", "값", "é", "camelCase"]) + "\(count)"
  }

  mutating func kind(_ depth: Int = 2) -> Kind {
    switch random.next(depth > 0 ? 14 : 5) {
    case 0, 5: .int
    case 1: .double
    case 2: .bool
    case 3, 6: .string
    case 4: .range
    case 7: .tensor
    case 8, 9: .array(kind(depth - 1))
    case 10: .dictionary(kind(depth - 1))
    case 11: .optional(random.pick([.int, .string, .array(.int)]))
    case 12: .pair(kind(depth - 1), kind(depth - 1))
    default: .function(random.pick([.int, .string]), random.pick([.int, .bool, .array(.int)]))
    }
  }

  /// A program: declarations first, so that there is something to work with.
  mutating func program() -> RandomProgram {
    var cells = [declaration(), declaration()]
    for _ in 0..<(2 + random.next(4)) { cells.append(statement(3)) }
    cells.append("print(\(expression(kind(), 2)), \(expression(.string, 3)))")
    cells.append("(\(expression(kind(), 3)))")
    return RandomProgram(cells: cells)
  }

  /// Statements in braces; what they declare is forgotten behind them.
  mutating func block(_ depth: Int, last: String? = nil) -> String {
    let outer = (variables, functions)
    defer { (variables, functions) = outer }
    var statements = (0..<(1 + random.next(2))).map { _ in statement(depth - 1) }
    if let last { statements.append(last) }
    return "{ " + statements.joined(separator: random.pick(["; ", "\n"])) + " }"
  }

  mutating func declaration() -> String {
    let kind = kind()
    let value = expression(kind, 2)
    let name = newName()
    let isConstant = random.once(in: 3)
    // Without its type `nil` and an empty collection would tell nothing.
    let type = random.once(in: 2) && kind != .range ? "" : ": \(kind.text)"
    variables.append(Variable(name: name, kind: kind, isConstant: isConstant))
    return "\(isConstant ? "let" : "var") \(name)\(type) = \(value)"
  }

  /// A statement; what may fail is sometimes caught.
  mutating func statement(_ depth: Int) -> String {
    if depth <= 0 || random.once(in: 4) { return assignment() }
    switch random.next(15) {
    case 0, 1: return declaration()
    case 2:
      let other = random.once(in: 2) ? " else \(block(depth))" : ""
      return "if \(condition()) \(block(depth))\(other)"
    case 3: return loop(depth)
    case 4:
      let counter = newName()
      let body = block(depth, last: "\(counter) += 1")
      return "var \(counter) = 0\nwhile \(counter) < \(random.next(4)) \(body)"
    case 5:
      let counter = newName()
      let body = block(depth, last: "\(counter) += 1")
      return "var \(counter) = 0\nrepeat \(body) while \(counter) < \(random.next(4))"
    case 6: return selection(depth)
    case 7: return "do \(block(depth)) catch \(random.pick(["", "problem "])){ print(\"caught\") }"
    case 8:
      let thrown = expression(random.pick([.string, .int, .pair(.int, .string)]), 1)
      return "do { if \(expression(.bool, 1)) { throw \(thrown) } } catch { print(error) }"
    case 9, 10: return function(depth)
    case 11: return destructuring()
    case 12:
      let (name, value) = (newName(), expression(.optional(.int), 1))
      let outer = variables
      defer { variables = outer }
      let check = "if let \(name) = \(value)"
      variables.append(Variable(name: name, kind: .int, isConstant: true))
      return "\(check), \(expression(.bool, 1)) \(block(depth)) else { print(\"nothing\") }"
    case 13: return "print(\(expression(kind(), 2)), separator: \"\")"
    default: return "do \(block(depth))"
    }
  }

  private mutating func condition() -> String {
    switch random.next(4) {
    case 0: "case 0..<5 = \(expression(.int, 1))"
    case 1: "\(expression(.bool, 1)), \(expression(.bool, 1))"
    default: expression(.bool, 2)
    }
  }

  private mutating func loop(_ depth: Int) -> String {
    guard nesting < 3 else { return assignment() }
    nesting += 1
    let outer = variables
    defer {
      nesting -= 1
      variables = outer
    }
    let name = newName()
    let (pattern, sequence): (String, String)
    switch random.next(6) {
    case 0:
      (pattern, sequence) = (name, "\(random.next(3))...\(3 + random.next(3))")
      variables.append(Variable(name: name, kind: .int, isConstant: true))
    case 1:
      (pattern, sequence) = ("(\(name), key)", "\(expression(.array(.string), 1)).enumerated()")
      variables.append(Variable(name: name, kind: .int, isConstant: true))
    case 2:
      (pattern, sequence) = ("(key, \(name))", expression(.dictionary(.int), 1))
      variables.append(Variable(name: name, kind: .int, isConstant: true))
    case 3:
      (pattern, sequence) = (name, expression(.string, 1))
      variables.append(Variable(name: name, kind: .string, isConstant: true))
    case 4:
      (pattern, sequence) = (name, "stride(from: \(random.next(9)), through: 0, by: -2)")
      variables.append(Variable(name: name, kind: .int, isConstant: true))
    default:
      (pattern, sequence) = (
        "(\(name), other)", "zip(\(expression(.array(.int), 1)), \(expression(.array(.bool), 1)))"
      )
      variables.append(Variable(name: name, kind: .int, isConstant: true))
    }
    let condition = random.once(in: 3) ? " where \(expression(.bool, 1))" : ""
    let leave =
      random.once(in: 3) ? "if \(expression(.bool, 1)) { \(random.pick(["break", "continue"])) out }" : nil
    let label = leave == nil ? "" : "out: "
    return "\(label)for \(pattern) in \(sequence)\(condition) \(block(depth, last: leave))"
  }

  private mutating func selection(_ depth: Int) -> String {
    let name = newName()
    switch random.next(3) {
    case 0:
      return """
        switch \(expression(.int, 2)) {
        case 0, \(random.next(9)): do \(block(depth))
        case 1..<5: do \(block(depth)); fallthrough
        case let \(name) where \(name) > 100: print(\(name))
        default: do \(block(depth))
        }
        """
    case 1:
      return """
        switch \(expression(.pair(.int, .optional(.string)), 1)) {
        case (0, let \(name)?): print(\(name))
        case (let \(name), nil): print(\(name) + 1)
        case (is Int, _): break
        default: print("other")
        }
        """
    default:
      return """
        switch \(expression(.string, 2)) {
        case "a", "": do \(block(depth))
        default: break
        }
        """
    }
  }

  private mutating func destructuring() -> String {
    let (first, second) = (kind(1), kind(1))
    let value = expression(.pair(first, second), 1)
    let (a, b) = (newName(), newName())
    variables.append(Variable(name: a, kind: first))
    variables.append(Variable(name: b, kind: second))
    return "var (\(a), \(b)) = \(value)"
  }

  /// A function that calls itself with a smaller number, and may change what stands around it.
  private mutating func function(_ depth: Int) -> String {
    guard nesting == 0 else { return assignment() }
    nesting += 2
    let outer = (variables, functions)
    let (name, kind, parameter) = (newName(), kind(1), newName())
    functions = []
    variables.append(Variable(name: "n", kind: .int, isConstant: true))
    variables.append(Variable(name: parameter, kind: kind, isConstant: true))
    let first = random.once(in: 3) ? "defer { print(\"left\") }\n" : ""
    let body = statement(depth - 1)
    let recursion = "n <= 0 ? \(expression(kind, 1)) : \(name)(n - 1, with: \(expression(kind, 1)))"
    nesting -= 2
    (variables, functions) = outer
    functions.append((name, kind))
    return """
      func \(name)(_ n: Int, with \(parameter): \(kind.text)) -> \(kind.text) {
      guard n < 5 else { return \(name)(4, with: \(parameter)) }
      \(first)\(body)
      return \(recursion)
      }
      """
  }

  private mutating func assignment() -> String {
    let targets = variables.filter { !$0.isConstant }
    guard !targets.isEmpty else { return "_ = \(expression(kind(), 2))" }
    let target = random.pick(targets)
    let name = target.name
    switch (target.kind, random.next(3)) {
    case (.int, 0): return "\(name) \(random.pick(["+=", "-=", "*="])) \(expression(.int, 1))"
    case (.int, 1): return "\(name) \(random.pick(["/=", "%="])) \(1 + random.next(9))"
    case (.double, 0): return "\(name) \(random.pick(["+=", "-=", "*=", "/="])) \(expression(.double, 1))"
    case (.string, 0): return "\(name) += \(expression(.string, 1))\n\(name) = \(name).prefix(20).joined()"
    case (.array(let element), 0): return "\(name).append(\(expression(element, 1)))"
    case (.array(let element), 1):
      return
        "if !\(name).isEmpty { \(name)[\(random.pick(["0", "-1", "\(name).count / 2"]))] = \(expression(element, 1)) }"
    case (.dictionary(let value), 0): return "\(name)[\(expression(.string, 1))] = \(expression(value, 1))"
    case (.dictionary, 1): return "\(name)[\(expression(.string, 0))] = nil"
    case (.pair(let first, _), 0): return "\(name).0 = \(expression(first, 1))"
    case (.tensor, 0): return "\(name)[0, 0] = \(expression(.double, 1))"
    default: return "\(name) = \(expression(target.kind, 2))"
    }
  }
}
