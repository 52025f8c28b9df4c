import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// Lowers a chain of element-wise instructions, the last of which is `index`.
  func lowerChain(_ index: Int) throws {
    let members = uses.chains[index] ?? [index]
    let output = program.instructions[index].outputs[0]
    let type = program.types[output]
    if try lowerTrivial(members, output) { return }

    let made = Set(members.map { program.instructions[$0].outputs[0] })
    var inputs: [Int] = []
    for member in members {
      for input in program.instructions[member].inputs where !made.contains(input) && !inputs.contains(input)
      {
        inputs.append(input)
      }
    }
    var registers: [Int: Int] = [:]
    for (register, input) in inputs.enumerated() { registers[input] = register }
    var micros: [vk_micro] = []
    for member in members {
      let instruction = program.instructions[member]
      let arguments = instruction.inputs.map { registers[$0] ?? 0 }
      let elementType = program.types[
        instruction.inputs.count == 3 ? instruction.inputs[1] : instruction.inputs[0]
      ].elementType
      for (place, (code, alpha)) in try instruction.operation.microCodes(elementType).enumerated() {
        let operands = place == 0 ? arguments : [inputs.count + micros.count - 1]
        micros.append(
          vk_micro(
            op: Int32(code.rawValue), d: Int32(inputs.count + micros.count), a: Int32(operands[0]),
            b: Int32(operands.count > 1 ? operands[1] : operands[0]),
            c: Int32(operands.count > 2 ? operands[2] : operands[0]), alpha: alpha))
      }
      registers[instruction.outputs[0]] = inputs.count + micros.count - 1
    }
    guard inputs.count + micros.count <= 24 else {
      throw TensorError("element-wise", "a chain has too many parts")
    }
    let name = members.map { program.instructions[$0].operation.name }.joined(separator: "+")
    try emit(name, type, output, inputs, micros)
  }

  /// Chains that only pass numbers on need no step.
  private func lowerTrivial(_ members: [Int], _ output: Int) throws -> Bool {
    guard members.count == 1 else { return false }
    let instruction = program.instructions[members[0]]
    let input = instruction.inputs[0]
    if instruction.operation is Identity {
      if let uniform = uniform(input) {
        defineUniform(output, as: uniform)
      } else {
        define(output, as: try primary(input))
      }
      return true
    }
    if instruction.operation is Broadcast, let uniform = uniform(input) {
      defineUniform(output, as: uniform)
      return true
    }
    return false
  }

  private func emit(_ name: String, _ type: TensorType, _ output: Int, _ inputs: [Int], _ micros: [vk_micro])
    throws
  {
    let shape = type.shape
    func isFull(_ value: Int) -> Bool {
      uniform(value) == nil && program.types[value].shape == shape && shape.elementCount > 1
    }
    func isSingle(_ value: Int) -> Bool {
      uniform(value) != nil || program.types[value].shape.elementCount == 1
    }
    let full = inputs.filter(isFull)
    let stretched = inputs.filter { !isFull($0) && !isSingle($0) }
    var descriptor = try plainDescriptor(type)
    if type.elementType == .float32, full.allSatisfy({ program.types[$0].elementType == .float32 }) {
      for value in full {
        let found = try primary(value).descriptor
        guard !found.isRowMajor, found.isBlocked, found.dims == shape.dimensions else { continue }
        // Few channels in blocks of sixteen are mostly filler.
        let isUsable =
          found.hasPadding
          ? stretched.isEmpty && found.byteCount <= 2 * type.byteCount
            && keepsZeros(inputs.count, micros, zeros: inputs.map { isFull($0) })
          : found.blocks.count <= 1 || stretched.isEmpty
        if isUsable {
          descriptor = found
          break
        }
      }
    }
    // Where nothing is stretched, the order of the numbers does not matter.
    let dims =
      descriptor.isRowMajor
      ? shape.dimensions : stretched.isEmpty ? [] : descriptor.physicalAxes.map(\.length)
    let sources = try inputs.map { value -> ElementwiseKernel.Input in
      if let uniform = uniform(value) { return .init(slot: uniform, strides: []) }
      if isSingle(value) { return .init(slot: try plain(value), strides: []) }
      if isFull(value) {
        return .init(
          slot: descriptor.isRowMajor ? try plain(value) : try place(value, like: descriptor), strides: nil)
      }
      let small = program.types[value].shape
      let missing = shape.rank - small.rank
      let steps = small.strides
      let logical = (0..<shape.rank).map { axis in
        axis < missing || small[axis - missing] == 1 ? 0 : steps[axis - missing]
      }
      let physical =
        descriptor.isRowMajor ? logical : descriptor.physicalAxes.map { logical[$0.axis] * $0.step }
      return .init(slot: try plain(value), strides: physical)
    }
    let target = define(output, descriptor)
    let kernel = ElementwiseKernel(
      inputs: sources, micros: micros, output: target, count: target.elementCount, dims: dims)
    guard ElementwiseKernel.collapse(dims, sources.map(\.strides)).dims.count <= 8 else {
      throw TensorError(name, "the shapes stretch over more than 8 separate axes")
    }
    step(name, reads: sources.map(\.slot), writes: [target], kernel.run)
  }

  /// Whether filler zeros in the inputs marked `zeros` give zeros again.
  private func keepsZeros(_ inputCount: Int, _ micros: [vk_micro], zeros: [Bool]) -> Bool {
    var isZero = zeros
    for micro in micros {
      let (a, b, c) = (isZero[Int(micro.a)], isZero[Int(micro.b)], isZero[Int(micro.c)])
      let result: Bool
      switch vk_op(UInt32(micro.op)) {
      case VK_COPY, VK_NEG, VK_ABS, VK_SQRT, VK_SQUARE, VK_SIGN, VK_TANH, VK_RELU, VK_LEAKY_RELU, VK_ELU,
        VK_ERF, VK_SIN,
        VK_FLOOR, VK_CEIL, VK_ROUND:
        result = a
      case VK_ADD, VK_SUB, VK_MIN, VK_MAX: result = a && b
      // A number given at run time times zero is zero, unless it is not finite: then all is lost anyway.
      case VK_MUL: result = a || b
      case VK_TANH_GRADIENT, VK_SIGMOID_GRADIENT, VK_RELU_GRADIENT, VK_LEAKY_RELU_GRADIENT, VK_ELU_GRADIENT:
        result = a
      case VK_SELECT: result = b && c
      default: result = false
      }
      isZero.append(result)
    }
    return isZero.last ?? false
  }
}

extension MemoryDescriptor {
  /// The axes as they stand in memory, slowest first: their length, which logical axis they count, in which steps.
  var physicalAxes: [(length: Int, axis: Int, step: Int)] {
    let block = blocks.first
    let order = (0..<rank).sorted { strides[$0] == strides[$1] ? $0 < $1 : strides[$0] > strides[$1] }
    var axes = order.map { axis -> (length: Int, axis: Int, step: Int) in
      let step = block?.axis == axis ? block?.length ?? 1 : 1
      return (paddedDims[axis] / step, axis, step)
    }
    if let block { axes.append((block.length, block.axis, 1)) }
    return axes
  }
}

extension TensorOp {
  /// The kernel operations, one after the other, that compute this on elements of a type.
  fileprivate func microCodes(_ type: ElementType) throws -> [(vk_op, Float)] {
    switch self {
    case is Broadcast, is Identity: return [(VK_COPY, 0)]
    case is Select: return [(VK_SELECT, 0)]
    case let unary as Unary: return [(unary.function.code(type), unary.function.alpha)]
    case let binary as Binary: return [(binary.function.code(type), binary.function.alpha)]
    case let comparison as Comparison: return [(comparison.relation.code(type), 0)]
    case let cast as Cast:
      switch (type, cast.elementType) {
      case (.float32, .int32): return [(VK_FLOAT_TO_INT, 0)]
      case (.float32, .uint8): return [(VK_FLOAT_TO_INT, 0), (VK_INT_TO_UINT8, 0)]
      case (.float32, .bool): return [(VK_FLOAT_TO_BOOL, 0)]
      case (.float32, .float32): return [(VK_COPY, 0)]
      case (_, .float32): return [(VK_INT_TO_FLOAT, 0)]
      case (.int32, .uint8): return [(VK_INT_TO_UINT8, 0)]
      case (.int32, .bool), (.uint8, .bool): return [(VK_INT_TO_BOOL, 0)]
      default: return [(VK_COPY, 0)]
      }
    default: throw TensorError(name, "this processor has no way to compute it")
    }
  }
}

extension UnaryFunction {
  fileprivate func code(_ type: ElementType) -> vk_op {
    let isWhole = type != .float32
    switch self {
    case .negate: return isWhole ? VK_I_NEG : VK_NEG
    case .absolute: return isWhole ? VK_I_ABS : VK_ABS
    case .square: return isWhole ? VK_I_SQUARE : VK_SQUARE
    case .sign: return isWhole ? VK_I_SIGN : VK_SIGN
    case .relu: return isWhole ? VK_I_RELU : VK_RELU
    case .exp: return VK_EXP
    case .log: return VK_LOG
    case .sqrt: return VK_SQRT
    case .reciprocalSqrt: return VK_RSQRT
    case .tanh: return VK_TANH
    case .sigmoid: return VK_SIGMOID
    case .softplus: return VK_SOFTPLUS
    case .erf: return VK_ERF
    case .sin: return VK_SIN
    case .cos: return VK_COS
    case .floor: return VK_FLOOR
    case .ceil: return VK_CEIL
    case .round: return VK_ROUND
    case .logicalNot: return VK_NOT
    case .leakyRelu: return VK_LEAKY_RELU
    case .elu: return VK_ELU
    }
  }

  /// oneDNN's name for it, where it can be applied to what a convolution or fully connected layer computes.
  var libraryActivation: Activation? {
    switch self {
    case .relu: Activation(.relu)
    case .tanh: Activation(.tanh)
    case .sigmoid: Activation(.sigmoid)
    case .leakyRelu(let slope): slope > 0 ? Activation(.relu, alpha: slope) : nil
    case .elu(let alpha): Activation(.elu, alpha: alpha)
    default: nil
    }
  }
}

extension BinaryFunction {
  fileprivate func code(_ type: ElementType) -> vk_op {
    let isWhole = type != .float32
    switch self {
    case .add: return isWhole ? VK_I_ADD : VK_ADD
    case .subtract: return isWhole ? VK_I_SUB : VK_SUB
    case .multiply: return isWhole ? VK_I_MUL : VK_MUL
    case .minimum: return isWhole ? VK_I_MIN : VK_MIN
    case .maximum: return isWhole ? VK_I_MAX : VK_MAX
    case .divide: return VK_DIV
    case .power: return VK_POW
    case .modulo: return VK_MOD
    case .logicalAnd: return VK_AND
    case .logicalOr: return VK_OR
    case .logicalXor: return VK_XOR
    case .tanhGradient: return VK_TANH_GRADIENT
    case .sigmoidGradient: return VK_SIGMOID_GRADIENT
    case .reluGradient: return VK_RELU_GRADIENT
    case .leakyReluGradient: return VK_LEAKY_RELU_GRADIENT
    case .eluGradient: return VK_ELU_GRADIENT
    }
  }
}

extension Comparison.Relation {
  fileprivate func code(_ type: ElementType) -> vk_op {
    let isWhole = type != .float32
    switch self {
    case .equal: return isWhole ? VK_I_EQ : VK_EQ
    case .notEqual: return isWhole ? VK_I_NE : VK_NE
    case .less: return isWhole ? VK_I_LT : VK_LT
    case .lessOrEqual: return isWhole ? VK_I_LE : VK_LE
    case .greater: return isWhole ? VK_I_GT : VK_GT
    case .greaterOrEqual: return isWhole ? VK_I_GE : VK_GE
    }
  }
}
