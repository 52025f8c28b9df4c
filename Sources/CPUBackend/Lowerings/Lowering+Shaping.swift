import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  func lower(_ operation: Reshape, _ instruction: Program.Instruction) throws {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    if let uniform = uniform(input) { return defineUniform(output, as: uniform) }
    define(output, as: view(try plain(input), try plainDescriptor(program.types[output])))
  }

  /// Adds a step that copies elements between strided arrangements; offsets and strides in elements.
  func copy(
    _ name: String, from source: Slot, offset: Int = 0, strides: [Int], to target: Slot,
    targetOffset: Int = 0,
    targetStrides: [Int], dims: [Int]
  ) throws {
    guard dims.count <= 16 else { throw TensorError(name, "got \(dims.count) axes, wanted at most 16") }
    let bytes = source.elementType.byteCount
    let (xs, ys, lengths) = (strides.map(Int64.init), targetStrides.map(Int64.init), dims.map(Int64.init))
    let length = dims.dropFirst().reduce(1, *)
    step(name, reads: [source], writes: [target]) { context in
      let x = try source.address(UInt8.self) + offset * bytes
      let y = try target.address(UInt8.self) + targetOffset * bytes
      try context.inBlocks(ofRows: dims.first ?? 1, length: length) { first, count in
        vk_copy(
          x + first * bytes * (strides.first ?? 0), xs, y + first * bytes * (targetStrides.first ?? 0), ys,
          (lengths.isEmpty ? [] : [Int64(count)]) + lengths.dropFirst(), Int32(lengths.count), Int32(bytes),
          Int32(context.threads))
      }
    }
  }

  func lower(_ operation: Permutation, _ instruction: Program.Instruction) throws {
    let source = try plain(instruction.inputs[0])
    let target = try definePlain(instruction.outputs[0])
    let strides = program.types[instruction.inputs[0]].shape.strides
    let shape = program.types[instruction.outputs[0]].shape
    try copy(
      operation.name, from: source, strides: operation.order.map { strides[$0] }, to: target,
      targetStrides: shape.strides, dims: shape.dimensions)
  }

  func lower(_ operation: Flip, _ instruction: Program.Instruction) throws {
    let source = try plain(instruction.inputs[0])
    let target = try definePlain(instruction.outputs[0])
    let shape = program.types[instruction.inputs[0]].shape
    var strides = shape.strides
    var offset = 0
    for axis in operation.axes {
      offset += (shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    try copy(
      operation.name, from: source, offset: offset, strides: strides, to: target,
      targetStrides: shape.strides,
      dims: shape.dimensions)
  }

  func lower(_ operation: Concatenation, _ instruction: Program.Instruction) throws {
    let output = instruction.outputs[0]
    if try concatenateBlocked(operation, instruction) { return }
    let target = try definePlain(output)
    let strides = program.types[output].shape.strides
    var start = 0
    for input in instruction.inputs {
      let shape = program.types[input].shape
      if !shape.isEmpty {
        try copy(
          operation.name, from: try plain(input), strides: shape.strides, to: target,
          targetOffset: start * strides[operation.axis], targetStrides: strides, dims: shape.dimensions)
      }
      start += shape[operation.axis]
    }
  }

  /// Images in whole blocks of channels are put together as they stand.
  private func concatenateBlocked(_ operation: Concatenation, _ instruction: Program.Instruction) throws
    -> Bool
  {
    guard operation.axis == 1, program.types[instruction.outputs[0]].elementType == .float32,
      program.types[instruction.outputs[0]].shape.rank >= 3,
      instruction.inputs.allSatisfy({ !program.types[$0].shape.isEmpty && uniform($0) == nil })
    else { return false }
    let first = try instruction.inputs.map { try primary($0) }
    guard
      let blocked = first.first(where: { !$0.descriptor.isRowMajor && !$0.descriptor.hasPadding })?
        .descriptor,
      let block = blocked.blocks.first, blocked.blocks.count == 1, block.axis == 1
    else { return false }
    // Every part must end on a whole block, and be described by its own shape.
    guard
      zip(instruction.inputs, first).allSatisfy({ input, slot in
        let shape = program.types[input].shape
        return shape[1] % block.length == 0 && slot.descriptor.dims == shape.dimensions
      })
    else { return false }
    let sources = try instruction.inputs.map { input in
      try place(input, like: blocked.withChannels(program.types[input].shape.dimensions))
    }
    let description = try PrimitiveDescription.concatenation(
      engine, axis: 1, sources: sources.map(\.descriptor),
      destination: blocked.withChannels(program.types[instruction.outputs[0]].shape.dimensions))
    let target = define(instruction.outputs[0], description.destination)
    try primitive(
      operation.name, description,
      numbered: sources.enumerated().map { (multipleSource(Int32($0.offset)), $0.element) },
      writes: [(ArgumentRole.destination.number, target)])
    return true
  }

  func lower(_ operation: Gather, _ instruction: Program.Instruction) throws {
    let (source, index) = (try plain(instruction.inputs[0]), try plain(instruction.inputs[1]))
    let target = try definePlain(instruction.outputs[0])
    let shape = program.types[instruction.inputs[0]].shape
    let count = program.types[instruction.inputs[1]].shape.elementCount
    let outer = shape.dimensions.prefix(operation.axis).reduce(1, *)
    let inner = shape.dimensions.dropFirst(operation.axis + 1).reduce(1, *)
    let length = shape[operation.axis]
    let bytes = Int32(source.elementType.byteCount)
    step(operation.name, reads: [source, index], writes: [target]) { context in
      let indices = try index.address(Int32.self)
      let bad = vk_gather(
        try source.address(UInt8.self), indices, try target.address(UInt8.self), Int64(outer), Int64(length),
        Int64(count), Int64(inner), bytes, Int32(context.threads))
      if bad > 0 { throw outside(operation.name, indices[Int(bad) - 1], length) }
    }
  }

  func lower(_ operation: ScatterAddition, _ instruction: Program.Instruction) throws {
    let (source, index) = (try plain(instruction.inputs[0]), try plain(instruction.inputs[1]))
    let target = try definePlain(instruction.outputs[0])
    let shape = program.types[instruction.outputs[0]].shape
    let count = program.types[instruction.inputs[1]].shape.elementCount
    let outer = shape.dimensions.prefix(operation.axis).reduce(1, *)
    let inner = shape.dimensions.dropFirst(operation.axis + 1).reduce(1, *)
    step(operation.name, reads: [source, index], writes: [target]) { context in
      let indices = try index.address(Int32.self)
      let bad = vk_scatter_add(
        try source.address(Float.self), indices, try target.address(Float.self), Int64(outer),
        Int64(operation.length), Int64(count), Int64(inner), Int32(context.threads))
      if bad > 0 { throw outside(operation.name, indices[Int(bad) - 1], operation.length) }
    }
  }
}

private func outside(_ operation: String, _ index: Int32, _ length: Int) -> TensorError {
  TensorError(operation, "got the index \(index) for an axis of length \(length), wanted 0 ..< \(length)")
}
