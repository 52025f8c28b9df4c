import OneDNN
import TensorRuntime
import VectorKernels

/// A convolution by the project's own kernels for Winograd's algorithm: 3×3 filters in steps of 1 on blocks of sixteen
/// channels, where these were measured to be faster than the library (`docs/plans.md` has the table).
struct WinogradShapes {
  let kernel: vk_winograd
  let source: MemoryDescriptor
  let weights: MemoryDescriptor
  let destination: MemoryDescriptor
  private let operationsPerSample: Double

  /// A convolution's shapes; `isTransposed` where it computes the cotangent of a convolution's input from `source`, the
  /// cotangent of its result. `nil` where the library is faster, or the kernels can't do it.
  init?(_ shapes: ConvolutionShapes, isTransposed: Bool, isTraining: Bool) {
    let geometry = shapes.key.geometry
    let (from, to) =
      isTransposed ? (shapes.destination, shapes.source) : (shapes.source, shapes.destination)
    guard String(cString: vk_instruction_set()) == "AVX-512", from.count == 4, shapes.weights.count == 4,
      shapes.weights.suffix(2) == [3, 3], geometry.strides == [1, 1], geometry.dilations == [1, 1],
      geometry.before.allSatisfy({ $0 <= 2 }), from[1] % 16 == 0, to[1] % 16 == 0, from[1] <= 64
    else { return nil }
    let tiles = ((to[2] + 3) / 4) * ((to[3] + 3) / 4)
    // Filters are transformed at every run, which many tiles must be worth; the library does so once when it only infers.
    guard to[1] <= (isTraining ? 64 : 32), tiles * to[0] >= (to[1] > 32 ? 64 : 16),
      // Tiles that reach beyond the image are computed for nothing.
      to[2] * to[3] * 5 >= tiles * 16 * 4,
      let source = try? MemoryDescriptor.blocked(from, channels: 16),
      let destination = try? MemoryDescriptor.blocked(to, channels: 16),
      let weights = try? MemoryDescriptor.blockedFilters(shapes.weights)
    else { return nil }
    (self.source, self.weights, self.destination) = (source, weights, destination)
    operationsPerSample = shapes.operationCount / Double(max(1, from[0]))
    let before = geometry.before.map { Int64(isTransposed ? 2 - $0 : $0) }
    kernel = vk_winograd(
      images: Int64(from[0]), in_blocks: Int64(from[1] / 16), out_blocks: Int64(to[1] / 16),
      in: (Int64(from[2]), Int64(from[3])), out: (Int64(to[2]), Int64(to[3])), before: (before[0], before[1]),
      is_transposed: isTransposed ? 1 : 0, is_relu: 0, accumulates: 0)
  }

  /// How many samples are computed before an interrupt is looked for.
  func samplesAtOnce(_ compiler: Compiler) -> Int {
    let samples = Int(kernel.images)
    return compiler.rowsAtOnce(samples, operations: operationsPerSample * Double(samples))
  }
}

extension Compiler {
  private func scratch(_ shapes: WinogradShapes, isGradient: Bool) throws -> Slot {
    var kernel = shapes.kernel
    return try scratch(
      Int(vk_winograd_scratch(&kernel, isGradient ? 1 : 0, Int32(max(1, backend.threads)))))
  }

  /// Whether the program computes gradients for an optimizer.
  private var trains: Bool { !program.gradients.isEmpty }

  /// Whether the program wants float32: the kernels have nothing else.
  var isExact: Bool { program.precision == .float32 }

  /// Lowers a convolution with what follows it; false where the library is to do it.
  func lowerWinograd(
    _ shapes: ConvolutionShapes, _ operation: Convolution, _ index: Int, _ epilogue: Epilogue
  ) throws -> Bool {
    let instruction = program.instructions[index]
    let activation = epilogue.activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    guard isExact, let own = WinogradShapes(shapes, isTransposed: false, isTraining: trains),
      epilogue.activation == nil || activation == Activation(.relu)
    else { return false }
    let bias = instruction.inputs.count > 2 ? instruction.inputs[2] : nil
    let source = try place(instruction.inputs[0], like: own.source)
    let filters = try weights(instruction.inputs[1], times: epilogue.factor, like: own.weights)
    let offsets =
      bias != nil || epilogue.offset != nil
      ? try self.bias(bias, of: shapes.destination[1], epilogue) : nil
    let target = try target(of: epilogue, like: own.destination, at: index)
    var kernel = own.kernel
    kernel.is_relu = activation == nil ? 0 : 1
    kernel.accumulates = epilogue.residual == nil ? 0 : 1
    try addWinograd(name(of: epilogue, operation), own, kernel, source, filters, offsets, target)
    return true
  }

  /// Lowers the cotangent of a convolution's input; false where the library is to do it.
  func lowerWinograd(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionInputGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    guard isExact, instruction.inputs.count == 2,
      let own = WinogradShapes(shapes, isTransposed: true, isTraining: trains)
    else {
      return false
    }
    let source = try place(instruction.inputs[0], like: own.source)
    let filters = try place(instruction.inputs[1], like: own.weights)
    let target = define(instruction.outputs[0], own.destination)
    try addWinograd(operation.name, own, own.kernel, source, filters, nil, target)
    return true
  }

  private func addWinograd(
    _ name: String, _ own: WinogradShapes, _ kernel: vk_winograd, _ source: Slot, _ filters: Slot,
    _ offsets: Slot?, _ target: Slot
  ) throws {
    let memory = try scratch(own, isGradient: false)
    let (samples, atOnce) = (Int(kernel.images), own.samplesAtOnce(self))
    let lengths = (source.elementCount / max(1, samples), target.elementCount / max(1, samples))
    step(
      name, reads: [source, filters] + (offsets.map { [$0] } ?? []), writes: [target], uses: [memory]
    ) { context in
      for first in stride(from: 0, to: samples, by: atOnce) {
        if first > 0 { try context.cancellation?.check() }
        var part = kernel
        part.images = Int64(min(atOnce, samples - first))
        vk_winograd_convolution(
          &part, try source.address(Float.self) + first * lengths.0, try filters.address(Float.self),
          try offsets?.address(Float.self), try target.address(Float.self) + first * lengths.1,
          try memory.address(Float.self), Int32(context.threads))
      }
    }
  }

  /// Lowers the cotangents of a convolution's filters and bias; false where the library is to do it.
  func lowerWinograd(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    guard isExact, let own = WinogradShapes(shapes, isTransposed: false, isTraining: trains),
      own.samplesAtOnce(self) >= shapes.source[0]
    else { return false }
    let source = try place(instruction.inputs[0], like: own.source)
    let cotangent = try place(instruction.inputs[1], like: own.destination)
    let filters = define(instruction.outputs[0], own.weights)
    let sums = operation.hasBias ? try definePlain(instruction.outputs[1]) : nil
    let memory = try scratch(own, isGradient: true)
    var kernel = own.kernel
    step(
      operation.name, reads: [source, cotangent], writes: [filters] + (sums.map { [$0] } ?? []),
      uses: [memory]
    ) { context in
      vk_winograd_weight_gradient(
        &kernel, try source.address(Float.self), try cotangent.address(Float.self),
        try filters.address(Float.self), try sums?.address(Float.self), try memory.address(Float.self),
        Int32(context.threads))
    }
    return true
  }
}
