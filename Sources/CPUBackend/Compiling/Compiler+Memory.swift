import OneDNN
import TensorRuntime

/// Memory that is no value's place.
extension Compiler {
  /// Row-major numbers of a type; a scalar is one axis of length 1.
  func plainDescriptor(_ type: TensorType) throws -> MemoryDescriptor {
    try plainDescriptor(type.shape.dimensions, type.elementType)
  }

  /// Row-major numbers of these lengths.
  func plainDescriptor(_ dims: [Int], _ elementType: ElementType = .float32) throws -> MemoryDescriptor {
    let element: MemoryDescriptor.Element =
      switch elementType {
      case .float32: .float32
      case .int32: .int32
      case .uint8, .bool: .uint8
      }
    return try MemoryDescriptor(dims.isEmpty ? [1] : dims, element)
  }

  /// Memory of the plan's own for a row-major tensor.
  func ownedSlot(_ type: TensorType) throws -> Slot {
    let buffer = try Buffer(byteCount: max(type.byteCount, 64), purpose: "a constant \(type)")
    buffer.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: buffer.byteCount)
    return add(Slot(try plainDescriptor(type), type.elementType, home: .owned(buffer)))
  }

  /// A place for scratch numbers.
  func scratch(_ count: Int, _ elementType: ElementType = .float32) throws -> Slot {
    add(Slot(try plainDescriptor([max(1, count)], elementType), elementType))
  }
}
