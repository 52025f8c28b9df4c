import OneDNN
import TensorRuntime
import VectorKernels

/// A convolution, or the cotangent of one's input, by kernels of the project's own on blocks of sixteen channels.
protocol OwnConvolution {
  /// The layouts of what is read, of the filters, and of what is written.
  var source: MemoryDescriptor { get }
  var weights: MemoryDescriptor { get }
  var destination: MemoryDescriptor { get }
  var samples: Int { get }
  var operationsPerSample: Double { get }
  /// Whether a cotangent of an input may have a bias added, as transposed convolutions do.
  var givesBias: Bool { get }
  /// Floats of scratch memory on so many threads.
  func scratch(threads: Int32) -> Int64
  /// Computes so many samples.
  func run(
    samples: Int, isRelu: Bool, accumulates: Bool, _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>,
    threads: Int32)
  /// The same for the cotangents of filters and bias, which need all samples at once.
  func weightScratch(threads: Int32) -> Int64
  func runWeightGradient(
    _ x: UnsafePointer<Float>, _ g: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>,
    _ bias: UnsafeMutablePointer<Float>?, _ memory: UnsafeMutablePointer<Float>, threads: Int32)
}

extension OwnConvolution {
  /// How many samples are computed before an interrupt is looked for.
  func samplesAtOnce(_ compiler: Compiler) -> Int {
    compiler.rowsAtOnce(samples, operations: operationsPerSample * Double(samples))
  }
}

extension Compiler {
  /// The own kernels for a convolution, or the cotangent of one's input; nil where the library is to compute it. They
  /// compute in float32 where bfloat16 is wanted too, but on processors whose bfloat16 is faster than that.
  private func ownConvolution(_ shapes: ConvolutionShapes, isTransposed: Bool) -> (any OwnConvolution)? {
    guard program.precision == .float32 || vk_bfloat16_speed() < 3 else { return nil }
    return WinogradShapes(shapes, isTransposed: isTransposed, isTraining: !program.gradients.isEmpty)
      ?? HalvingShapes(shapes, isTransposed: isTransposed)
  }

  /// Lowers a convolution with what follows it; false where the library is to do it.
  func lowerOwn(
    _ shapes: ConvolutionShapes, _ operation: Convolution, _ index: Int, _ epilogue: Epilogue
  ) throws -> Bool {
    let instruction = program.instructions[index]
    let activation = epilogue.activation.flatMap {
      (program.instructions[$0].operation as? Unary)?.function.libraryActivation
    }
    guard epilogue.activation == nil || activation == Activation(.relu),
      let own = ownConvolution(shapes, isTransposed: false)
    else { return false }
    let bias = instruction.inputs.count > 2 ? instruction.inputs[2] : nil
    let source = try place(instruction.inputs[0], like: own.source)
    let filters = try weights(instruction.inputs[1], times: epilogue.factor, like: own.weights)
    let offsets =
      bias != nil || epilogue.offset != nil
      ? try self.bias(bias, of: shapes.destination[1], epilogue) : nil
    let target = try target(of: epilogue, like: own.destination, at: index)
    try add(
      name(of: epilogue, operation), own, isRelu: activation != nil, accumulates: epilogue.residual != nil,
      source, filters, offsets, target)
    return true
  }

  /// Lowers the cotangent of a convolution's input, or a transposed convolution; false where the library is to do it.
  func lowerOwn(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionInputGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    let hasBias = instruction.inputs.count > 2
    guard let own = ownConvolution(shapes, isTransposed: true), own.givesBias || !hasBias else {
      return false
    }
    let source = try place(instruction.inputs[0], like: own.source)
    let filters = try place(instruction.inputs[1], like: own.weights)
    let offsets = hasBias ? try plain(instruction.inputs[2]) : nil
    let target = define(instruction.outputs[0], own.destination)
    try add(operation.name, own, isRelu: false, accumulates: false, source, filters, offsets, target)
    return true
  }

  private func add(
    _ name: String, _ own: any OwnConvolution, isRelu: Bool, accumulates: Bool, _ source: Slot,
    _ filters: Slot, _ offsets: Slot?, _ target: Slot
  ) throws {
    let memory = try scratch(Int(own.scratch(threads: Int32(threads))))
    let (samples, atOnce) = (own.samples, own.samplesAtOnce(self))
    let lengths = (source.elementCount / max(1, samples), target.elementCount / max(1, samples))
    step(
      name, reads: [source, filters] + (offsets.map { [$0] } ?? []), writes: [target], uses: [memory]
    ) { context in
      for first in stride(from: 0, to: samples, by: atOnce) {
        if first > 0 { try context.cancellation?.check() }
        own.run(
          samples: min(atOnce, samples - first), isRelu: isRelu, accumulates: accumulates,
          try source.address(Float.self) + first * lengths.0, try filters.address(Float.self),
          try offsets?.address(Float.self), try target.address(Float.self) + first * lengths.1,
          try memory.address(Float.self), threads: Int32(context.threads))
      }
    }
  }

  /// Lowers the cotangents of a convolution's filters and bias; false where the library is to do it.
  func lowerOwn(
    _ shapes: ConvolutionShapes, _ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction
  ) throws -> Bool {
    guard let own = ownConvolution(shapes, isTransposed: false),
      own.samplesAtOnce(self) >= shapes.source[0]
    else { return false }
    let source = try place(instruction.inputs[0], like: own.source)
    let cotangent = try place(instruction.inputs[1], like: own.destination)
    let filters = define(instruction.outputs[0], own.weights)
    let sums = operation.hasBias ? try definePlain(instruction.outputs[1]) : nil
    let memory = try scratch(Int(own.weightScratch(threads: Int32(threads))))
    step(
      operation.name, reads: [source, cotangent], writes: [filters] + (sums.map { [$0] } ?? []),
      uses: [memory]
    ) { context in
      own.runWeightGradient(
        try source.address(Float.self), try cotangent.address(Float.self), try filters.address(Float.self),
        try sums?.address(Float.self), try memory.address(Float.self), threads: Int32(context.threads))
    }
    return true
  }
}
