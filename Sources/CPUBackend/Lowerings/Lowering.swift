import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// Adds the steps of one instruction; little ones run on one thread.
  func lower(_ index: Int) throws {
    let instruction = program.instructions[index]
    try onThreads(program.isLittle(instruction) ? 1 : backend.threads) { try lower(instruction, at: index) }
  }

  private func lower(_ instruction: Program.Instruction, at index: Int) throws {
    let outputs = instruction.outputs.map { program.types[$0] }
    if outputs.allSatisfy({ $0.shape.isEmpty }) {
      for output in instruction.outputs { try definePlain(output) }
      return
    }
    if instruction.inputs.contains(where: { program.types[$0].shape.isEmpty }),
      !instruction.operation.isElementwise
    {
      return try lowerEmpty(instruction)
    }
    switch instruction.operation {
    case let operation as Fill: try lower(operation, instruction)
    case let operation as RandomDraw: try lower(operation, instruction)
    case let operation as Reshape: try lower(operation, instruction)
    case let operation as Permutation: try lower(operation, instruction)
    case let operation as Concatenation: try lower(operation, instruction)
    case let operation as Flip: try lower(operation, instruction)
    case let operation as Slice: try lower(operation, instruction)
    case let operation as SliceGradient: try lower(operation, instruction)
    case let operation as Padding: try lower(operation, instruction)
    case let operation as Gather: try lower(operation, instruction)
    case let operation as ScatterAddition: try lower(operation, instruction)
    case let operation as OneHot: try lower(operation, instruction)
    case let operation as ConfusionCounts: try lower(operation, instruction)
    case let operation as Reduction: try lower(operation, instruction)
    case let operation as ArgumentReduction: try lower(operation, instruction)
    case let operation as Softmax: try lower(operation, instruction)
    case let operation as CrossEntropy: try lower(operation, instruction)
    case let operation as CrossEntropyGradient: try lower(operation, instruction)
    case let operation as MatrixMultiplication: try lower(operation, instruction)
    case is Dense: try lowerDense(index)
    case is DenseInputGradient: try lowerDenseInputGradient(instruction)
    case let operation as DenseWeightGradient: try lower(operation, instruction)
    case let operation as Convolution: try lower(operation, index)
    case let operation as ConvolutionInputGradient: try lower(operation, instruction)
    case let operation as ConvolutionWeightGradient: try lower(operation, instruction)
    case let operation as MaxPooling: try lower(operation, instruction)
    case let operation as MaxPoolingGradient: try lower(operation, instruction)
    case let operation as MaxPoolingPick: try lower(operation, instruction)
    case let operation as AveragePooling: try lower(operation, instruction)
    case let operation as AveragePoolingGradient: try lower(operation, instruction)
    case let operation as BatchNormalization: try lower(operation, index)
    case let operation as BatchNormalizationGradient: try lower(operation, index)
    default:
      if instruction.operation.isElementwise { return try lowerChain(index) }
      throw TensorError(instruction.operation.name, "this processor has no way to compute it")
    }
  }

  /// A result from inputs without elements: what a sum over nothing gives.
  private func lowerEmpty(_ instruction: Program.Instruction) throws {
    var value: Float = 0
    if let reduction = instruction.operation as? Reduction {
      switch reduction.kind {
      case .mean: value = .nan
      case .product: value = 1
      default: break
      }
      if reduction.kind == .all { value = .leastNonzeroMagnitude }
    } else if instruction.operation is CrossEntropy {
      value = .nan
    }
    for output in instruction.outputs where !program.types[output].shape.isEmpty {
      let type = program.types[output]
      let bits: UInt32 =
        switch type.elementType {
        case .float32: value.bitPattern
        case .int32: UInt32(value == 1 ? 1 : 0)
        case .uint8, .bool: value == 0 ? 0 : 1
        }
      try fill(try definePlain(output), bits)
    }
  }

  /// Sets every element of a place.
  func fill(_ slot: Slot, _ bits: UInt32) throws {
    step("fill", reads: [], writes: [slot]) { context in try context.fill(slot, bits) }
  }

  /// The bits of a number as an element.
  static func bits(_ value: Double, _ elementType: ElementType) -> UInt32 {
    switch elementType {
    case .float32: Float(value).bitPattern
    case .int32: UInt32(bitPattern: value.isNaN ? 0 : Int32(max(-2_147_483_648, min(2_147_483_647, value))))
    case .uint8: UInt32(max(0, min(255, value.isNaN ? 0 : value)))
    case .bool: value == 0 ? 0 : 1
    }
  }

  func lower(_ operation: Fill, _ instruction: Program.Instruction) throws {
    let slot = try ownedSlot(TensorType([], operation.type.elementType))
    guard case .owned(let buffer) = slot.home else { return }
    let bits = Compiler.bits(operation.value, operation.type.elementType)
    if operation.type.elementType.byteCount == 4 {
      buffer.pointer.storeBytes(of: bits, as: UInt32.self)
    } else {
      buffer.pointer.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
    }
    defineUniform(instruction.outputs[0], as: slot)
  }

  func lower(_ operation: RandomDraw, _ instruction: Program.Instruction) throws {
    let slot = try definePlain(instruction.outputs[0])
    guard let place = program.randoms.firstIndex(of: instruction.outputs[0]) else {
      throw TensorError(operation.name, "the draw was given no generator")
    }
    let count = slot.elementCount
    var (kind, rate) = (VK_UNIFORM, Float(0))
    switch operation.distribution {
    case .uniform: break
    case .normal: kind = VK_NORMAL
    case .dropoutMask(let given): (kind, rate) = (VK_DROPOUT_MASK, given)
    }
    step(operation.name, reads: [], writes: [slot]) { context in
      let random = context.randoms[place]
      let place = try slot.address(Float.self)
      try context.inBlocks(of: count) { first, last in
        vk_random(kind, place, first, last, random.seed, random.stream, rate, Int32(context.threads))
      }
    }
  }
}

extension TensorOp {
  /// Whether it does the right thing with inputs that have no elements.
  fileprivate var takesEmpty: Bool {
    isElementwise || self is Concatenation || self is Padding || self is SliceGradient
  }
}
