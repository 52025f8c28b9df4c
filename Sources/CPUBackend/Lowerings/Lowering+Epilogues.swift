import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// What plans call a convolution with all it does along the way.
  func name(of epilogue: Epilogue, _ operation: Convolution) -> String {
    var parts = [operation.name]
    if epilogue.factor != nil || epilogue.offset != nil { parts.append("scale") }
    if epilogue.residual != nil { parts.append("add") }
    if let activation = epilogue.activation { parts.append(program.instructions[activation].operation.name) }
    return parts.joined(separator: "+")
  }

  /// A convolution's weights in a layout, each filter times its channel's factor.
  ///
  /// Factors are multiplied in once for all runs with the same parameters, and so is a layout made that only one
  /// primitive understands.
  func weights(_ value: Int, times factor: Int?, like descriptor: MemoryDescriptor) throws -> Slot {
    guard factor != nil || !descriptor.isBlocked, isSteady(value) else {
      return try place(value, like: descriptor)
    }
    return try inPrelude {
      if isUndecided(value), descriptor.isBlocked, !descriptor.isBFloat16 {
        _ = try decide(value, descriptor)
      }
      let first = try primary(value)
      let ordered =
        first.descriptor.isRowMajor
        ? first : try reorder(first, to: try plainDescriptor(first.descriptor.dims))
      var numbers = view(ordered, try plainDescriptor(program.types[value].shape.dimensions))
      if let factor {
        let product = add(Slot(numbers.descriptor, .float32))
        let scale = try plain(factor)
        let dims = numbers.descriptor.dims
        let kernel = ElementwiseKernel(
          inputs: [
            .init(slot: numbers, strides: nil),
            .init(slot: scale, strides: dims[0] == 1 ? [] : dims.indices.map { $0 == 0 ? 1 : 0 }),
          ], micros: [vk_micro(op: Int32(VK_MUL.rawValue), d: 2, a: 0, b: 1, c: 0, alpha: 0)],
          output: product,
          count: product.elementCount, dims: dims)
        step("scale weights", reads: [numbers, scale], writes: [product], kernel.run)
        numbers = product
      }
      let source = view(numbers, try plainDescriptor(descriptor.dims))
      return source.descriptor == descriptor ? source : try reorder(source, to: descriptor)
    }
  }

  /// Whether a value is a parameter, or made of such before anything else runs.
  private func isSteady(_ value: Int) -> Bool {
    guard let index = uses.producer[value] else {
      return program.arguments.contains { $0.value == value && $0.kind == .parameter }
    }
    return uses.prelude.contains(index)
  }

  /// A convolution's bias: times the factor, plus the offset.
  func bias(_ value: Int?, of channels: Int, _ epilogue: Epilogue) throws -> Slot {
    if let value, epilogue.factor == nil, epilogue.offset == nil { return try plain(value) }
    return try inPrelude {
      let result = add(Slot(try plainDescriptor([channels]), .float32))
      guard let value else {
        // A factor alone needs no bias, so there is an offset.
        guard let offset = epilogue.offset else { return result }
        return view(try plain(offset), result.descriptor)
      }
      let given = [value, epilogue.factor, epilogue.offset].compactMap { $0 }
      let sources = try given.map { view(try plain($0), result.descriptor) }
      var micros: [vk_micro] = []
      var last = 0
      for (place, code) in [(epilogue.factor, VK_MUL), (epilogue.offset, VK_ADD)]
        .filter({ $0.0 != nil }).map(\.1).enumerated()
      {
        let next = sources.count + micros.count
        micros.append(
          vk_micro(
            op: Int32(code.rawValue), d: Int32(next), a: Int32(last), b: Int32(place + 1), c: 0, alpha: 0))
        last = next
      }
      let kernel = ElementwiseKernel(
        inputs: sources.map { .init(slot: $0, strides: nil) }, micros: micros, output: result,
        count: channels, dims: [channels])
      step("scale bias", reads: sources, writes: [result], kernel.run)
      return result
    }
  }

  /// Where a convolution writes: a place of its own, or, where it adds to images nobody else needs any more, theirs.
  func target(of epilogue: Epilogue, like descriptor: MemoryDescriptor, at index: Int) throws -> Slot {
    guard let residual = epilogue.residual else { return define(epilogue.output, descriptor) }
    let images = try place(residual, like: descriptor)
    let isLast = (uses.readers[residual] ?? []).allSatisfy { reader in
      let step = uses.step(of: reader)
      return step < index || (step == index && reader != index)
    }
    if isLast, isAlone(residual, in: images) {
      forget(residual)
      define(epilogue.output, as: images)
      return images
    }
    let target = define(epilogue.output, descriptor)
    copy(images, to: target)
    return target
  }
}

extension Uses {
  /// The instruction at whose place another is done.
  func step(of index: Int) -> Int {
    guard absorbed.contains(index) else { return index }
    if let epilogue = epilogues.first(where: { $0.value.members.contains(index) }) { return epilogue.key }
    return chains.first { $0.value.contains(index) }?.key ?? Int.max
  }
}
