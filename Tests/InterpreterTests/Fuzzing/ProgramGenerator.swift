import Interpreter

/// Writes random programs by the grammar, calling what a library declares with arguments of the declared types.
struct ProgramGenerator {
  private var state: UInt64
  private let functions: [Builtin]
  /// Methods with an expression whose value has them.
  private let methods: [(builtin: Builtin, receiver: String)]
  /// Properties by the same expressions.
  private let properties: [(name: String, receiver: String)]
  private var names: [String] = ["x"]
  private(set) var called: Set<String> = []

  init(seed: UInt64, library: Library) {
    state = seed
    functions = library.families.flatMap(\.functions)
    let members = library.families.flatMap(\.types).flatMap { type in
      type.members.map { (member: $0, receiver: Self.receivers[type.name] ?? "x") }
    }
    methods = members.compactMap { member, receiver in
      if case .method(let builtin) = member.kind { (builtin, receiver) } else { nil }
    }
    properties = members.compactMap { member, receiver in
      if case .property = member.kind { (member.name, receiver) } else { nil }
    }
    // Seeds beside each other must not give the same sequence, one step further on.
    state = UInt64(random(Int.max)) &* 0xBF58_476D_1CE4_E5B9 ^ seed
  }

  /// How a program gets a value of a type, by the type's name.
  private static let receivers = [
    "Int": "7", "Double": "2.5", "Bool": "true", "String": "\"a b\"", "Range": "(0..<4)",
    "Array": "[3, 1, 2]",
    "Dictionary": "[\"a\": 1]", "Sequence": "(0...)", "Tensor": "Tensor([[1, 2], [3, 4]])",
    "Layer": "Dense(2)", "Model": "Sequential(input: [2]) { Dense(2) }",
    "Optimizer": "Adam(Variable(ones(2)))", "Variable": "Variable(ones(2))",
    "Dataset": "Digits(count: 20)", "Samples": "Digits(count: 20).train",
    "Sample": "Digits(count: 20).train[0]",
    "Images": "Digits(count: 20).train.images", "Batches": "Digits(count: 20).train.batches(4)",
    "Augment": "Augment(rotate: 10)", "Figure": "plot([1, 2])",
    "Run": "Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }.fit(Digits(count: 20))",
    "Evaluation": "Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }.evaluate(Digits(count: 20).train)",
  ]

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
    let number = index % (functions.count + methods.count)
    if number < functions.count {
      lines.append("_ = " + call(functions[number], 1))
    } else {
      let (builtin, receiver) = methods[number - functions.count]
      lines.append("_ = (\(receiver)).\(call(builtin, 1))")
    }
    lines.append("print(\(expression(3)))")
    return lines.joined(separator: "\n")
  }

  private mutating func block(_ depth: Int) -> String {
    let outer = names
    defer { names = outer }
    return "{ " + (0..<(1 + random(2))).map { _ in statement(depth - 1) }.joined(separator: "; ") + " }"
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return expression(1) }
    switch random(24) {
    case 0:
      let name = pick(["a", "b", "c", "한"])
      let type = random(4) == 0 ? ": \(self.type(2))" : ""
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
        "out: for _ in 0..<2 { for j in [1, 2] { if j == \(random(3)) { \(pick(["continue", "break"])) out } } }"
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
    switch random(depth > 0 ? 8 : 4) {
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
    switch random(depth > 0 ? 6 : 1) {
    case 0: return pick(["Int", "Double", "Bool", "String", "Tensor", "Any", "Array", "Dictionary"])
    case 1: return "[\(type(depth - 1))]"
    case 2: return "[String: \(type(depth - 1))]"
    case 3: return "(\(type(depth - 1)), Int)"
    case 4: return "(\(type(depth - 1))) -> \(type(depth - 1))"
    default: return pick(["Int?", "Tensor?", "[Int]?"])
    }
  }

  private mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else { return literal() }
    let d = depth - 1
    switch random(24) {
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
      let (builtin, receiver) = methods[random(methods.count)]
      return "(\(random(2) == 0 ? expression(d) : receiver)).\(call(builtin, d))"
    case 15:
      let (name, receiver) = properties[random(properties.count)]
      return "(\(receiver)).\(name)"
    case 16: return "(\(expression(d)) \(pick(["is", "as", "as?"])) \(type(1)))"
    case 17: return "\(pick(names))?.\(pick(["first", "last", "count"]))?.\(pick(["count", "text"]))"
    case 18: return "\(pick(names))!\(pick(["", ".count", "[0]"]))"
    case 19: return ".\(pick(["same", "adam", "relu"]))(\(pick(["", "lr: \(expression(d))", "0.5"])))"
    case 20: return "[1, 2].map { $0 \(pick(["+", "*", "|>"])) \(expression(d)) }"
    case 21:
      return pick(["\(expression(d))...", "..<\(literal())", "x[...]", "[:]", "(try? \(expression(d)))"])
    default: return call(functions[random(functions.count)], d)
    }
  }

  private mutating func call(_ builtin: Builtin, _ depth: Int) -> String {
    called.insert(builtin.name)
    var arguments: [String] = []
    for parameter in builtin.parameters where !parameter.isOptional || random(3) == 0 {
      let isFile = ["path", "folder", "checkpoint", "resume", "in", "to", "file"].contains(parameter.name)
      let value =
        isFile && parameter.type.name.hasPrefix("String")
        ? pick(["\"/nowhere/at all\"", "\"\""]) : argument(parameter.type, depth)
      arguments.append((parameter.label.map { $0 + ": " } ?? "") + value)
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
    case .function: return pick(["{ $0 }", "{ a, b in a }", "{ a in a == 1 }", "sqrt", "+", "<"])
    case .array(let element): return "[\(argument(element, depth - 1))]"
    case .optional(let inner): return random(2) == 0 ? "nil" : argument(inner, depth)
    case .either(let types): return argument(types[random(types.count)], depth)
    case .option(let family): return "." + family.cases[random(family.cases.count)].name
    case .builder: return "{ \(pick(["Dense(2)", "Flatten(); Dense(3)", "Conv(2, 3); relu; Flatten()"])) }"
    case .host(let name): return Self.receivers[name] ?? "x"
    case .dictionary: return pick(["[:]", "[\"a\": 1]"])
    case .tuple: return "(1, b: 2)"
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
