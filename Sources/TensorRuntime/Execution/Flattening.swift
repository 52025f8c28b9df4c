/// What two graphs must share to run by the same plan: their structure, without the numbers.
struct ProgramKey: Hashable {
  var words: [Int] = []
  var operations: [any TensorOp] = []
  /// The types of what is given, where they are not among the words.
  var types: [[TensorType]] = []
  /// What was applied as a whole.
  var templates: [GraphTemplate] = []

  /// Adds a type, word for word.
  mutating func add(_ type: TensorType) {
    switch type.elementType {
    case .float32: words.append(0)
    case .int32: words.append(1)
    case .uint8: words.append(2)
    case .bool: words.append(3)
    }
    words.append(type.shape.rank)
    for length in type.shape.dimensions { words.append(length) }
  }

  static func == (left: ProgramKey, right: ProgramKey) -> Bool {
    left.words == right.words && left.operations.count == right.operations.count
      && left.templates.count == right.templates.count
      // Mostly the same arrays, which is seen at once.
      && left.types == right.types
      && zip(left.operations, right.operations).allSatisfy { $0.isEqual(to: $1) }
      && zip(left.templates, right.templates).allSatisfy { $0.isEqual(to: $1) }
  }

  func hash(into hasher: inout Hasher) { words.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

/// The part of a graph that waits to be computed, numbered in the order it would run.
struct FlatGraph {
  /// Its structure.
  var key = ProgramKey()
  /// The tensors it starts from, in the order of the program's arguments.
  var arguments: [Tensor] = []
  /// The nodes that are scalars and random draws, in the program's order.
  private(set) var scalarNodes: [Node] = []
  private(set) var randomNodes: [Node] = []
  /// What these are given.
  var scalars: [Double] { scalarNodes.compactMap(\.argument.scalar) }
  var randoms: [Philox] { randomNodes.compactMap(\.argument.random) }
  /// Parameters behind the results whose first value was never computed, inputs first. Where there are any, nothing
  /// else is filled in: they come first, so that their values are kept.
  var uncomputed: [Tensor] = []
  /// The program; made only where `needsProgram` says so.
  var program: Program?

  /// Flattens what `results` and `gradients` (each with the parameter's tensor it belongs to) wait for.
  init(
    results: [Tensor], gradients: [(value: Tensor, parameter: Tensor)] = [],
    needsProgram: (ProgramKey) -> Bool
  ) {
    let roots = results.map(\.node) + gradients.flatMap { [$0.value.node, $0.parameter.node] }
    let order = Walk.order(from: roots) { node in !node.values.contains { $0 == nil } }
    defer { for node in order { node.mark = 0 } }
    let asked = results.count == 1 ? results[0].node : nil
    for node in order where node.isParameter && node.values[0] == nil && node !== asked {
      uncomputed.append(Tensor(node))
    }
    if !uncomputed.isEmpty { return }
    var count = 0
    for node in order {
      node.mark = count + 1
      count += number(node)
    }
    func id(_ tensor: Tensor) -> Int { tensor.node.mark - 1 + tensor.output }
    key.words.append(-1)
    for result in results { key.words.append(id(result)) }
    key.words.append(-2)
    for gradient in gradients {
      key.words.append(id(gradient.value))
      key.words.append(id(gradient.parameter))
    }
    if needsProgram(key) {
      program = makeProgram(
        order, results: results.map(id), gradients: gradients.map { (id($0.value), id($0.parameter)) })
    }
  }

  /// Adds a node's part to the key and its given numbers to the arguments; returns how many values it takes.
  private mutating func number(_ node: Node) -> Int {
    let isComplete = !node.values.contains { $0 == nil }
    for (output, value) in node.values.enumerated() where value != nil {
      arguments.append(Tensor(node, output))
      key.words.append(node.isParameter ? -4 : -3)
      key.add(node.types[output])
    }
    if isComplete { return node.types.count }
    if let leaf = node.operation as? Leaf, leaf.source == .placeholder {
      arguments.append(Tensor(node, 0))
      key.words.append(-5)
      key.add(node.types[0])
      return 1
    }
    switch node.argument {
    case .none: break
    case .scalar: scalarNodes.append(node)
    case .random: randomNodes.append(node)
    }
    key.words.append(node.signature)
    key.operations.append(node.operation)
    key.words.append(node.inputs.count)
    for input in node.inputs { key.words.append(input.node.mark - 1 + input.output) }
    return node.types.count
  }

  private func makeProgram(_ order: [Node], results: [Int], gradients: [(Int, Int)]) -> Program {
    var program = Program()
    for node in order {
      let first = program.types.count
      program.types += node.types
      for (output, value) in node.values.enumerated() where value != nil {
        program.arguments.append((first + output, node.isParameter ? .parameter : .data))
      }
      if !node.values.contains(where: { $0 == nil }) { continue }
      if let leaf = node.operation as? Leaf, leaf.source == .placeholder {
        program.arguments.append((first, .placeholder))
        continue
      }
      switch node.argument {
      case .none: break
      case .scalar:
        program.scalars.append(first)
        continue
      case .random: program.randoms.append(first)
      }
      let inputs = node.inputs.map { $0.node.mark - 1 + $0.output }
      program.instructions.append(
        .init(operation: node.operation, inputs: inputs, outputs: Array(first..<first + node.types.count)))
    }
    // A result of a node some of whose results are known already is written elsewhere, and nobody reads it there.
    let known = Set(program.arguments.map(\.value))
    for index in program.instructions.indices {
      for place in program.instructions[index].outputs.indices
      where known.contains(program.instructions[index].outputs[place]) {
        program.types.append(program.types[program.instructions[index].outputs[place]])
        program.instructions[index].outputs[place] = program.types.count - 1
      }
    }
    program.results = results
    program.gradients = gradients.map { gradient in
      (gradient.0, program.arguments.firstIndex { $0.value == gradient.1 } ?? 0)
    }
    return program
  }
}

extension Program {
  /// Without computations that nobody reads, and with equal ones done once.
  func simplified() -> Program {
    var result = self
    var replacement = Array(0..<types.count)
    var seen: [Int: [Instruction]] = [:]
    var kept: [Instruction] = []
    for var instruction in instructions {
      instruction.inputs = instruction.inputs.map { replacement[$0] }
      if instruction.operation is Identity || instruction.operation is Detach {
        replacement[instruction.outputs[0]] = instruction.inputs[0]
        continue
      }
      // Draws differ by what they are given.
      if instruction.operation is RandomDraw {
        kept.append(instruction)
        continue
      }
      var hasher = Hasher()
      hasher.combine(instruction.operation.signature)
      hasher.combine(instruction.inputs)
      let hash = hasher.finalize()
      if let same = seen[hash]?.first(where: {
        $0.inputs == instruction.inputs && $0.operation.isEqual(to: instruction.operation)
      }) {
        for (old, new) in zip(instruction.outputs, same.outputs) { replacement[old] = new }
        continue
      }
      seen[hash, default: []].append(instruction)
      kept.append(instruction)
    }
    result.results = results.map { replacement[$0] }
    result.gradients = gradients.map { (replacement[$0.value], $0.argument) }

    var isRead = [Bool](repeating: false, count: types.count)
    for value in result.results + result.gradients.map(\.value) { isRead[value] = true }
    var live: [Instruction] = []
    for instruction in kept.reversed() where instruction.outputs.contains(where: { isRead[$0] }) {
      for input in instruction.inputs { isRead[input] = true }
      live.append(instruction)
    }
    result.instructions = live.reversed()
    return result
  }

  /// The program as text, one instruction per line.
  package func describe() -> String {
    var lines = arguments.map { "%\($0.value) = \($0.kind) : \(types[$0.value])" }
    lines += scalars.map { "%\($0) = scalar : \(types[$0])" }
    lines += instructions.map { instruction in
      let outputs = instruction.outputs.map { "%\($0)" }.joined(separator: ", ")
      let inputs = instruction.inputs.map { "%\($0)" }.joined(separator: ", ")
      let parameters = instruction.operation.parameters
      let types = instruction.outputs.map { "\(self.types[$0])" }.joined(separator: ", ")
      return
        "\(outputs) = \(instruction.operation.name)(\(inputs))\(parameters.isEmpty ? "" : " " + parameters) : \(types)"
    }
    lines.append("return " + results.map { "%\($0)" }.joined(separator: ", "))
    if !gradients.isEmpty {
      lines.append("gradients " + gradients.map { "%\($0.value)" }.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }
}
