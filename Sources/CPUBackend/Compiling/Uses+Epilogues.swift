import TensorRuntime

/// What follows a convolution and is done along with it: a number per channel multiplied and added (batch
/// normalisation when inferring), other images added (a residual connection), an activation.
struct Epilogue {
  /// A factor and an offset per channel, which depend on parameters alone: they go into the weights and the bias.
  var factor: Int?
  var offset: Int?
  /// Images of the result's shape that are added.
  var residual: Int?
  /// The instruction of the activation.
  var activation: Int?
  /// The value it all ends in.
  var output: Int
  /// All instructions that are done along.
  var members: Set<Int> = []

  init(output: Int) { self.output = output }

  /// Whether there is more to do than an activation.
  var isMore: Bool { factor != nil || offset != nil || residual != nil }
}

extension Uses {
  /// Finds what each convolution can do along with itself. Instructions run in their order, a convolution with what
  /// follows it at its own place: images that are added must be there by then.
  mutating func findEpilogues(_ program: Program) {
    let steady = program.valuesOfParameters()
    var fusedAt: [Int: Int] = [:]
    for (index, instruction) in program.instructions.enumerated()
    where instruction.operation is Convolution && !absorbed.contains(index) {
      var epilogue = Epilogue(output: instruction.outputs[0])
      let type = program.types[epilogue.output]
      while let reader = onlyReader(of: epilogue.output), !absorbed.contains(reader) {
        let next = program.instructions[reader]
        guard program.types[next.outputs[0]] == type else { break }
        if let unary = next.operation as? Unary, unary.function.libraryActivation != nil {
          epilogue.activation = reader
        } else if let binary = next.operation as? Binary, next.inputs[0] != next.inputs[1] {
          let other = next.inputs[0] == epilogue.output ? next.inputs[1] : next.inputs[0]
          let isPerChannel =
            steady.contains(other) && steady.contains(instruction.inputs[1])
            && instruction.inputs.dropFirst(2).allSatisfy(steady.contains)
            && program.types[other].shape.isPerChannel(of: type.shape)
          switch binary.function {
          case .multiply where isPerChannel && !epilogue.isMore: epilogue.factor = other
          case .add where isPerChannel && epilogue.offset == nil && epilogue.residual == nil:
            epilogue.offset = other
          case .add
          where epilogue.residual == nil && program.types[other] == type && !steady.contains(other)
            && (producer[other].map { fusedAt[other] ?? $0 < index } ?? true):
            epilogue.residual = other
          default: break
          }
          guard [epilogue.factor, epilogue.offset, epilogue.residual].contains(other) else { break }
        } else {
          break
        }
        absorbed.insert(reader)
        epilogue.members.insert(reader)
        epilogue.output = next.outputs[0]
        if epilogue.activation != nil { break }
      }
      fusedAt[epilogue.output] = index
      if epilogue.isMore || epilogue.activation != nil { epilogues[index] = epilogue }
    }
    findPrelude(program)
  }

  /// The instructions that make factors and offsets: they run again only when parameters have changed.
  private mutating func findPrelude(_ program: Program) {
    var pending = epilogues.flatMap { index, epilogue -> [Int] in
      guard epilogue.factor != nil || epilogue.offset != nil else { return [] }
      let given = Array(program.instructions[index].inputs.dropFirst())
      return given + [epilogue.factor, epilogue.offset].compactMap { $0 }
    }
    while let value = pending.popLast() {
      guard let index = producer[value], prelude.insert(index).inserted else { continue }
      pending += program.instructions[index].inputs
    }
  }
}

extension Program {
  /// Values that depend on parameters and given numbers alone.
  func valuesOfParameters() -> Set<Int> {
    var found = Set(arguments.filter { $0.kind == .parameter }.map(\.value)).union(scalars)
    for instruction in instructions
    where !instruction.inputs.isEmpty && instruction.inputs.allSatisfy(found.contains)
      && !(instruction.operation is RandomDraw)
    {
      found.formUnion(instruction.outputs)
    }
    return found
  }
}

extension Shape {
  /// Whether this stretches over images as one number per channel.
  fileprivate func isPerChannel(of images: Shape) -> Bool {
    guard images.rank >= 2, rank >= images.rank - 1, rank <= images.rank else { return false }
    let axis = rank - images.rank + 1
    return dimensions.enumerated().allSatisfy { $0.element == ($0.offset == axis ? images[1] : 1) }
  }
}
