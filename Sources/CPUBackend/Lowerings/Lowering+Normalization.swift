import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// How many channels the library keeps together under the instruction set in use; nil where it does not.
  private var channelBlock: Int? {
    switch String(cString: vk_instruction_set()) {
    case "AVX-512": 16
    case "AVX2": 8
    default: nil
    }
  }

  /// Images as batch normalisation reads them; rows of features are images of one pixel.
  private func normalizationPlace(_ value: Int, like known: MemoryDescriptor? = nil) throws -> Slot {
    let shape = program.types[value].shape
    if let known { return try place(value, like: known) }
    if shape.rank == 2 {
      // One pixel: channels last is the same memory, and the library is fast at that.
      return view(
        try plain(value),
        try MemoryDescriptor([shape[0], shape[1], 1, 1], strides: [shape[1], 1, shape[1], shape[1]]))
    }
    let first = try primary(value)
    // The library is slow at small images in row-major order, and convolutions will want blocks of channels anyway.
    if first.descriptor.isRowMajor, let block = channelBlock, shape.rank == 4, shape[1] % block == 0 {
      return try place(value, like: .blocked(shape.dimensions, channels: block))
    }
    return first.descriptor.dims == shape.dimensions && first.descriptor.isBlocked ? first : try plain(value)
  }

  func lower(_ operation: BatchNormalization, _ index: Int) throws {
    let instruction = program.instructions[index]
    let relu = uses.normalizationRelu[index]
    let source = try normalizationPlace(instruction.inputs[0])
    let description = try PrimitiveDescription.batchNormalization(
      engine, data: source.descriptor, epsilon: operation.epsilon, fusesRelu: relu != nil)
    let output = relu.map { program.instructions[$0].outputs[0] } ?? instruction.outputs[0]
    let target = defineLike(source, output)
    var writes: [(ArgumentRole, Slot)] = [
      (.destination, target), (.mean, try definePlain(instruction.outputs[1])),
      (.variance, try definePlain(instruction.outputs[2])),
    ]
    var workspace: Slot?
    if relu != nil {
      let kept = add(Slot(description.workspace, .uint8))
      writes.append((.workspace, kept))
      workspace = kept
    }
    try primitive(
      relu == nil ? operation.name : "\(operation.name)+relu", description,
      reads: [
        (.source, source), (.scale, try plain(instruction.inputs[1])),
        (.shift, try plain(instruction.inputs[2])),
      ], writes: writes)
    forwards.normalizations[instruction.outputs[1]] = .init(
      description: description, source: source.descriptor, fusesRelu: relu != nil, workspace: workspace)
  }

  /// A place for a value arranged as another; rows of features are described as such.
  private func defineLike(_ source: Slot, _ value: Int) -> Slot {
    if program.types[value].shape.rank == 2, let plain = try? definePlain(value) {
      return view(plain, source.descriptor)
    }
    return define(value, source.descriptor)
  }

  func lower(_ operation: BatchNormalizationGradient, _ index: Int) throws {
    let instruction = program.instructions[index]
    let (x, mean, variance) = (instruction.inputs[0], instruction.inputs[3], instruction.inputs[4])
    let relu = uses.normalizationGradientRelu[index]
    let record: ForwardRecords.Normalization
    if let known = forwards.normalizations[mean] {
      record = known
    } else {
      let source = try normalizationPlace(x).descriptor
      let made = try PrimitiveDescription.batchNormalization(
        engine, data: source, epsilon: operation.epsilon, fusesRelu: false)
      record = .init(description: made, source: source, fusesRelu: false, workspace: nil)
    }
    let cotangent = relu.map { program.instructions[$0].inputs[0] } ?? instruction.inputs[1]
    let isRows = program.types[x].shape.rank == 2
    let source = isRows ? try normalizationPlace(x) : try place(x, like: record.source)
    let gradient = isRows ? try normalizationPlace(cotangent) : try place(cotangent, like: record.source)
    let description = try PrimitiveDescription.batchNormalizationGradient(
      engine, gradient: record.source, data: record.source, epsilon: operation.epsilon,
      fusesRelu: record.fusesRelu,
      forward: record.description)
    var reads: [(ArgumentRole, Slot)] = [
      (.source, source), (.destinationGradient, gradient), (.mean, try plain(mean)),
      (.variance, try plain(variance)),
      (.scale, try plain(instruction.inputs[2])),
      // The library counts the shift among the arguments, but the gradient does not depend on it.
      (.shift, try plain(instruction.inputs[2])),
    ]
    if record.fusesRelu, let workspace = record.workspace { reads.append((.workspace, workspace)) }
    try primitive(
      relu == nil ? operation.name : "\(operation.name)+relu", description, reads: reads,
      writes: [
        (.sourceGradient, defineLike(source, instruction.outputs[0])),
        (.scaleGradient, try definePlain(instruction.outputs[1])),
        (.shiftGradient, try definePlain(instruction.outputs[2])),
      ])
  }
}
