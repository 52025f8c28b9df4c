import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// The layout whose channels stand in blocks of sixteen, which the pooling kernels know.
  private func blocks(of shape: Shape) -> MemoryDescriptor? {
    shape.rank == 4 ? try? .blocked(shape.dimensions, channels: 16) : nil
  }

  /// Max pooling that remembers its choices, by the project's own kernel: the library was measured to take 1.5 to 14
  /// times as long. False where the images stand otherwise or the window is too large to count in a byte.
  func lowerInBlocks(_ operation: MaxPooling, _ images: Slot, _ instruction: Program.Instruction) throws
    -> Bool
  {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    let shapes = (program.types[input].shape, program.types[output].shape)
    guard let source = blocks(of: shapes.0), let destination = blocks(of: shapes.1),
      images.descriptor == source, operation.window.sizes.reduce(1, *) <= 255,
      operation.window.staysInside(shapes.0, shapes.1)
    else { return false }
    let target = define(output, destination)
    let places = add(Slot(destination.with(.uint8), .uint8))
    var window = blockWindow(operation.window, source, destination)
    step(operation.name, reads: [images], writes: [target, places]) { context in
      vk_block_max_pool(
        &window, try images.address(Float.self), try target.address(Float.self),
        try places.address(UInt8.self), Int32(context.threads))
    }
    forwards.blockPooling[.init(value: input, operation: "\(operation.window)")] = .init(
      source: source, destination: destination, places: places)
    return true
  }

  /// Its gradient, from the choices remembered.
  func lowerInBlocks(
    _ operation: MaxPoolingGradient, _ known: ForwardRecords.BlockPooling,
    _ instruction: Program.Instruction
  ) throws {
    let cotangent = try place(instruction.inputs[1], like: known.destination)
    let target = define(instruction.outputs[0], known.source)
    var window = blockWindow(operation.window, known.source, known.destination)
    let places = known.places
    step(operation.name, reads: [cotangent, places], writes: [target]) { context in
      vk_block_max_pool_gradient(
        &window, try cotangent.address(Float.self), try places.address(UInt8.self),
        try target.address(Float.self), Int32(context.threads))
    }
  }

  private func blockWindow(
    _ window: PoolingWindow, _ source: MemoryDescriptor, _ destination: MemoryDescriptor
  ) -> vk_block_pooling {
    func two(_ numbers: some Collection<Int>) -> (Int64, Int64) {
      let all = numbers.map(Int64.init)
      return (all[0], all[1])
    }
    return vk_block_pooling(
      planes: Int64(source.dims[0] * source.paddedDims[1] / 16), in: two(source.dims.suffix(2)),
      out: two(destination.dims.suffix(2)), size: two(window.sizes), stride: two(window.strides),
      before: two(window.before))
  }
}

extension PoolingWindow {
  /// Whether every window has an element of the image.
  fileprivate func staysInside(_ input: Shape, _ output: Shape) -> Bool {
    sizes.indices.allSatisfy { axis in
      before[axis] < sizes[axis]
        && (output[axis + 2] - 1) * strides[axis] - before[axis] < input[axis + 2]
    }
  }
}
