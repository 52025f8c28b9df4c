import OneDNN
import TensorRuntime
import VectorKernels

/// The shapes a convolution primitive is made for; groups are an axis of their own in the weights.
struct ConvolutionShapes {
  let source: [Int]
  let weights: [Int]
  let destination: [Int]
  let window: ConvolutionWindow
  let key: ForwardRecords.ConvolutionKey

  init(_ geometry: ConvolutionGeometry, input: Shape, weights: Shape, output: Shape) {
    source = input.dimensions
    destination = output.dimensions
    let groups = geometry.groups
    self.weights =
      groups == 1
      ? weights.dimensions : [groups, weights[0] / groups] + weights.dimensions.dropFirst()
    window = ConvolutionWindow(
      strides: geometry.strides, dilations: geometry.dilations, before: geometry.before, after: geometry.after
    )
    key = ForwardRecords.ConvolutionKey(geometry: geometry, input: input, weights: weights)
  }
}

extension Compiler {
  /// The forward primitive that backward ones are made after.
  private func convolutionForward(_ shapes: ConvolutionShapes) throws -> PrimitiveDescription {
    if let known = forwards.convolutions[shapes.key] { return known }
    let made = try PrimitiveDescription.convolution(
      engine, isTraining: true, source: .any(shapes.source), weights: .any(shapes.weights), bias: nil,
      destination: .any(shapes.destination), window: shapes.window)
    forwards.convolutions[shapes.key] = made
    return made
  }

  func lower(_ operation: Convolution, _ index: Int) throws {
    let instruction = program.instructions[index]
    let (x, w) = (instruction.inputs[0], instruction.inputs[1])
    let shapes = ConvolutionShapes(
      operation.geometry, input: program.types[x].shape, weights: program.types[w].shape,
      output: program.types[instruction.outputs[0]].shape)
    let activation = uses.activations[index]
    let fused = activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    let output = activation.map { program.instructions[$0].outputs[0] } ?? instruction.outputs[0]
    let hasBias = instruction.inputs.count > 2
    let description = try PrimitiveDescription.convolution(
      engine, isTraining: true, source: .any(shapes.source), weights: .any(shapes.weights),
      bias: hasBias ? plainDescriptor([shapes.destination[1]]) : nil, destination: .any(shapes.destination),
      window: shapes.window, attributes: fused.map { try Attributes(activation: $0) })
    var reads: [(ArgumentRole, Slot)] = [
      (.source, try place(x, like: description.source)), (.weights, try place(w, like: description.weights)),
    ]
    if hasBias { reads.append((.bias, try plain(instruction.inputs[2]))) }
    let target = define(output, description.destination)
    let name =
      activation.map { "\(operation.name)+\(program.instructions[$0].operation.name)" } ?? operation.name
    try primitive(name, description, reads: reads, writes: [(.destination, target)])
  }

  func lower(_ operation: ConvolutionInputGradient, _ instruction: Program.Instruction) throws {
    let (g, w) = (instruction.inputs[0], instruction.inputs[1])
    let shapes = ConvolutionShapes(
      operation.geometry, input: operation.inputShape, weights: program.types[w].shape,
      output: program.types[g].shape)
    let description = try PrimitiveDescription.convolutionInputGradient(
      engine, source: .any(shapes.source), weights: .any(shapes.weights),
      destination: .any(shapes.destination),
      window: shapes.window, forward: convolutionForward(shapes))
    let hasBias = instruction.inputs.count > 2
    let gradient =
      hasBias
      ? add(Slot(description.sourceGradient, .float32))
      : define(instruction.outputs[0], description.sourceGradient)
    try primitive(
      operation.name, description,
      reads: [
        (.destinationGradient, try place(g, like: description.destinationGradient)),
        (.weights, try place(w, like: description.weights)),
      ], writes: [(.sourceGradient, gradient)])
    if hasBias { try addPerChannel(gradient, instruction.inputs[2], to: instruction.outputs[0]) }
  }

  /// Adds a number per channel to images in any layout.
  private func addPerChannel(_ source: Slot, _ bias: Int, to output: Int) throws {
    let descriptor = source.descriptor
    let channels = descriptor.dims[1]
    let isUsable = descriptor.isBlocked && descriptor.blocks.count <= 1 && !descriptor.hasPadding
    let images: Slot
    if isUsable {
      images = source
    } else {
      images = add(Slot(try plainDescriptor(descriptor.dims), .float32))
      try primitive(
        "reorder", .reorder(engine, from: descriptor, to: images.descriptor), reads: [(.source, source)],
        writes: [(.destination, images)])
    }
    let axes = images.descriptor.physicalAxes
    let target = define(output, images.descriptor)
    let add = vk_micro(op: Int32(VK_ADD.rawValue), d: 2, a: 0, b: 1, c: 0, alpha: 0)
    let kernel = ElementwiseKernel(
      inputs: [
        .init(slot: images, strides: nil),
        .init(slot: try plain(bias), strides: channels == 1 ? [] : axes.map { $0.axis == 1 ? $0.step : 0 }),
      ], micros: [add], output: target, count: target.elementCount, dims: axes.map(\.length))
    step("add bias", reads: [images, try plain(bias)], writes: [target], kernel.run)
  }

  func lower(_ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction) throws {
    let (x, g) = (instruction.inputs[0], instruction.inputs[1])
    let shapes = ConvolutionShapes(
      operation.geometry, input: program.types[x].shape, weights: operation.weightShape,
      output: program.types[g].shape)
    let description = try PrimitiveDescription.convolutionWeightGradient(
      engine, source: .any(shapes.source), weights: .any(shapes.weights),
      bias: operation.hasBias ? plainDescriptor([shapes.destination[1]]) : nil,
      destination: .any(shapes.destination),
      window: shapes.window, forward: convolutionForward(shapes))
    var writes: [(ArgumentRole, Slot)] = [
      (.weightsGradient, define(instruction.outputs[0], description.weightsGradient))
    ]
    if operation.hasBias { writes.append((.biasGradient, try definePlain(instruction.outputs[1]))) }
    try primitive(
      operation.name, description,
      reads: [
        (.source, try place(x, like: description.source)),
        (.destinationGradient, try place(g, like: description.destinationGradient)),
      ], writes: writes)
  }
}
