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

extension ConvolutionShapes {
  /// Multiply-adds of one pass, as floating-point operations.
  var operationCount: Double {
    let perPixel = weights.dropFirst(weights.count - destination.count + 1).reduce(2.0) { $0 * Double($1) }
    return destination.reduce(perPixel) { $0 * Double($1) }
  }

  /// What a primitive computes of a convolution.
  enum Pass {
    case inference, training, inputGradient, weightGradient
  }

  /// The algorithm that was measured to be fastest (`docs/plans.md`): Winograd's for 3×3 filters in steps of 1 on 32
  /// channels and more, where there are enough tiles.
  ///
  /// When training the filters are transformed at every step, which takes as long as some tiles; and so does the way back
  /// from the sums of their cotangents, but with few channels the sums themselves take longer.
  func algorithm(for pass: Pass) -> ConvolutionAlgorithm {
    guard weights.count == 4, weights[2] == 3, weights[3] == 3, weights[0] >= 32, weights[1] >= 32,
      key.geometry.strides == [1, 1], key.geometry.dilations == [1, 1]
    else { return .direct }
    let tiles = destination[0] * ((destination[2] + 3) / 4) * ((destination[3] + 3) / 4)
    /// 1 for 64 channels and more on both sides, 2 where one has 32, 4 where both have.
    let fewness = 64 / min(64, weights[0]) * (64 / min(64, weights[1]))
    switch pass {
    case .inference: return tiles >= 32 ? .winogradOfLargeTiles : .winograd
    case .training, .inputGradient: return tiles >= 64 * fewness ? .winograd : .direct
    case .weightGradient: return tiles >= 32 * fewness * fewness * fewness ? .winograd : .direct
    }
  }

  /// The same convolution on fewer samples.
  func with(samples: Int) -> ConvolutionShapes {
    ConvolutionShapes(
      source: [samples] + source.dropFirst(), weights: weights,
      destination: [samples] + destination.dropFirst(),
      window: window,
      key: .init(
        geometry: key.geometry, input: key.input.replacing(0, with: samples), weights: key.weights))
  }

  private init(
    source: [Int], weights: [Int], destination: [Int], window: ConvolutionWindow,
    key: ForwardRecords.ConvolutionKey
  ) {
    self.source = source
    self.weights = weights
    self.destination = destination
    self.window = window
    self.key = key
  }
}

extension Compiler {
  /// How many samples a primitive takes at once, so that none runs so long that an interrupt would have to wait.
  ///
  /// A primitive can't be stopped; 20 ms at 60 GF/s per thread, which even slow shapes reach, leave room below 100 ms.
  func samplesAtOnce(_ samples: Int, operations: Double) -> Int {
    let most = rowsAtOnce(samples, operations: operations)
    return (1...most).last { samples % $0 == 0 } ?? 1
  }

  /// The same where parts may differ in length.
  func rowsAtOnce(_ rows: Int, operations: Double) -> Int {
    let longest = 0.02 * 60e9 * Double(max(1, backend.threads))
    guard operations > longest, rows > 1 else { return max(1, rows) }
    return max(1, Int(Double(rows) * longest / operations))
  }

  /// Adds one step per part of the batch. Roles in `batched` are cut, the others are the same for every part.
  private func parts(
    _ name: String, _ description: PrimitiveDescription, samples: Int, atOnce: Int,
    reads: [(role: ArgumentRole, slot: Slot, part: MemoryDescriptor?)],
    writes: [(role: ArgumentRole, slot: Slot, part: MemoryDescriptor?)]
  ) throws {
    for index in 0..<max(1, samples / atOnce) {
      func cut(_ argument: (role: ArgumentRole, slot: Slot, part: MemoryDescriptor?)) -> (ArgumentRole, Slot)
      {
        guard let part = argument.part, samples != atOnce else { return (argument.role, argument.slot) }
        return (argument.role, view(argument.slot, part, byteOffset: index * part.byteCount))
      }
      try primitive(name, description, reads: reads.map(cut), writes: writes.map(cut))
    }
  }

  /// The layout of all samples where a primitive's is for a part of them.
  private func whole(_ part: MemoryDescriptor, _ samples: Int) throws -> MemoryDescriptor {
    if part.dims.first == samples { return part }
    guard let whole = part.withSamples(samples) else {
      throw TensorError("convolution", "its layout can't be split along the batch")
    }
    return whole
  }

  /// The forward primitive that backward ones are made after.
  private func convolutionForward(
    _ shapes: ConvolutionShapes, _ algorithm: ConvolutionAlgorithm, _ factors: MemoryDescriptor.Element
  ) throws -> PrimitiveDescription {
    var key = shapes.key
    key.factors = factors
    if algorithm == .direct, let known = forwards.convolutions[key] { return known }
    let made = try PrimitiveDescription.convolution(
      engine, isTraining: true, algorithm: algorithm, source: .any(shapes.source, factors),
      weights: .any(shapes.weights, factors),
      bias: nil, destination: .any(shapes.destination, factors), window: shapes.window)
    if algorithm == .direct { forwards.convolutions[key] = made }
    return made
  }

  /// Makes a primitive: in bfloat16 where that is wanted and the library can, by Winograd's algorithm where that is
  /// faster and the library can, else directly.
  private func choose(
    _ shapes: ConvolutionShapes, _ pass: ConvolutionShapes.Pass,
    _ make: (ConvolutionAlgorithm, _ factors: MemoryDescriptor.Element) throws -> PrimitiveDescription
  ) throws -> PrimitiveDescription {
    if let rounded = rounded({ try make(.direct, .bfloat16) }) { return rounded }
    let algorithm = shapes.algorithm(for: pass)
    if algorithm != .direct, let fast = try? make(algorithm, .float32) { return fast }
    return try make(.direct, .float32)
  }

  func lower(_ operation: Convolution, _ index: Int) throws {
    let instruction = program.instructions[index]
    let (x, w) = (instruction.inputs[0], instruction.inputs[1])
    let all = ConvolutionShapes(
      operation.geometry, input: program.types[x].shape, weights: program.types[w].shape,
      output: program.types[instruction.outputs[0]].shape)
    let samples = all.source[0]
    let atOnce = samplesAtOnce(samples, operations: all.operationCount)
    let shapes = all.with(samples: atOnce)
    let epilogue = uses.epilogues[index] ?? Epilogue(output: instruction.outputs[0])
    if try lowerOwn(all, operation, index, epilogue) { return }
    let activation = epilogue.activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    let bias = instruction.inputs.count > 2 ? instruction.inputs[2] : nil
    let hasBias = bias != nil || epilogue.offset != nil
    // Winograd's algorithm has weights of its own layout for inferring; a direct convolution would leave its blocks.
    let infers = program.gradients.isEmpty
    let description = try choose(shapes, infers ? .inference : .training) { algorithm, factors in
      try .convolution(
        engine, isTraining: !infers || algorithm == .direct, algorithm: algorithm,
        source: .any(shapes.source, factors), weights: .any(shapes.weights, factors),
        bias: hasBias ? plainDescriptor([shapes.destination[1]]) : nil, destination: .any(shapes.destination),
        window: shapes.window,
        attributes: activation == nil && epilogue.residual == nil
          ? nil : Attributes(accumulates: epilogue.residual != nil, activation: activation))
    }
    let (source, destination) = (description.source, description.destination)
    var reads: [(ArgumentRole, Slot, MemoryDescriptor?)] = [
      (.source, try place(x, like: whole(source, samples)), source),
      (.weights, try weights(w, times: epilogue.factor, like: description.weights), nil),
    ]
    if hasBias { reads.append((.bias, try self.bias(bias, of: shapes.destination[1], epilogue), nil)) }
    let target = try target(of: epilogue, like: whole(destination, samples), at: index)
    try parts(
      name(of: epilogue, operation), description, samples: samples, atOnce: atOnce, reads: reads,
      writes: [(.destination, target, destination)])
  }

  func lower(_ operation: ConvolutionInputGradient, _ instruction: Program.Instruction) throws {
    let (g, w) = (instruction.inputs[0], instruction.inputs[1])
    let all = ConvolutionShapes(
      operation.geometry, input: operation.inputShape, weights: program.types[w].shape,
      output: program.types[g].shape)
    if try lowerOwn(all, operation, instruction) { return }
    let samples = all.source[0]
    let atOnce = samplesAtOnce(samples, operations: all.operationCount)
    let shapes = all.with(samples: atOnce)
    let description = try choose(shapes, .inputGradient) { algorithm, factors in
      try .convolutionInputGradient(
        engine, algorithm: algorithm, source: .any(shapes.source), weights: .any(shapes.weights, factors),
        destination: .any(shapes.destination, factors), window: shapes.window,
        forward: convolutionForward(shapes, algorithm, factors))
    }
    let hasBias = instruction.inputs.count > 2
    let (source, destination) = (description.sourceGradient, description.destinationGradient)
    let full = try whole(source, samples)
    let gradient = hasBias ? add(Slot(full, .float32)) : define(instruction.outputs[0], full)
    try parts(
      operation.name, description, samples: samples, atOnce: atOnce,
      reads: [
        (.destinationGradient, try place(g, like: whole(destination, samples)), destination),
        (.weights, try place(w, like: description.weights), nil),
      ], writes: [(.sourceGradient, gradient, source)])
    if hasBias { try addPerChannel(gradient, instruction.inputs[2], to: instruction.outputs[0]) }
  }

  /// Adds a number per channel to images in any layout.
  private func addPerChannel(_ source: Slot, _ bias: Int, to output: Int) throws {
    let descriptor = source.descriptor
    let channels = descriptor.dims[1]
    let images: Slot
    if descriptor.isBlocked && descriptor.blocks.count <= 1 && !descriptor.hasPadding {
      images = source
    } else {
      images = add(Slot(try plainDescriptor(descriptor.dims), .float32))
      try primitive(
        "reorder", .reorder(engine, from: descriptor, to: images.descriptor), reads: [(.source, source)],
        writes: [(.destination, images)])
    }
    let axes = images.descriptor.physicalAxes
    let numbers = try plain(bias)
    let target = define(output, images.descriptor)
    let kernel = ElementwiseKernel(
      inputs: [
        .init(slot: images, strides: nil),
        .init(slot: numbers, strides: channels == 1 ? [] : axes.map { $0.axis == 1 ? $0.step : 0 }),
      ], micros: [vk_micro(op: Int32(VK_ADD.rawValue), d: 2, a: 0, b: 1, c: 0, alpha: 0)], output: target,
      count: target.elementCount, dims: axes.map(\.length))
    step("add bias", reads: [images, numbers], writes: [target], kernel.run)
  }

  func lower(_ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction) throws {
    let (x, g) = (instruction.inputs[0], instruction.inputs[1])
    let all = ConvolutionShapes(
      operation.geometry, input: program.types[x].shape, weights: operation.weightShape,
      output: program.types[g].shape)
    if try lowerOwn(all, operation, instruction) { return }
    let samples = all.source[0]
    let atOnce = samplesAtOnce(samples, operations: all.operationCount)
    let shapes = all.with(samples: atOnce)
    let description = try choose(shapes, .weightGradient) { algorithm, factors in
      try .convolutionWeightGradient(
        engine, algorithm: algorithm, source: .any(shapes.source, factors), weights: .any(shapes.weights),
        bias: operation.hasBias ? plainDescriptor([shapes.destination[1]]) : nil,
        destination: .any(shapes.destination, factors),
        window: shapes.window, forward: convolutionForward(shapes, algorithm, factors))
    }
    var sums: [(role: ArgumentRole, slot: Slot)] = [
      (.weightsGradient, define(instruction.outputs[0], description.weightsGradient))
    ]
    if operation.hasBias { sums.append((.biasGradient, try definePlain(instruction.outputs[1]))) }
    let (source, destination) = (description.source, description.destinationGradient)
    // Each part but the first goes to a place of its own and is added to the sum.
    let isSplit = samples != atOnce
    let partial = isSplit ? sums.map { add(Slot($0.slot.descriptor, .float32)) } : []
    let reads: [(ArgumentRole, Slot, MemoryDescriptor?)] = [
      (.source, try place(x, like: whole(source, samples)), source),
      (.destinationGradient, try place(g, like: whole(destination, samples)), destination),
    ]
    for part in 0..<max(1, samples / atOnce) {
      let targets = part == 0 ? sums.map(\.slot) : partial
      let cut = reads.map { role, slot, descriptor -> (ArgumentRole, Slot) in
        guard isSplit, let descriptor else { return (role, slot) }
        return (role, view(slot, descriptor, byteOffset: part * descriptor.byteCount))
      }
      try primitive(
        operation.name, description, reads: cut, writes: zip(sums, targets).map { ($0.role, $1) })
      for (sum, more) in zip(sums.map(\.slot), partial) where part > 0 { addInPlace(more, to: sum) }
    }
  }

  /// Adds numbers to others of the same layout.
  private func addInPlace(_ more: Slot, to sum: Slot) {
    let kernel = ElementwiseKernel(
      inputs: [.init(slot: sum, strides: nil), .init(slot: more, strides: nil)],
      micros: [vk_micro(op: Int32(VK_ADD.rawValue), d: 2, a: 0, b: 1, c: 0, alpha: 0)], output: sum,
      count: sum.elementCount, dims: [])
    step("add", reads: [sum, more], writes: [sum], kernel.run)
  }
}
