/// A tensor whose numbers were given.
package struct Leaf: TensorOp {
  /// Where the numbers come from.
  package enum Source: Hashable, Sendable, Codable {
    /// Given once.
    case data
    /// Given anew for each run of a prepared step.
    case placeholder
  }
  /// Where the numbers come from.
  package let source: Source
  /// Shape and element type.
  package let type: TensorType

  package var name: String { source == .data ? "data" : "placeholder" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [type] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [] }
}

/// A number given when the graph runs, so that another number reuses the compiled plan: shape `[]`.
package struct ScalarArgument: TensorOp {
  /// What the number becomes.
  package let elementType: ElementType

  package var name: String { "scalar" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [TensorType([], elementType)] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [] }
}

/// One number everywhere, part of the graph's structure.
package struct Fill: TensorOp {
  /// The number.
  package let value: Double
  /// Shape and element type.
  package let type: TensorType

  package var name: String { "fill" }
  package var parameters: String { "value=\(value)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    if let negative = type.shape.dimensions.first(where: { $0 < 0 }) {
      throw TensorError(
        name, "got the length \(negative) in the shape \(type.shape), wanted lengths of at least 0")
    }
    return [type]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [] }
}

extension Tensor {
  private static func leaf<Element>(_ values: [Element], _ type: TensorType) throws -> Tensor {
    guard type.shape.dimensions.allSatisfy({ $0 >= 0 }), values.count == type.shape.elementCount else {
      throw TensorError(
        "tensor", "got \(values.count) numbers for the shape \(type.shape), wanted \(type.shape.elementCount)"
      )
    }
    try type.shape.checkAxes("tensor")
    let buffer = try Buffer(byteCount: type.byteCount, purpose: "a tensor \(type)")
    values.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { buffer.pointer.copyMemory(from: start, byteCount: bytes.count) }
    }
    return Tensor(buffer, type)
  }

  /// A tensor on numbers that are in memory already, row-major.
  package init(_ buffer: Buffer, _ type: TensorType, isParameter: Bool = false) {
    self.init(
      Node(Leaf(source: .data, type: type), [], types: [type], value: buffer, isParameter: isParameter))
  }

  /// A float32 tensor of these numbers in row-major order.
  package init(_ values: [Float], _ shape: Shape) throws { self = try Tensor.leaf(values, TensorType(shape)) }

  /// An int32 tensor of these numbers in row-major order.
  package init(_ values: [Int32], _ shape: Shape) throws {
    self = try Tensor.leaf(values, TensorType(shape, .int32))
  }

  /// A uint8 tensor of these numbers in row-major order.
  package init(_ values: [UInt8], _ shape: Shape) throws {
    self = try Tensor.leaf(values, TensorType(shape, .uint8))
  }

  /// A bool tensor of these truth values in row-major order.
  package init(_ values: [Bool], _ shape: Shape) throws {
    self = try Tensor.leaf(values, TensorType(shape, .bool))
  }

  /// A number as a tensor of shape `[]`; another number later reuses the compiled plan.
  package static func scalar(_ value: Double, _ elementType: ElementType = .float32) -> Tensor {
    let type = TensorType([], elementType)
    return Tensor(Node(ScalarArgument(elementType: elementType), [], types: [type], argument: .scalar(value)))
  }

  /// One number everywhere, known when the graph is compiled.
  package static func constant(_ value: Double, _ shape: Shape, _ elementType: ElementType = .float32) throws
    -> Tensor
  {
    try one(Fill(value: value, type: TensorType(shape, elementType)), [])
  }

  /// Zeros of a shape.
  package static func zeros(_ shape: Shape, _ elementType: ElementType = .float32) throws -> Tensor {
    try constant(0, shape, elementType)
  }

  /// Ones of a shape.
  package static func ones(_ shape: Shape, _ elementType: ElementType = .float32) throws -> Tensor {
    try constant(1, shape, elementType)
  }

  /// A number everywhere, given when the graph runs.
  package static func full(_ value: Double, _ shape: Shape, _ elementType: ElementType = .float32) throws
    -> Tensor
  {
    try scalar(value, elementType).broadcast(to: shape)
  }

  /// A tensor whose numbers a prepared step is given at each run.
  package static func placeholder(_ shape: Shape, _ elementType: ElementType = .float32) -> Tensor {
    let type = TensorType(shape, elementType)
    return Tensor(Node(Leaf(source: .placeholder, type: type), [], types: [type]))
  }
}
