import TensorRuntime

extension Program {
  /// Makes convolutions whose filter covers the whole image fully connected layers, and their gradients too: the
  /// library has one pixel per image to compute there, and is slow at it.
  mutating func joinFullWindows() {
    let uses = Uses(self)
    let parameters = Set(arguments.filter { $0.kind == .parameter }.map(\.value))
    var rows: [Int: Int] = [:]
    var made: [Instruction] = []
    /// The value as rows of numbers; a parameter that nobody reads otherwise is declared to be rows itself.
    func flattened(_ value: Int, _ program: inout Program) -> Int {
      if let known = rows[value] { return known }
      let shape = program.types[value].shape
      let flat = TensorType([shape[0], shape.elementCount / max(1, shape[0])])
      let isOwn = (uses.readers[value] ?? []).allSatisfy { reader in
        let instruction = instructions[reader]
        return coversImage(instruction) && instruction.inputs[1] == value && instruction.inputs[0] != value
          && !(instruction.operation is ConvolutionWeightGradient)
      }
      if parameters.contains(value), !uses.leaving.contains(value), isOwn {
        program.types[value] = flat
        rows[value] = value
        return value
      }
      program.types.append(flat)
      made.append(
        Instruction(
          operation: Reshape(shape: flat.shape), inputs: [value], outputs: [program.types.count - 1]))
      rows[value] = program.types.count - 1
      return program.types.count - 1
    }
    var result = self
    for var instruction in instructions {
      guard coversImage(instruction) else {
        made.append(instruction)
        continue
      }
      let output = instruction.outputs[0]
      let shape = types[output].shape
      switch instruction.operation {
      case is Convolution:
        let weights = flattened(instruction.inputs[1], &result)
        result.types.append(TensorType([shape[0], shape[1]]))
        instruction.operation = Dense()
        instruction.inputs[1] = weights
        instruction.outputs = [result.types.count - 1]
        made.append(instruction)
        made.append(
          Instruction(operation: Reshape(shape: shape), inputs: instruction.outputs, outputs: [output]))
      case is ConvolutionInputGradient:
        instruction.inputs = [
          flattened(instruction.inputs[0], &result), flattened(instruction.inputs[1], &result),
        ]
        instruction.operation = DenseInputGradient(inputShape: shape)
        made.append(instruction)
      case let operation as ConvolutionWeightGradient:
        instruction.inputs[1] = flattened(instruction.inputs[1], &result)
        instruction.operation = DenseWeightGradient(hasBias: operation.hasBias)
        let flat = TensorType([shape[0], shape.elementCount / max(1, shape[0])])
        if uses.readers[output] == nil {
          result.types[output] = flat
          made.append(instruction)
        } else {
          result.types.append(flat)
          instruction.outputs[0] = result.types.count - 1
          made.append(instruction)
          made.append(
            Instruction(
              operation: Reshape(shape: shape), inputs: [instruction.outputs[0]], outputs: [output]))
        }
      default: made.append(instruction)
      }
    }
    result.instructions = made
    self = result
  }

  /// Whether a convolution, or a gradient of one, has a filter as large as its image.
  private func coversImage(_ instruction: Instruction) -> Bool {
    func shape(_ value: Int) -> Shape { types[value].shape }
    let (geometry, image, weights): (ConvolutionGeometry, Shape, Shape)
    switch instruction.operation {
    case let operation as Convolution:
      (geometry, image, weights) = (
        operation.geometry, shape(instruction.inputs[0]), shape(instruction.inputs[1])
      )
    case let operation as ConvolutionInputGradient where instruction.inputs.count == 2:
      (geometry, image, weights) = (
        operation.geometry, operation.inputShape, shape(instruction.inputs[1])
      )
    case let operation as ConvolutionWeightGradient:
      (geometry, image, weights) = (
        operation.geometry, shape(instruction.inputs[0]), operation.weightShape
      )
    default: return false
    }
    return geometry.groups == 1 && weights.rank >= 3 && !image.isEmpty && !weights.isEmpty
      && (geometry.before + geometry.after).allSatisfy { $0 == 0 }
      && geometry.dilations.allSatisfy { $0 == 1 }
      && image.dimensions.dropFirst() == weights.dimensions.dropFirst()
      && !results.contains(instruction.outputs[0])
  }
}
