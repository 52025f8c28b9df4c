import TensorRuntime

/// Who makes and who reads each value, and which instructions others do along the way.
struct Uses {
  /// The instruction that computes a value.
  private(set) var producer: [Int: Int] = [:]
  /// The instructions that read a value.
  private(set) var readers: [Int: [Int]] = [:]
  /// Values that leave the plan.
  private(set) var leaving: Set<Int> = []
  /// Instructions that are done as part of another.
  var absorbed: Set<Int> = []
  /// Element-wise instructions computed together, by the last of them.
  var chains: [Int: [Int]] = [:]
  /// The activation instruction a fully connected layer does along the way.
  var activations: [Int: Int] = [:]
  /// What convolutions do along the way.
  var epilogues: [Int: Epilogue] = [:]
  /// Instructions that need to run only when parameters have changed.
  var prelude: Set<Int> = []
  /// Batch normalisations that do the ReLU behind them too, with it; and their gradients that do its gradient too.
  var normalizationRelu: [Int: Int] = [:]
  var normalizationGradientRelu: [Int: Int] = [:]

  init() {}

  init(_ program: Program) {
    for (index, instruction) in program.instructions.enumerated() {
      for output in instruction.outputs { producer[output] = index }
      for input in Set(instruction.inputs) { readers[input, default: []].append(index) }
    }
    leaving = Set(program.results + program.gradients.map(\.value))
  }

  /// The only reader of a value that stays in the plan.
  func onlyReader(of value: Int) -> Int? {
    guard !leaving.contains(value), let readers = readers[value], readers.count == 1 else { return nil }
    return readers[0]
  }

  /// Finds what is done together: activations with what they follow, batch normalisation with ReLU, element-wise
  /// chains.
  mutating func findFusions(_ program: Program) {
    findEpilogues(program)
    for (index, instruction) in program.instructions.enumerated() where !absorbed.contains(index) {
      switch instruction.operation {
      case is Dense: findActivation(program, index)
      case is BatchNormalization: findRelu(program, index)
      default: break
      }
    }
    findChains(program)
  }

  private mutating func findActivation(_ program: Program, _ index: Int) {
    guard let reader = onlyReader(of: program.instructions[index].outputs[0]), !absorbed.contains(reader),
      let unary = program.instructions[reader].operation as? Unary, unary.function.libraryActivation != nil
    else { return }
    activations[index] = reader
    absorbed.insert(reader)
  }

  private mutating func findRelu(_ program: Program, _ index: Int) {
    let outputs = program.instructions[index].outputs
    guard let reader = onlyReader(of: outputs[0]), !absorbed.contains(reader),
      let unary = program.instructions[reader].operation as? Unary, unary.function == .relu
    else { return }
    let result = program.instructions[reader].outputs[0]
    let backward = (readers[outputs[1]] ?? []).filter {
      program.instructions[$0].operation is BatchNormalizationGradient
    }
    guard backward.count <= 1 else { return }
    if let gradient = backward.first {
      // The cotangent must come through this very ReLU and go nowhere else.
      let cotangent = program.instructions[gradient].inputs[1]
      guard onlyReader(of: cotangent) == gradient, let through = producer[cotangent],
        let rule = program.instructions[through].operation as? Binary, rule.function == .reluGradient,
        program.instructions[through].inputs[1] == result,
        program.types[program.instructions[through].inputs[0]] == program.types[result]
      else { return }
      normalizationGradientRelu[gradient] = through
      absorbed.insert(through)
    }
    normalizationRelu[index] = reader
    absorbed.insert(reader)
  }

  /// An element-wise instruction joins the chain that alone reads it, if both have the same shape.
  private mutating func findChains(_ program: Program) {
    var chainOf: [Int: Int] = [:]
    for index in program.instructions.indices.reversed() where !absorbed.contains(index) {
      let instruction = program.instructions[index]
      guard instruction.operation.isElementwise else { continue }
      let output = instruction.outputs[0]
      let shape = program.types[output].shape
      let owners = Set((readers[output] ?? []).map { chainOf[$0] ?? -1 })
      if !leaving.contains(output), owners.count == 1, let owner = owners.first, owner >= 0,
        program.types[program.instructions[owner].outputs[0]].shape == shape,
        (chains[owner] ?? []).count < 10,
        inputCount(program, (chains[owner] ?? []) + [index]) <= 9
      {
        chains[owner, default: []].append(index)
        chainOf[index] = owner
        absorbed.insert(index)
      } else {
        chains[index] = [index]
        chainOf[index] = index
      }
    }
    for key in chains.keys { chains[key]?.sort() }
  }

  private func inputCount(_ program: Program, _ members: [Int]) -> Int {
    let made = Set(members.flatMap { program.instructions[$0].outputs })
    return Set(members.flatMap { program.instructions[$0].inputs }).subtracting(made).count
  }
}

extension TensorOp {
  /// Whether each element of the result depends on one element of each input.
  var isElementwise: Bool {
    self is Unary || self is Binary || self is Comparison || self is Select || self is Cast
      || self is Broadcast
      || self is Identity
  }
}
