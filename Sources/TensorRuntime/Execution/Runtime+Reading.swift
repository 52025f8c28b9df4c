extension Runtime {
  private func plainBuffer(of tensor: Tensor) throws -> Buffer {
    try evaluate([tensor])
    guard let buffer = tensor.node.values[tensor.output] else {
      throw TensorError(tensor.node.operation.name, "its numbers were not computed")
    }
    return buffer.layout.isPlain ? buffer : try backend.converted(buffer, tensor.type, to: .plain)
  }

  private func read<Element>(_ tensor: Tensor, as type: Element.Type) throws -> [Element] {
    let buffer = try plainBuffer(of: tensor)
    return Array(buffer.elements(of: type).prefix(tensor.shape.elementCount))
  }

  /// A buffer's float32 numbers in row-major order.
  func floats(in buffer: Buffer, _ type: TensorType) throws -> [Float] {
    let plain = buffer.layout.isPlain ? buffer : try backend.converted(buffer, type, to: .plain)
    return Array(plain.elements(of: Float.self).prefix(type.shape.elementCount))
  }

  /// The numbers of a tensor in row-major order, converted to float32; computes what is not there yet.
  package func floats(of tensor: Tensor) throws -> [Float] {
    switch tensor.elementType {
    case .float32: try read(tensor, as: Float.self)
    case .int32: try read(tensor, as: Int32.self).map(Float.init)
    case .uint8, .bool: try read(tensor, as: UInt8.self).map(Float.init)
    }
  }

  /// The whole numbers of an int32, uint8 or bool tensor in row-major order; computes what is not there yet.
  package func int32s(of tensor: Tensor) throws -> [Int32] {
    switch tensor.elementType {
    case .float32: try read(try tensor.cast(.int32), as: Int32.self)
    case .int32: try read(tensor, as: Int32.self)
    case .uint8, .bool: try read(tensor, as: UInt8.self).map(Int32.init)
    }
  }

  /// The bytes of a uint8 or bool tensor in row-major order; computes what is not there yet.
  package func bytes(of tensor: Tensor) throws -> [UInt8] {
    let isBytes = tensor.elementType == .uint8 || tensor.elementType == .bool
    return try read(isBytes ? tensor : try tensor.cast(.uint8), as: UInt8.self)
  }

  /// The truth values of a tensor in row-major order (not zero is true); computes what is not there yet.
  package func bools(of tensor: Tensor) throws -> [Bool] {
    try read(try tensor.cast(.bool), as: UInt8.self).map { $0 != 0 }
  }

  /// The one number of a tensor with a single element; computes it if need be.
  package func item(of tensor: Tensor) throws -> Double {
    guard tensor.shape.elementCount == 1 else {
      throw TensorError("number", "got the shape \(tensor.shape), wanted a single element")
    }
    return tensor.elementType == .int32
      ? Double(try int32s(of: tensor)[0]) : Double(try floats(of: tensor)[0])
  }
}
