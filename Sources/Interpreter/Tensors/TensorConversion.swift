import TensorRuntime

/// Values of the language as tensors and back.
enum TensorConversion {
  /// A tensor of a value: tensors and what stands for them, numbers, nested arrays of numbers. `nil` for others.
  static func tensor(from value: Value) throws -> Tensor? {
    switch value {
    case .tensor(let tensor): return tensor
    case .int(let number): return Tensor.scalar(Double(number))
    case .double(let number): return Tensor.scalar(number)
    case .bool(let value): return Tensor.scalar(value ? 1 : 0, .bool)
    case .host(let object): return try object.tensorValue()
    case .array(let array): return isNumeric(array) ? try nested(array) : nil
    default: return nil
    }
  }

  /// Whether an array begins with numbers at some depth, so that a tensor may be meant.
  static func isNumeric(_ array: ArrayValue) -> Bool {
    var current = array
    for _ in 0..<16 {
      switch current.elements.first {
      case .array(let inner)?: current = inner
      case .int?, .double?, .bool?, .tensor?, nil: return true
      default: return false
      }
    }
    return false
  }

  /// Nested arrays of numbers (or of tensors) as one tensor.
  private static func nested(_ array: ArrayValue) throws -> Tensor {
    if case .tensor? = array.elements.first { return try stacked(array) }
    var shape: [Int] = []
    var level = array
    while true {
      shape.append(level.elements.count)
      guard shape.count <= 8 else {
        throw EvaluationError("ShapeError", "a tensor of an array nested more than 8 deep")
      }
      guard case .array(let inner)? = level.elements.first else { break }
      level = inner
    }
    if case .tensor? = level.elements.first { return try stacked(array) }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      // The rows may all be the same one, so that the array itself is small.
      guard !overflow, product <= 1 << 31 else {
        throw EvaluationError(
          "MemoryError", "a tensor \(Shape(shape)) is too large to be made of an array",
          fix: "make it of tensors: zeros, ones, rand, concat, stack")
      }
      count = product
    }
    var numbers: [Float] = []
    var isBool = true
    try collect(array, shape[...], &numbers, &isBool)
    if isBool, !numbers.isEmpty { return try Tensor(numbers.map { $0 != 0 }, Shape(shape)) }
    return try Tensor(numbers, Shape(shape))
  }

  private static func collect(
    _ array: ArrayValue, _ shape: ArraySlice<Int>, _ numbers: inout [Float], _ isBool: inout Bool
  ) throws {
    guard let count = shape.first, array.elements.count == count else {
      throw EvaluationError(
        "ShapeError",
        "rows of different lengths don't make a tensor: \(array.elements.count) and \(shape.first ?? 0)",
        fix: "give every row the same number of elements")
    }
    if count > 1_000 { try CancellationToken.current?.check() }
    for element in array.elements {
      switch element {
      case .array(let inner):
        guard shape.count > 1 else { throw uneven() }
        try collect(inner, shape.dropFirst(), &numbers, &isBool)
      case .int, .double:
        guard shape.count == 1 else { throw uneven() }
        isBool = false
        numbers.append(Float(element.number ?? 0))
      case .bool(let value):
        guard shape.count == 1 else { throw uneven() }
        numbers.append(value ? 1 : 0)
      default: throw EvaluationError("TypeError", "a tensor holds numbers, got \(element.article) among them")
      }
    }
  }

  private static func uneven() -> EvaluationError {
    EvaluationError(
      "ShapeError", "numbers and rows are mixed in one array", fix: "nest all numbers equally deep")
  }

  private static func stacked(_ array: ArrayValue) throws -> Tensor {
    let parts = try array.elements.map { element -> Tensor in
      guard let tensor = try tensor(from: element) else {
        throw EvaluationError("TypeError", "a tensor can't hold \(element.article)")
      }
      return tensor
    }
    return try Tensor.stack(parts)
  }

  /// The number that a value without axes holds, for comparisons; `nil` where it is no number.
  static func scalar(_ value: Value) throws -> Double? { value.number }

  /// A tensor's elements as nested arrays.
  static func array(from tensor: Tensor, _ runtime: Runtime) throws -> Value {
    guard tensor.shape.elementCount <= Limits.elementCount else { throw Limits.elementError }
    let leaves: [Value]
    switch tensor.elementType {
    case .float32: leaves = try runtime.floats(of: tensor).map { .double(Double($0)) }
    case .bool: leaves = try runtime.bools(of: tensor).map { .bool($0) }
    case .int32, .uint8: leaves = try runtime.int32s(of: tensor).map { .int(Int($0)) }
    }
    if tensor.rank == 0 { return leaves.first ?? .nothing }
    var level = leaves
    for length in tensor.shape.dimensions.dropFirst().reversed() {
      guard length > 0 else { return .array(of: []) }
      level = stride(from: 0, to: level.count, by: length).map { .array(of: Array(level[$0..<$0 + length])) }
    }
    return .array(of: level)
  }

  /// The one number of a tensor as a value of the language.
  static func number(of tensor: Tensor, _ runtime: Runtime) throws -> Value {
    guard tensor.shape.elementCount == 1 else {
      throw EvaluationError(
        "ShapeError", "a Tensor \(tensor.shape) isn't one number",
        fix: "take an element (x[0, 0]) or reduce it (x.mean())")
    }
    switch tensor.elementType {
    case .float32: return .double(try runtime.item(of: tensor))
    case .bool: return .bool(try runtime.item(of: tensor) != 0)
    case .int32, .uint8: return .int(Int(try runtime.item(of: tensor)))
    }
  }
}
