import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  func lower(_ operation: Reduction, _ instruction: Program.Instruction) throws {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    let type = program.types[input]
    let kind = operation.kernel(type.elementType)
    if operation.axes.isEmpty || operation.axes.allSatisfy({ type.shape[$0] == 1 }) {
      return define(output, as: view(try plain(input), try plainDescriptor(program.types[output])))
    }
    if try lowerSpatialMean(operation, instruction) || lowerChannelSum(operation, instruction) { return }
    let everything = operation.axes.count == type.shape.rank
    let first = try primary(input)
    // The order of a sum over everything may be any, as long as there is no filler.
    let source =
      everything && !first.descriptor.hasPadding && first.descriptor.isBlocked ? first : try plain(input)
    // Runs of axes that are kept or reduced together, from the last to the first.
    var runs: [(length: Int, isReduced: Bool)] = []
    for axis in 0..<type.shape.rank where type.shape[axis] != 1 {
      let isReduced = operation.axes.contains(axis)
      if let last = runs.last, last.isReduced == isReduced {
        runs[runs.count - 1].length *= type.shape[axis]
      } else {
        runs.append((type.shape[axis], isReduced))
      }
    }
    var current = source
    while let place = runs.lastIndex(where: \.isReduced) {
      let outer = runs[..<place].reduce(1) { $0 * $1.length }
      let inner = runs[(place + 1)...].reduce(1) { $0 * $1.length }
      let reduced = runs[place].length
      runs.remove(at: place)
      let isLast = !runs.contains { $0.isReduced }
      let target =
        isLast ? try definePlain(output) : try scratch(outer * inner, program.types[output].elementType)
      try reduce(operation.name, kind, from: current, to: target, outer, reduced, inner)
      current = target
    }
  }

  /// Adds a step that reduces the middle of three axes.
  func reduce(
    _ name: String, _ kind: vk_reduction, from source: Slot, to target: Slot, _ outer: Int, _ reduced: Int,
    _ inner: Int
  ) throws {
    let needed = Int(vk_reduce_scratch(Int64(outer), Int64(reduced), Int64(inner)))
    let work = needed > 0 ? try scratch(needed) : nil
    step(name, reads: [source], writes: [target] + (work.map { [$0] } ?? [])) { context in
      vk_reduce(
        kind, try source.address(UInt8.self), try target.address(UInt8.self), Int64(outer), Int64(reduced),
        Int64(inner), try work?.address(Float.self), Int32(context.threads))
    }
  }

  /// The mean over all positions of blocked images is a pooling.
  private func lowerSpatialMean(_ operation: Reduction, _ instruction: Program.Instruction) throws -> Bool {
    let shape = program.types[instruction.inputs[0]].shape
    guard operation.kind == .mean, shape.rank >= 3, shape.rank <= 5, operation.axes == Array(2..<shape.rank),
      uniform(instruction.inputs[0]) == nil
    else { return false }
    let source = try primary(instruction.inputs[0])
    guard !source.descriptor.isRowMajor, source.descriptor.dims == shape.dimensions else { return false }
    let sizes = Array(shape.dimensions.dropFirst(2))
    let zeros = sizes.map { _ in 0 }
    let pooled = Array(shape.dimensions.prefix(2)) + sizes.map { _ in 1 }
    guard
      let description = try? PrimitiveDescription.pooling(
        engine, .averageWithPadding, isTraining: false, source: source.descriptor, destination: .any(pooled),
        sizes: sizes, strides: sizes, before: zeros, after: zeros)
    else { return false }
    let target = define(instruction.outputs[0], description.destination)
    try primitive("mean", description, reads: [(.source, source)], writes: [(.destination, target)])
    return true
  }

  /// The sum per channel of blocked images: over positions within blocks, then over samples.
  private func lowerChannelSum(_ operation: Reduction, _ instruction: Program.Instruction) throws -> Bool {
    let shape = program.types[instruction.inputs[0]].shape
    guard operation.kind == .sum, shape.rank >= 3, uniform(instruction.inputs[0]) == nil,
      operation.axes == [0] + Array(2..<shape.rank),
      program.types[instruction.inputs[0]].elementType == .float32
    else { return false }
    let source = try primary(instruction.inputs[0])
    let descriptor = source.descriptor
    guard descriptor.isBlocked, descriptor.dims == shape.dimensions, descriptor.blocks.count == 1,
      descriptor.blocks[0].axis == 1, shape[1] % descriptor.blocks[0].length == 0,
      descriptor == (try? descriptor.withChannels(shape.dimensions)),
      descriptor.strides[0] == descriptor.strides.max()
    else { return false }
    let block = descriptor.blocks[0].length
    let positions = shape.dimensions.dropFirst(2).reduce(1, *)
    let partial = try scratch(shape[0] * shape[1])
    try reduce("sum", VK_SUM, from: source, to: partial, shape[0] * shape[1] / block, positions, block)
    try reduce(
      "sum", VK_SUM, from: partial, to: try definePlain(instruction.outputs[0]), 1, shape[0], shape[1])
    return true
  }

  /// The lengths before, along and behind an axis.
  func around(_ axis: Int, _ shape: Shape) -> (outer: Int64, length: Int64, inner: Int64) {
    let outer = shape.dimensions.prefix(axis).reduce(1, *)
    return (Int64(outer), Int64(shape[axis]), Int64(shape.dimensions.dropFirst(axis + 1).reduce(1, *)))
  }

  func lower(_ operation: ArgumentReduction, _ instruction: Program.Instruction) throws {
    let source = try plain(instruction.inputs[0])
    let target = try definePlain(instruction.outputs[0])
    let (outer, length, inner) = around(operation.axis, program.types[instruction.inputs[0]].shape)
    step(operation.name, reads: [source], writes: [target]) { context in
      let (x, y) = (try source.address(Float.self), try target.address(Int32.self))
      try context.inBlocks(ofRows: Int(outer), length: Int(length * inner)) { first, count in
        vk_arg_reduce(
          operation.isMaximum ? 1 : 0, x + first * Int(length * inner), y + first * Int(inner), Int64(count),
          length, inner, Int32(context.threads))
      }
    }
  }

  func lower(_ operation: Softmax, _ instruction: Program.Instruction) throws {
    let source = try plain(instruction.inputs[0])
    let target = try definePlain(instruction.outputs[0])
    let (outer, length, inner) = around(operation.axis, program.types[instruction.inputs[0]].shape)
    step(operation.name, reads: [source], writes: [target]) { context in
      let (x, y) = (try source.address(Float.self), try target.address(Float.self))
      try context.inBlocks(ofRows: Int(outer), length: Int(length * inner)) { first, count in
        let start = first * Int(length * inner)
        vk_softmax(
          x + start, y + start, Int64(count), length, inner, operation.isLogarithm ? 1 : 0,
          Int32(context.threads))
      }
    }
  }

  func lower(_ operation: CrossEntropy, _ instruction: Program.Instruction) throws {
    let inputs = try instruction.inputs.map { try plain($0) }
    let target = try definePlain(instruction.outputs[0])
    let (samples, classes, pixels) = around(1, program.types[instruction.inputs[0]].shape)
    let (rows, weights) = (try scratch(Int(samples * pixels)), try scratch(Int(samples * pixels)))
    step(operation.name, reads: inputs, writes: [target, rows, weights]) { context in
      let bad = vk_cross_entropy(
        try inputs[0].address(Float.self), try inputs[1].address(Int32.self),
        inputs.count > 2 ? try inputs[2].address(Float.self) : nil, try target.address(Float.self),
        try rows.address(Float.self), try weights.address(Float.self), samples, classes, pixels,
        operation.smoothing,
        operation.ignoredClass == nil ? 0 : 1, operation.ignoredClass ?? 0, Int32(context.threads))
      try checkClass(bad, of: classes, in: operation.name)
    }
  }

  func lower(_ operation: CrossEntropyGradient, _ instruction: Program.Instruction) throws {
    let inputs = try instruction.inputs.map { try plain($0) }
    let target = try definePlain(instruction.outputs[0])
    let (samples, classes, pixels) = around(1, program.types[instruction.inputs[0]].shape)
    let weights = try scratch(Int(samples * pixels))
    let loss = operation.loss
    step(operation.name, reads: inputs, writes: [target, weights]) { context in
      vk_cross_entropy_gradient(
        try inputs[0].address(Float.self), try inputs[1].address(Int32.self),
        inputs.count > 3 ? try inputs[3].address(Float.self) : nil, try inputs[2].address(Float.self),
        try target.address(Float.self), try weights.address(Float.self), samples, classes, pixels,
        loss.smoothing,
        loss.ignoredClass == nil ? 0 : 1, loss.ignoredClass ?? 0, Int32(context.threads))
    }
  }
}

extension Reduction {
  /// The kernel's name for the reduction of elements of a type.
  fileprivate func kernel(_ type: ElementType) -> vk_reduction {
    let isWhole = type == .int32
    switch kind {
    case .sum: return isWhole ? VK_SUM_I : VK_SUM
    case .mean: return VK_MEAN
    case .max: return isWhole ? VK_MAX_I : VK_REDUCE_MAX
    case .min: return isWhole ? VK_MIN_I : VK_REDUCE_MIN
    case .product: return isWhole ? VK_PRODUCT_I : VK_PRODUCT
    case .any: return VK_ANY
    case .all: return VK_ALL
    }
  }
}
