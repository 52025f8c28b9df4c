/// What one element of a tensor is.
package enum ElementType: String, Hashable, Sendable, Codable, CustomStringConvertible {
  /// 32-bit IEEE 754 numbers: what networks compute with.
  case float32
  /// Whole numbers: labels, indices.
  case int32
  /// Bytes: pixels as files have them.
  case uint8
  /// Truth values, one byte each, 0 or 1.
  case bool

  /// Bytes per element.
  package var byteCount: Int { self == .float32 || self == .int32 ? 4 : 1 }

  /// As the user reads it.
  package var description: String { rawValue }

  /// The type an arithmetic operation on two element types gives: numbers with a point win over whole numbers.
  package static func promoted(_ left: ElementType, _ right: ElementType) -> ElementType {
    if left == .float32 || right == .float32 { return .float32 }
    return left == .uint8 && right == .uint8 ? .float32 : .int32
  }
}

/// Shape and element type: all there is to know of a tensor before its numbers.
package struct TensorType: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The lengths of the axes.
  package let shape: Shape
  /// What one element is.
  package let elementType: ElementType

  /// Makes a type.
  package init(_ shape: Shape, _ elementType: ElementType = .float32) {
    self.shape = shape
    self.elementType = elementType
  }

  /// Bytes in row-major order without gaps; `Int.max` where the true number is larger.
  package var byteCount: Int {
    let (bytes, overflow) = shape.elementCount.multipliedReportingOverflow(by: elementType.byteCount)
    return overflow ? Int.max : bytes
  }

  /// As printed graphs have it: `float32[1, 28, 28]`.
  package var description: String { "\(elementType)\(shape)" }
}
