import Interpreter

extension GrammarGenerator {
  /// What a session of ``ProgramKind/builtins`` declares before its programs: values that methods are called on, made
  /// once because making them takes longer than most calls.
  static let receivers: [(type: String, name: String, expression: String)] = [
    ("Dataset", "aDataset", "Digits(count: 20)"),
    ("Samples", "aPart", "aDataset.train"),
    ("Sample", "aSample", "aPart[0]"),
    ("Images", "someImages", "aPart.images"),
    ("Model", "aModel", "Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }"),
    ("Layer", "aLayer", "Dense(2)"),
    ("Variable", "aVariable", "Variable(ones(2))"),
    ("Optimizer", "anOptimizer", "Adam(aVariable)"),
    ("Augment", "anAugment", "Augment(rotate: 10)"),
    ("Figure", "aFigure", "bars([3, 1])"),
    ("Run", "aRun", "aModel.fit(aDataset)"),
    ("Evaluation", "anEvaluation", "aModel.evaluate(aPart)"),
    ("Tensor", "aTensor", "Tensor([[1, 2], [3, 4]])"),
    (
      "GAN", "aGAN",
      "GAN(generator: Sequential(input: [8]) { Dense(16); Reshape(1, 4, 4) }, "
        + "discriminator: Sequential(input: [1, 4, 4]) { Flatten(); Dense(1) })"
    ),
    ("GANRun", "aGANRun", "aGAN.fit(rand(64, 1, 4, 4), batch: 16)"),
    ("Confusion", "aConfusion", "aModel.confusion(aPart)"),
    ("Curve", "aCurve", "rocCurve([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])"),
    ("Regions", "someRegions", "components([[1, 1, 0], [0, 0, 2]])"),
  ]

  /// The declarations of ``receivers``, a cell each.
  static let prelude = receivers.map { "let \($0.name) = \($0.expression)" }

  /// How a program gets a value of a type without declarations, by the type's name.
  static let expressions: [String: String] = {
    var expressions = [
      "Int": "7", "Double": "2.5", "Bool": "true", "String": "\"a b\"", "Range": "(0..<4)",
      "Array": "[3, 1, 2]", "Dictionary": "[\"a\": 1]", "Sequence": "zip([1, 2], \"ab\")",
      "Batches": "Digits(count: 20).train.batches(4)", "Tensor": "Tensor([[1, 2], [3, 4]])",
      "Variable": "Variable(ones(2))", "Optimizer": "Adam(Variable(ones(2)))", "Layer": "Dense(2)",
      "Model": "Sequential(input: [2]) { Dense(2) }", "Augment": "Augment(rotate: 10)",
      "Figure": "bars([3, 1])", "Dataset": "Digits(count: 20)", "Samples": "Digits(count: 20).train",
      "Sample": "Digits(count: 20).train[0]", "Images": "Digits(count: 20).train.images",
    ]
    let network = "Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }"
    expressions["Run"] = "\(network).fit(Digits(count: 20))"
    expressions["Evaluation"] = "\(network).evaluate(Digits(count: 20).train)"
    return expressions
  }()

  /// How this program gets a value of a type.
  func receiver(_ type: String) -> String {
    let declared = declaresReceivers ? Self.receivers.first { $0.type == type }?.name : nil
    return declared ?? Self.expressions[type] ?? "x"
  }

  /// Calls of the library, a cell each: the one at `index` in the list of all functions, methods and properties, and some
  /// by chance.
  mutating func builtinCalls(at index: Int) -> RandomProgram {
    var cells = ["var x = \(expression(1))", "_ = \(use(at: index))"]
    for _ in 0..<2 { cells.append("do { print(\(use(at: random.next(useCount)))) } catch { print(error) }") }
    cells.append("do { print(\(application())) } catch { print(error) }")
    return RandomProgram(cells: cells)
  }

  /// How many functions, methods and properties there are.
  var useCount: Int { functions.count + methods.count + properties.count }

  private mutating func use(at index: Int) -> String {
    let number = index % useCount
    if number < functions.count { return call(functions[number], 1) }
    if number < functions.count + methods.count {
      let (builtin, type) = methods[number - functions.count]
      return "(\(receiver(type))).\(call(builtin, 1))"
    }
    let (name, type) = properties[number - functions.count - methods.count]
    return "(\(receiver(type))).\(name)"
  }

  /// Which parameters name files: nothing may be read or written in earnest.
  private static let fileParameters: Set<String> = [
    "path", "folder", "checkpoint", "resume", "in", "to", "file",
  ]

  /// Whether a function takes the name of a file.
  static func touchesFiles(_ builtin: Builtin) -> Bool {
    builtin.parameters.contains { isFile($0) }
  }

  private static func isFile(_ parameter: Parameter) -> Bool {
    fileParameters.contains(parameter.name) && parameter.type.name.hasPrefix("String")
  }

  mutating func call(_ builtin: Builtin, _ depth: Int) -> String {
    var arguments: [String] = []
    for parameter in builtin.parameters where !parameter.isOptional || random.once(in: 3) {
      let value =
        Self.isFile(parameter)
        ? random.pick(["\"/nowhere/at all\"", "\"\""]) : argument(parameter.type, depth)
      arguments.append((parameter.label.map { $0 + ": " } ?? "") + value)
    }
    return "\(builtin.name)(\(arguments.joined(separator: ", ")))"
  }

  mutating func argument(_ type: ParameterType, _ depth: Int) -> String {
    if random.once(in: 8) { return expression(depth) }
    if random.once(in: 6), let value = extreme(type) { return value }
    switch type {
    case .bool: return random.pick(["true", "false"])
    case .int, .ints: return random.pick(["0", "1", "2", "3", "-1"])
    case .number: return random.pick(["0.5", "1", "-2.0", "1e30"])
    case .string: return random.pick(["\"\"", "\"a b\"", "\"한글\""])
    case .tensor, .tensorLike:
      return random.pick([
        "ones(2, 3)", "Tensor([[1, 2], [3, 4]])", "zeros(1, 4, 4)", "Tensor([0, 1])", "rand(2)", "x",
      ])
    case .range: return random.pick(["0..<3", "1...2", "0..."])
    case .sequence: return random.pick(["[1, 2, 3]", "0..<3", "\"abc\"", "x"])
    case .function: return random.pick(["{ $0 }", "{ a, b in a }", "{ a in a == 1 }", "sqrt", "+", "<"])
    case .array(let element): return "[\(argument(element, depth - 1))]"
    case .optional(let inner): return random.once(in: 2) ? "nil" : argument(inner, depth)
    case .either(let types): return argument(types[random.next(types.count)], depth)
    case .option(let family): return "." + family.cases[random.next(family.cases.count)].name
    case .builder:
      return "{ \(random.pick(["Dense(2)", "Flatten(); Dense(3)", "Conv(2, 3); relu; Flatten()"])) }"
    case .host(let name): return receiver(name)
    case .dictionary: return random.pick(["[:]", "[\"a\": 1]"])
    case .tuple: return "(1, b: 2)"
    default: return expression(max(0, depth - 1))
    }
  }
}
