import Interpreter

/// Writes random programs by the grammar, calling what a library declares with arguments of the declared types.
struct ProgramGenerator {
  private var state: UInt64
  private let functions: [Builtin]
  private let methods: [Builtin]
  private var names: [String] = ["x"]
  private(set) var called: Set<String> = []

  init(seed: UInt64, library: Library) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    functions = library.families.flatMap(\.functions)
    methods = library.families.flatMap(\.types).flatMap { type in
      type.members.compactMap { member in if case .method(let builtin) = member.kind { builtin } else { nil }
      }
    }
  }

  private mutating func random(_ bound: Int) -> Int {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
  }

  private mutating func pick(_ choices: [String]) -> String { choices[random(choices.count)] }

  /// A program that also calls the function at `index`, so that all are called in turn.
  mutating func program(calling index: Int) -> String {
    var lines = ["var x = \(expression(2))"]
    for _ in 0..<(2 + random(5)) { lines.append(statement(3)) }
    lines.append(call(functions[index % functions.count], 1))
    lines.append(expression(3))
    return lines.joined(separator: "\n")
  }

  private mutating func block(_ depth: Int) -> String {
    let outer = names
    defer { names = outer }
    return "{ " + (0..<(1 + random(2))).map { _ in statement(depth - 1) }.joined(separator: "; ") + " }"
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return expression(1) }
    switch random(13) {
    case 0:
      let name = pick(["a", "b", "c", "한"])
      let text = "\(pick(["let", "var"])) \(name) = \(expression(depth))"
      names.append(name)
      return text
    case 1: return "\(pick(names)) \(pick(["=", "+=", "-=", "*=", "/=", "%="])) \(expression(depth))"
    case 2: return "if \(expression(depth)) \(block(depth)) else \(block(depth))"
    case 3:
      return
        "for i in \(pick(["0..<3", "1...2", "[1, 2]", expression(1)])) where \(expression(1)) \(block(depth))"
    case 4: return "while \(expression(depth)) { break; \(statement(depth - 1)) }"
    case 5: return "func f(_ n: Int, by m: Int = 1) -> Any { \(pick(["n", "f(n - 1)", expression(depth)])) }"
    case 6:
      return
        "switch \(expression(depth)) { case 0: \(expression(1)); case let n where n == 1: \(expression(1)); default: break }"
    case 7: return "do { \(statement(depth - 1)) } catch { \(expression(1)) }"
    case 8: return "\(pick(names))[\(expression(1))] = \(expression(depth))"
    case 9: return "guard let y = \(expression(depth)) else { throw \(expression(1)) }"
    case 10: return "repeat \(block(depth)) while false"
    case 11: return "let (p, q) = \(expression(depth))"
    default: return expression(depth)
    }
  }

  private mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else { return literal() }
    let d = depth - 1
    switch random(18) {
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
    case 14: return "(\(expression(d))).\(call(methods[random(methods.count)], d))"
    default: return call(functions[random(functions.count)], d)
    }
  }

  private mutating func call(_ builtin: Builtin, _ depth: Int) -> String {
    called.insert(builtin.name)
    var arguments: [String] = []
    for parameter in builtin.parameters where !parameter.isOptional || random(3) == 0 {
      arguments.append((parameter.label.map { $0 + ": " } ?? "") + argument(parameter.type, depth))
    }
    return "\(builtin.name)(\(arguments.joined(separator: ", ")))"
  }

  private mutating func argument(_ type: ParameterType, _ depth: Int) -> String {
    if random(8) == 0 { return expression(depth) }
    switch type {
    case .bool: return pick(["true", "false"])
    case .int, .ints: return pick(["0", "1", "2", "3", "-1"])
    case .number: return pick(["0.5", "1", "-2.0", "1e30"])
    case .string: return pick(["\"\"", "\"a b\"", "\"한글\""])
    case .tensor, .tensorLike: return pick(["ones(2, 3)", "Tensor([[1, 2], [3, 4]])", "zeros(1, 4, 4)", "x"])
    case .range: return pick(["0..<3", "1...2", "0..."])
    case .sequence: return pick(["[1, 2, 3]", "0..<3", "\"abc\"", "x"])
    case .function: return pick(["{ $0 }", "{ a, b in a }", "{ a in a == 1 }", "sqrt"])
    case .array(let element): return "[\(argument(element, depth - 1))]"
    case .optional(let inner): return random(2) == 0 ? "nil" : argument(inner, depth)
    case .either(let types): return argument(types[random(types.count)], depth)
    case .option(let family): return "." + family.cases[random(family.cases.count)].name
    default: return expression(max(0, depth - 1))
    }
  }

  private mutating func literal() -> String {
    pick([
      "0", "1", "2", "-1", "7", "0.5", "1e300", "9223372036854775807", "Int.min", "true", "false", "nil",
      "\"a\"", "\"\"", "[]",
      "[:]", "[1, 2, 3]", "(1, b: 2)", "0..<3", "x", "ones(2, 2)", "{ $0 }", ".same", "Double.nan", "sqrt",
    ])
  }

  /// The program with bytes changed, doubled or cut.
  mutating func mutated(_ program: String) -> String {
    var bytes = Array(program.utf8)
    for _ in 0..<(1 + random(4)) where !bytes.isEmpty {
      let position = random(bytes.count)
      switch random(4) {
      case 0: bytes[position] = UInt8(random(256))
      case 1: bytes.remove(at: position)
      case 2: bytes.insert(Array("(){}[]\"\\.,:;?!#@$_`'".utf8)[random(20)], at: position)
      default: bytes.append(contentsOf: bytes[position...].prefix(10))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
