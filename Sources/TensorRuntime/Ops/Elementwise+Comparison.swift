infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence

/// Compares two tensors element by element: numbers `[…], […] → bool[…]`, with broadcasting.
package struct Comparison: TensorOp {
  /// Which relation.
  package enum Relation: String, Hashable, Sendable, Codable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }
  /// Which relation.
  package let relation: Relation

  package var name: String { relation.rawValue }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == inputs[1].elementType else {
      throw TensorError(
        name,
        "got \(inputs[0].elementType) and \(inputs[1].elementType) elements, wanted the same type for both")
    }
    return [TensorType(try broadcastShape(name, inputs[0].shape, inputs[1].shape), .bool)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [nil, nil] }
}

/// Takes elements of the second where the first (bool) is true, of the third elsewhere, with broadcasting.
package struct Select: TensorOp {
  package var name: String { "select" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == .bool else {
      throw TensorError(
        name, "got \(inputs[0].elementType) conditions, wanted bool", fix: "compare first: x .> 0")
    }
    guard inputs[1].elementType == inputs[2].elementType else {
      throw TensorError(
        name,
        "got \(inputs[1].elementType) and \(inputs[2].elementType) elements, wanted the same type for both")
    }
    let choices = try broadcastShape(name, inputs[1].shape, inputs[2].shape)
    return [TensorType(try broadcastShape(name, inputs[0].shape, choices), inputs[1].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let g = try context.cotangent()
    let zero = try Tensor.zeros([])
    return [
      nil,
      context.isNeeded[1] ? try Tensor.select(context.inputs[0], g, zero) : nil,
      context.isNeeded[2] ? try Tensor.select(context.inputs[0], zero, g) : nil,
    ]
  }
}

/// Converts elements to another type; numbers with a point are cut towards zero, truth is "not zero".
package struct Cast: TensorOp {
  /// What they become.
  package let elementType: ElementType

  package var name: String { "cast" }
  package var parameters: String { "to=\(elementType)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(inputs[0].shape, elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let isNumber = elementType == .float32 && context.inputs[0].elementType == .float32
    return [isNumber ? try context.cotangent() : nil]
  }
}

/// The same numbers, but no gradient passes: `[…] → […]`.
package struct Detach: TensorOp {
  package var name: String { "detach" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { inputs }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [nil] }
}

/// The same numbers under another node: `[…] → […]`.
package struct Identity: TensorOp {
  /// Makes the operation.
  package init() {}

  package var name: String { "identity" }
  package var parameters: String { "" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { inputs }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [try context.cotangent()] }
}

extension Tensor {
  private static func compare(_ relation: Comparison.Relation, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let common =
      a.elementType == b.elementType ? a.elementType : ElementType.promoted(a.elementType, b.elementType)
    return try one(Comparison(relation: relation), [a.cast(common), b.cast(common)])
  }
  /// Which elements are equal.
  package static func .== (a: Tensor, b: Tensor) throws -> Tensor { try compare(.equal, a, b) }
  /// Which elements differ.
  package static func .!= (a: Tensor, b: Tensor) throws -> Tensor { try compare(.notEqual, a, b) }
  /// Which elements are smaller.
  package static func .< (a: Tensor, b: Tensor) throws -> Tensor { try compare(.less, a, b) }
  /// Which elements are smaller or equal.
  package static func .<= (a: Tensor, b: Tensor) throws -> Tensor { try compare(.lessOrEqual, a, b) }
  /// Which elements are larger.
  package static func .> (a: Tensor, b: Tensor) throws -> Tensor { try compare(.greater, a, b) }
  /// Which elements are larger or equal.
  package static func .>= (a: Tensor, b: Tensor) throws -> Tensor { try compare(.greaterOrEqual, a, b) }

  /// Elements of `yes` where `condition` is true, of `no` elsewhere.
  package static func select(_ condition: Tensor, _ yes: Tensor, _ no: Tensor) throws -> Tensor {
    let common =
      yes.elementType == no.elementType
      ? yes.elementType : ElementType.promoted(yes.elementType, no.elementType)
    return try one(Select(), [condition, yes.cast(common), no.cast(common)])
  }
  /// The same numbers as another element type.
  package func cast(_ type: ElementType) throws -> Tensor {
    type == elementType ? self : try Tensor.one(Cast(elementType: type), [self])
  }
  /// The same numbers, held fixed: no gradient passes.
  package func detached() throws -> Tensor { try Tensor.one(Detach(), [self]) }
  /// The same numbers under a node of its own.
  func isolated() throws -> Tensor { try Tensor.one(Identity(), [self]) }
}
