import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  private func forward(
    _ kind: PoolingKind, _ window: PoolingWindow, _ source: MemoryDescriptor, _ output: Shape,
    isTraining: Bool
  ) throws -> PrimitiveDescription {
    try .pooling(
      engine, kind, isTraining: isTraining, source: source, destination: .any(output.dimensions),
      sizes: window.sizes,
      strides: window.strides, before: window.before, after: window.after)
  }

  func lower(_ operation: MaxPooling, _ instruction: Program.Instruction) throws {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    let isTraining = (uses.readers[input] ?? []).contains {
      (program.instructions[$0].operation as? MaxPoolingGradient)?.window == operation.window
    }
    let source = try primary(input)
    let shape = program.types[input].shape
    let images = source.descriptor.dims == shape.dimensions ? source : try plain(input)
    if isTraining, try lowerInBlocks(operation, images, instruction) { return }
    let description = try forward(
      .max, operation.window, images.descriptor, program.types[output].shape, isTraining: isTraining)
    let target = define(output, description.destination)
    var writes: [(ArgumentRole, Slot)] = [(.destination, target)]
    var workspace: Slot?
    if isTraining {
      let kept = add(Slot(description.workspace, .uint8))
      writes.append((.workspace, kept))
      workspace = kept
    }
    try primitive(operation.name, description, reads: [(.source, images)], writes: writes)
    forwards.pooling[.init(value: input, operation: "\(operation.window)")] = .init(
      description: description, source: images.descriptor, destination: description.destination,
      workspace: workspace)
  }

  func lower(_ operation: MaxPoolingGradient, _ instruction: Program.Instruction) throws {
    let (x, g, output) = (instruction.inputs[0], instruction.inputs[1], instruction.outputs[0])
    let window = operation.window
    if let known = forwards.blockPooling[.init(value: x, operation: "\(window)")] {
      return try lowerInBlocks(operation, known, instruction)
    }
    if let known = forwards.pooling[.init(value: x, operation: "\(window)")], let workspace = known.workspace
    {
      let description = try PrimitiveDescription.poolingGradient(
        engine, .max, source: known.source, destination: known.destination, sizes: window.sizes,
        strides: window.strides, before: window.before, after: window.after, forward: known.description)
      let target = define(output, description.sourceGradient)
      return try primitive(
        operation.name, description,
        reads: [(.destinationGradient, try place(g, like: known.destination)), (.workspace, workspace)],
        writes: [(.sourceGradient, target)])
    }
    let (images, cotangent) = (try plain(x), try plain(g))
    let target = try definePlain(output)
    var numbers = kernelWindow(window, program.types[x].shape, program.types[g].shape)
    step(operation.name, reads: [images, cotangent], writes: [target]) { context in
      vk_max_pool_gradient(
        try images.address(Float.self), try cotangent.address(Float.self), try target.address(Float.self),
        &numbers,
        Int32(context.threads))
    }
  }

  func lower(_ operation: MaxPoolingPick, _ instruction: Program.Instruction) throws {
    let (images, values) = (try plain(instruction.inputs[0]), try plain(instruction.inputs[1]))
    let target = try definePlain(instruction.outputs[0])
    var numbers = kernelWindow(
      operation.window, program.types[instruction.inputs[0]].shape,
      program.types[instruction.outputs[0]].shape)
    step(operation.name, reads: [images, values], writes: [target]) { context in
      vk_max_pool_pick(
        try images.address(Float.self), try values.address(Float.self), try target.address(Float.self),
        &numbers,
        Int32(context.threads))
    }
  }

  private func kernelWindow(_ window: PoolingWindow, _ input: Shape, _ output: Shape) -> vk_window {
    // Missing leading axes are a window of one element.
    func three(_ numbers: [Int], _ filler: Int) -> (Int64, Int64, Int64) {
      let all = [Int](repeating: filler, count: 3 - numbers.count) + numbers
      return (Int64(all[0]), Int64(all[1]), Int64(all[2]))
    }
    return vk_window(
      planes: Int64(input[0] * input[1]), in: three(Array(input.dimensions.dropFirst(2)), 1),
      out: three(Array(output.dimensions.dropFirst(2)), 1), size: three(window.sizes, 1),
      stride: three(window.strides, 1), before: three(window.before, 0))
  }

  func lower(_ operation: AveragePooling, _ instruction: Program.Instruction) throws {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    let shape = program.types[input].shape
    let kind: PoolingKind = operation.countsPadding ? .averageWithPadding : .averageWithoutPadding
    let source = try primary(input)
    let images = source.descriptor.dims == shape.dimensions ? source : try plain(input)
    let description = try forward(
      kind, operation.window, images.descriptor, program.types[output].shape, isTraining: true)
    let target = define(output, description.destination)
    try primitive(operation.name, description, reads: [(.source, images)], writes: [(.destination, target)])
    forwards.averages["\(operation.parameters) \(shape)"] = .init(
      description: description, source: images.descriptor, destination: description.destination,
      workspace: nil)
  }

  func lower(_ operation: AveragePoolingGradient, _ instruction: Program.Instruction) throws {
    let (g, output) = (instruction.inputs[0], instruction.outputs[0])
    let window = operation.window
    let kind: PoolingKind = operation.countsPadding ? .averageWithPadding : .averageWithoutPadding
    let rule = AveragePooling(window: window, countsPadding: operation.countsPadding)
    let record: ForwardRecords.Pooling
    if let known = forwards.averages["\(rule.parameters) \(operation.inputShape)"] {
      record = known
    } else {
      let source = try plainDescriptor(operation.inputShape.dimensions)
      let made = try forward(kind, window, source, program.types[g].shape, isTraining: true)
      record = .init(description: made, source: source, destination: made.destination, workspace: nil)
    }
    let description = try PrimitiveDescription.poolingGradient(
      engine, kind, source: record.source, destination: record.destination, sizes: window.sizes,
      strides: window.strides, before: window.before, after: window.after, forward: record.description)
    let target = define(output, description.sourceGradient)
    try primitive(
      operation.name, description, reads: [(.destinationGradient, try place(g, like: record.destination))],
      writes: [(.sourceGradient, target)])
  }
}
