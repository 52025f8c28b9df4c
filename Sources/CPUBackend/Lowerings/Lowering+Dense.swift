import OneDNN
import TensorRuntime

extension Compiler {
  /// The forward primitive of a fully connected layer, which decides the weights' layout.
  private func denseForward(_ input: Shape, _ outputs: Int, _ source: MemoryDescriptor) throws -> (
    PrimitiveDescription, MemoryDescriptor
  ) {
    let key = ForwardRecords.DenseKey(input: input, outputs: outputs)
    if let known = forwards.dense[key] { return (known.description, known.source) }
    let made = try PrimitiveDescription.innerProduct(
      engine, isTraining: true, source: source, weights: .any([outputs] + source.dims.dropFirst()), bias: nil,
      destination: plainDescriptor([input[0], outputs]))
    forwards.dense[key] = (made, source)
    return (made, source)
  }

  /// The layout a fully connected layer reads its input in: as it stands, unless the library is slow at that.
  private func denseSource(_ value: Int, _ outputs: Int) throws -> MemoryDescriptor {
    let shape = program.types[value].shape
    let flat = try plainDescriptor([shape[0], shape.dimensions.dropFirst().reduce(1, *)])
    if let known = forwards.dense[.init(input: shape, outputs: outputs)] { return known.source }
    guard uniform(value) == nil else { return flat }
    let found = try primary(value).descriptor
    guard !found.isRowMajor, found.dims == shape.dimensions else { return flat }
    let trial = try? PrimitiveDescription.innerProduct(
      engine, isTraining: true, source: found, weights: .any([outputs] + found.dims.dropFirst()), bias: nil,
      destination: plainDescriptor([shape[0], outputs]))
    guard let trial, !trial.implementation.hasPrefix("ref") else { return flat }
    return found
  }

  func lowerDense(_ index: Int) throws {
    let instruction = program.instructions[index]
    let (x, w) = (instruction.inputs[0], instruction.inputs[1])
    let shape = program.types[x].shape
    let outputs = program.types[w].shape[0]
    let source = try denseSource(x, outputs)
    let activation = uses.activations[index]
    let output = activation.map { program.instructions[$0].outputs[0] } ?? instruction.outputs[0]
    let fused = activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    let hasBias = instruction.inputs.count > 2
    let description = try inPrecision { factors in
      try .innerProduct(
        engine, isTraining: true, source: source.with(factors),
        weights: .any([outputs] + source.dims.dropFirst(), factors),
        bias: hasBias ? plainDescriptor([outputs]) : nil, destination: plainDescriptor([shape[0], outputs]),
        attributes: fused.map { try Attributes(activation: $0) })
    }
    _ = try denseForward(shape, outputs, source)
    var reads: [(ArgumentRole, Slot)] = [
      (.source, try place(x, like: description.source)),
      (.weights, try place(w, like: description.weights)),
    ]
    if hasBias { reads.append((.bias, try plain(instruction.inputs[2]))) }
    let target = define(output, description.destination)
    try primitive(
      fused == nil ? "dense" : "dense+\(program.instructions[activation ?? index].operation.name)",
      description, reads: reads, writes: [(.destination, target)])
  }

  func lowerDenseInputGradient(_ instruction: Program.Instruction) throws {
    let (g, w, output) = (instruction.inputs[0], instruction.inputs[1], instruction.outputs[0])
    let shape = program.types[output].shape
    let outputs = program.types[w].shape[0]
    let flat = try plainDescriptor([shape[0], shape.dimensions.dropFirst().reduce(1, *)])
    let known = forwards.dense[.init(input: shape, outputs: outputs)]?.source
    let (forward, source) = try denseForward(shape, outputs, known ?? flat)
    let description = try inPrecision { factors in
      try .innerProductInputGradient(
        engine, source: source, weights: .any([outputs] + source.dims.dropFirst(), factors),
        destination: plainDescriptor([shape[0], outputs]).with(factors), forward: forward)
    }
    let target = define(output, description.sourceGradient)
    try primitive(
      instruction.operation.name, description,
      reads: [
        (.destinationGradient, try place(g, like: description.destinationGradient)),
        (.weights, try place(w, like: description.weights)),
      ], writes: [(.sourceGradient, target)])
  }

  func lower(_ operation: DenseWeightGradient, _ instruction: Program.Instruction) throws {
    let (x, g) = (instruction.inputs[0], instruction.inputs[1])
    let shape = program.types[x].shape
    let outputs = program.types[g].shape[1]
    let (forward, source) = try denseForward(shape, outputs, denseSource(x, outputs))
    let description = try inPrecision { factors in
      try .innerProductWeightGradient(
        engine, source: source.with(factors), weights: .any([outputs] + source.dims.dropFirst()),
        bias: operation.hasBias ? plainDescriptor([outputs]) : nil,
        destination: plainDescriptor([shape[0], outputs]).with(factors), forward: forward)
    }
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

  func lower(_ operation: MatrixMultiplication, _ instruction: Program.Instruction) throws {
    let output = instruction.outputs[0]
    let rank = program.types[output].shape.rank
    // Transposed matrices are read in place, with their strides exchanged.
    func descriptor(_ value: Int, _ isTransposed: Bool) throws -> MemoryDescriptor {
      let shape = program.types[value].shape
      let missing = rank - shape.rank
      var dims = [Int](repeating: 1, count: missing) + shape.dimensions
      var strides = [Int](repeating: shape.elementCount, count: missing) + shape.strides
      if isTransposed {
        dims.swapAt(rank - 1, rank - 2)
        strides.swapAt(rank - 1, rank - 2)
      }
      return try MemoryDescriptor(dims, strides: strides)
    }
    let left = view(
      try plain(instruction.inputs[0]), try descriptor(instruction.inputs[0], operation.transposeLeft))
    let right = view(
      try plain(instruction.inputs[1]), try descriptor(instruction.inputs[1], operation.transposeRight))
    let target = try definePlain(output)
    // A primitive can't be stopped: large products are made some rows at a time.
    let rows = rank == 2 ? target.descriptor.dims[0] : 1
    let atOnce = rowsAtOnce(
      rows, operations: 2 * Double(target.elementCount) * Double(left.descriptor.dims[rank - 1]))
    for first in stride(from: 0, to: rows, by: atOnce) {
      let count = min(atOnce, rows - first)
      func part(_ slot: Slot) throws -> Slot {
        guard count < rows else { return slot }
        let (dims, strides) = (slot.descriptor.dims, slot.descriptor.strides)
        return view(
          slot, try MemoryDescriptor([count] + dims.dropFirst(), strides: strides),
          byteOffset: first * strides[0] * slot.elementType.byteCount)
      }
      let (leftPart, targetPart) = (try part(left), try part(target))
      let description = try PrimitiveDescription.matrixProduct(
        engine, left: leftPart.descriptor, right: right.descriptor, destination: targetPart.descriptor)
      try primitive(
        operation.name, description, reads: [(.source, leftPart), (.weights, right)],
        writes: [(.destination, targetPart)])
    }
  }
}
