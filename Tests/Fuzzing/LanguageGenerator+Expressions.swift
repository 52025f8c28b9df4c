extension LanguageGenerator {
  /// An expression of a kind.
  mutating func expression(_ kind: Kind, _ depth: Int) -> String {
    let known = variables.filter { $0.kind == kind }
    if !known.isEmpty, random.once(in: depth > 0 ? 3 : 2) { return random.pick(known).name }
    guard depth > 0 else { return literal(kind) }
    let d = depth - 1
    switch random.next(12) {
    case 0: return "(\(expression(.bool, d)) ? \(expression(kind, d)) : \(expression(kind, d)))"
    case 1:
      let made = functions.filter { $0.kind == kind }
      guard nesting < 2, !made.isEmpty else { return literal(kind) }
      return "\(random.pick(made).name)(\(random.next(4)), with: \(expression(kind, d)))"
    case 2: return "(\(expression(kind, d)), b: \(expression(.int, d))).\(random.pick(["0", "0"]))"
    case 3: return "[\(expression(kind, d)), \(expression(kind, d))][\(random.pick(["0", "1", "-1", "-2"]))]"
    case 4: return "({ \(expression(kind, d)) })()"
    case 5: return "(\(expression(kind, d)) |> { $0 })"
    default: return operation(kind, d)
    }
  }

  private mutating func literal(_ kind: Kind) -> String {
    switch kind {
    case .int:
      random.pick(["0", "1", "2", "-1", "7", "1_000", "0xFF", "9223372036854775807", "Int.min"])
    case .double: random.pick(["0.5", "-1.25", "1e300", "Double.pi", "-0.0", "Double.nan", "2.0"])
    case .bool: random.pick(["true", "false"])
    case .string:
      random.pick(["\"\"", "\"a\"", "\"한글 é\"", "\"\\u{1F600}\\n\"", "\"a,b,,c\"", "\"\\\\ \\t\""])
    case .range: random.pick(["0..<3", "1...2", "(-2)..<0", "5..<5"])
    case .tensor: random.pick(["ones(2, 2)", "Tensor([[1, 2], [3, 4]])", "zeros(2, 2)", "rand(2, 2)"])
    case .array(let element):
      random.once(in: 3) ? "[]" : "[\(literal(element)), \(literal(element)), \(literal(element))]"
    case .dictionary(let value):
      random.once(in: 3) ? "[:]" : "[\"a\": \(literal(value)), \"한\": \(literal(value))]"
    case .optional(let value): random.once(in: 2) ? "nil" : literal(value)
    case .pair(let first, let second): "(\(literal(first)), b: \(literal(second)))"
    case .function(_, let output): "{ _ in \(literal(output)) }"
    }
  }

  private mutating func operation(_ kind: Kind, _ d: Int) -> String {
    switch kind {
    case .int: integer(d)
    case .double: number(d)
    case .bool: truth(d)
    case .string: text(d)
    case .range: "\(random.next(3))..<\(3 + random.next(5))"
    case .tensor: tensor(d)
    case .array(let element): array(of: element, d)
    case .dictionary(let value): "[\(expression(.string, d)): \(expression(value, d))]"
    case .optional(let value): optional(value, d)
    case .pair(let first, let second): "(\(expression(first, d)), b: \(expression(second, d)))"
    case .function(let input, let output): closure(input, output, d)
    }
  }

  private mutating func integer(_ d: Int) -> String {
    switch random.next(13) {
    case 0, 1, 2: "(\(expression(.int, d)) \(random.pick(["+", "-", "*", "/", "%"])) \(literal(.int)))"
    case 3: "(\(expression(.int, d)) % \(2 + random.next(20)))"
    case 4: "\(expression(.array(.int), d)).\(random.pick(["count", "sum()", "reduce(0, { $0 + $1 % 7 })"]))"
    case 5: "\(expression(.string, d)).count"
    case 6: "(\(expression(.optional(.int), d)) ?? \(literal(.int)))"
    case 7: "\(random.pick(["abs", "-"]))(\(expression(.int, d)))"
    case 8: "(\(expression(.function(.int, .int), d)))(\(expression(.int, d)))"
    case 9: "(try? \(expression(.array(.int), d))[\(expression(.int, d))]) ?? 3"
    case 10: "\(expression(.dictionary(.int), d))[\(expression(.string, d)), default: 4]"
    case 11: "\(random.pick(["min", "max"]))(\(expression(.int, d)), \(expression(.int, d)))"
    default: "\(expression(.tensor, d)).\(random.pick(["count", "elementCount", "shape[1]", "rank"]))"
    }
  }

  private mutating func number(_ d: Int) -> String {
    switch random.next(5) {
    case 0, 1: "(\(expression(.double, d)) \(random.pick(["+", "-", "*", "/"])) \(expression(.double, d)))"
    case 2: "(\(expression(.double, d)) + \(expression(.int, d)))"
    case 3: "\(random.pick(["sqrt", "abs", "exp", "tanh"]))(\(expression(.double, d)))"
    default: "Double(\(expression(.int, d)))"
    }
  }

  private mutating func truth(_ d: Int) -> String {
    switch random.next(9) {
    case 0: "!\(expression(.bool, d))"
    case 1: "(\(expression(.bool, d)) \(random.pick(["&&", "||", "==", "!="])) \(expression(.bool, d)))"
    case 2:
      "(\(expression(.int, d)) \(random.pick(["<", ">", "<=", ">=", "==", "!="])) \(expression(.int, d)))"
    case 3: "(\(expression(.string, d)) \(random.pick(["<", "=="])) \(expression(.string, d)))"
    case 4:
      "\(expression(.array(.int), d)).\(random.pick(["isEmpty", "contains(1)", "allSatisfy({ $0 > 0 })"]))"
    case 5: "(\(expression(.optional(.int), d)) == nil)"
    case 6: "(\(expression(.tensor, d)) == \(expression(.tensor, d)))"
    case 7: "(\(expression(.pair(.int, .string), d)) == \(expression(.pair(.int, .string), d)))"
    default: "(\(expression(kind(1), d)) is \(kind(1).text))"
    }
  }

  private mutating func text(_ d: Int) -> String {
    switch random.next(8) {
    case 0, 1: "(\(expression(.string, d)) + \(expression(.string, d)))"
    case 2: "\"<\\(\(expression(kind(1), d))) \\(\(expression(.double, d)), places: 2)>\""
    case 3:
      "\(expression(.string, d)).\(random.pick(["uppercased()", "reversed()", "trimmed", "padded(to: 8)"]))"
    case 4: "\(expression(.array(.string), d)).joined(separator: \(literal(.string)))"
    case 5: "String(\(expression(kind(1), d)))"
    case 6: "(\(expression(.string, d)).\(random.pick(["first", "last"])) ?? \"none\")"
    default: "typeName(\(expression(kind(), d)))"
    }
  }

  private mutating func array(of element: Kind, _ d: Int) -> String {
    switch random.next(9) {
    case 0, 1: "[\(expression(element, d)), \(expression(element, d))]"
    case 2: "(\(expression(.array(element), d)) + [\(expression(element, d))])"
    case 3: "(0..<\(random.next(5))).map({ _ in \(expression(element, d)) })"
    case 4:
      "\(expression(.array(element), d)).\(random.pick(["reversed()", "shuffled()", "prefix(2)", "dropLast()"]))"
    case 5: "\(expression(.array(element), d)).filter({ _ in \(expression(.bool, d)) })"
    case 6: "\(expression(.array(element), d))[\(random.pick(["..<0", "...", "0..<0"]))]"
    case 7:
      element == .int || element == .string
        ? "\(expression(.array(element), d)).sorted\(random.pick(["()", "(by: >)", "(by: { $0 < $1 })"]))"
        : "Array(repeating: \(expression(element, d)), count: \(random.next(4)))"
    default: "\(expression(.array(.int), d)).compactMap({ $0 < 3 ? \(expression(element, d)) : nil })"
    }
  }

  private mutating func optional(_ value: Kind, _ d: Int) -> String {
    switch random.next(4) {
    case 0: "(\(expression(value, d)) as? \(value.text))"
    case 1: "\(expression(.array(value), d)).\(random.pick(["first", "last"]))"
    case 2: "\(expression(.dictionary(value), d))[\(expression(.string, d))]"
    default: "(try? \(expression(value, d)))"
    }
  }

  private mutating func closure(_ input: Kind, _ output: Kind, _ d: Int) -> String {
    let outer = variables
    defer { variables = outer }
    let name = newName()
    variables.append(Variable(name: name, kind: input, isConstant: true))
    let value = expression(output, d)
    return random.once(in: 2) ? "{ \(name) in \(value) }" : "{ (\(name): \(input.text)) in return \(value) }"
  }

  private mutating func tensor(_ d: Int) -> String {
    switch random.next(6) {
    case 0, 1: "(\(expression(.tensor, d)) \(random.pick(["+", "-", "*"])) \(expression(.tensor, d)))"
    case 2: "(\(expression(.tensor, d)) * \(expression(.double, d)))"
    case 3: "\(random.pick(["abs", "exp", "relu", "tanh"]))(\(expression(.tensor, d)))"
    case 4: "matmul(\(expression(.tensor, d)), \(expression(.tensor, d)))"
    default: "\(expression(.tensor, d)).transposed"
    }
  }
}
