import OneDNN
import TensorRuntime
import VectorKernels

/// A convolution by the project's own kernels for 4×4 filters in steps of 2, which halve images, or double them where
/// transposed: Winograd's algorithm on every other pixel, on blocks of sixteen channels (`docs/plans.md`).
struct HalvingShapes {
  let kernel: vk_halving
  let source: MemoryDescriptor
  let weights: MemoryDescriptor
  let destination: MemoryDescriptor
  private let operationsPerSample: Double

  /// A convolution's shapes; `nil` where the library is faster, or the kernels can't do it. `isTransposed` where it
  /// computes the cotangent of a convolution's input.
  init?(_ shapes: ConvolutionShapes, isTransposed: Bool = false) {
    let geometry = shapes.key.geometry
    let (x, y) = (shapes.source, shapes.destination)
    guard String(cString: vk_instruction_set()) == "AVX-512", x.count == 4, shapes.weights.count == 4,
      shapes.weights.suffix(2) == [4, 4], geometry.strides == [2, 2], geometry.dilations == [1, 1],
      geometry.before.allSatisfy({ $0 <= 3 }), x[1] % 16 == 0, y[1] % 16 == 0,
      Self.blockPairs.contains(x[1] / 16 * (y[1] / 16))
    else { return nil }
    var kernel = vk_halving(
      samples: Int64(x[0]), in_blocks: Int64(x[1] / 16), out_blocks: Int64(y[1] / 16),
      in: (Int64(x[2]), Int64(x[3])), out: (Int64(y[2]), Int64(y[3])),
      before: (Int64(geometry.before[0]), Int64(geometry.before[1])), is_relu: 0, accumulates: 0)
    let tiles = Int(vk_halving_tiles(&kernel, isTransposed ? 1 : 0))
    let products = y[2] * y[3] * x[0] * 16
    // A tile takes 100 products where it saves up to 256; what reaches beyond the image is computed for nothing.
    guard tiles >= Self.fewestTiles, products * 2 >= tiles * 100 * 3,
      let source = try? MemoryDescriptor.blocked(x, channels: 16),
      let destination = try? MemoryDescriptor.blocked(y, channels: 16),
      let weights = try? MemoryDescriptor.blockedFilters(shapes.weights)
    else { return nil }
    (self.source, self.weights, self.destination) = (source, weights, destination)
    operationsPerSample = shapes.operationCount / Double(max(1, x[0]))
    self.kernel = kernel
  }

  /// How many pairs of blocks: with one, the way to a tile's numbers takes longer than their products; and what many
  /// filters take as 25 numbers per image of every other pixel would not be near.
  private static let blockPairs = 2...64
  /// The fewest tiles that are worth transforming the filters.
  private static let fewestTiles = 32

  /// How many samples are computed before an interrupt is looked for.
  func samplesAtOnce(_ compiler: Compiler) -> Int {
    let samples = Int(kernel.samples)
    return compiler.rowsAtOnce(samples, operations: operationsPerSample * Double(samples))
  }
}

extension Compiler {
  /// Lowers a convolution with what follows it; false where the library is to do it.
  func lowerHalving(
    _ shapes: ConvolutionShapes, _ operation: Convolution, _ index: Int, _ epilogue: Epilogue
  ) throws -> Bool {
    let instruction = program.instructions[index]
    let activation = epilogue.activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    guard isExact, let own = HalvingShapes(shapes),
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
    let memory = try scratch(Int(vk_halving_scratch(&kernel, 0, Int32(max(1, backend.threads)))))
    addHalving(
      name(of: epilogue, operation), own, kernel, source, filters, offsets, target, memory,
      vk_halving_convolution)
    return true
  }

  /// Lowers the cotangent of a convolution's input, or a transposed convolution; false where the library is to do it.
  func lowerHalving(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionInputGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    guard isExact, let own = HalvingShapes(shapes, isTransposed: true) else { return false }
    let source = try place(instruction.inputs[0], like: own.destination)
    let filters = try place(instruction.inputs[1], like: own.weights)
    let offsets = instruction.inputs.count > 2 ? try plain(instruction.inputs[2]) : nil
    let target = define(instruction.outputs[0], own.source)
    var kernel = own.kernel
    let memory = try scratch(Int(vk_halving_scratch(&kernel, 1, Int32(max(1, backend.threads)))))
    addHalving(
      operation.name, own, kernel, source, filters, offsets, target, memory, vk_halving_input_gradient)
    return true
  }

  private func addHalving(
    _ name: String, _ own: HalvingShapes, _ kernel: vk_halving, _ source: Slot, _ filters: Slot,
    _ offsets: Slot?, _ target: Slot, _ memory: Slot,
    _ run:
      @escaping (
        UnsafePointer<vk_halving>?, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?,
        UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?, Int32
      ) -> Void
  ) {
    let (samples, atOnce) = (Int(kernel.samples), own.samplesAtOnce(self))
    let lengths = (source.elementCount / max(1, samples), target.elementCount / max(1, samples))
    step(
      name, reads: [source, filters] + (offsets.map { [$0] } ?? []), writes: [target], uses: [memory]
    ) { context in
      for first in stride(from: 0, to: samples, by: atOnce) {
        if first > 0 { try context.cancellation?.check() }
        var part = kernel
        part.samples = Int64(min(atOnce, samples - first))
        run(
          &part, try source.address(Float.self) + first * lengths.0, try filters.address(Float.self),
          try offsets?.address(Float.self), try target.address(Float.self) + first * lengths.1,
          try memory.address(Float.self), Int32(context.threads))
      }
    }
  }

  /// Lowers the cotangents of a convolution's filters and bias; false where the library is to do it.
  func lowerHalving(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    guard isExact, let own = HalvingShapes(shapes), own.samplesAtOnce(self) >= shapes.source[0] else {
      return false
    }
    let source = try place(instruction.inputs[0], like: own.source)
    let cotangent = try place(instruction.inputs[1], like: own.destination)
    let filters = define(instruction.outputs[0], own.weights)
    let sums = operation.hasBias ? try definePlain(instruction.outputs[1]) : nil
    var kernel = own.kernel
    let memory = try scratch(Int(vk_halving_weight_scratch(&kernel, Int32(max(1, backend.threads)))))
    step(
      operation.name, reads: [source, cotangent], writes: [filters] + (sums.map { [$0] } ?? []),
      uses: [memory]
    ) { context in
      vk_halving_weight_gradient(
        &kernel, try source.address(Float.self), try cotangent.address(Float.self),
        try filters.address(Float.self), try sums?.address(Float.self), try memory.address(Float.self),
        Int32(context.threads))
    }
    return true
  }
}
