/// Takes the elements an int32 tensor names along an axis: `[a…, n, b…], int32[i…] → [a…, i…, b…]`.
package struct Gather: TensorOp {
  /// Along which axis.
  package let axis: Int

  package var name: String { "gather" }
  package var parameters: String { "axis=\(axis)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[1].elementType == .int32 else {
      throw TensorError(
        name, "got \(inputs[1].elementType) indices, wanted int32", fix: "convert them first: i.cast(.int32)")
    }
    let dimensions = inputs[0].shape.dimensions
    return [
      TensorType(
        Shape(dimensions.prefix(axis) + inputs[1].shape.dimensions + dimensions.dropFirst(axis + 1)),
        inputs[0].elementType)
    ]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let scatter = ScatterAddition(axis: axis, length: context.inputs[0].shape[axis])
    return [try Tensor.one(scatter, [context.cotangent(), context.inputs[1]]), nil]
  }
}

/// Adds each part of a tensor at the index an int32 tensor names: the transpose of ``Gather``, in a fixed order.
package struct ScatterAddition: TensorOp {
  /// Along which axis.
  package let axis: Int
  /// The length of that axis in the result.
  package let length: Int

  package var name: String { "scatterAdd" }
  package var parameters: String { "axis=\(axis) length=\(length)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let dimensions = inputs[0].shape.dimensions
    let indices = inputs[1].shape
    guard inputs[0].elementType == .float32, inputs[1].elementType == .int32,
      axis + indices.rank <= dimensions.count,
      Array(dimensions[axis..<axis + indices.rank]) == indices.dimensions
    else {
      throw TensorError(name, "the values \(inputs[0]) don't fit the indices \(inputs[1]) at axis \(axis)")
    }
    return [TensorType(Shape(dimensions.prefix(axis) + [length] + dimensions.dropFirst(axis + indices.rank)))]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(Gather(axis: axis), [context.cotangent(), context.inputs[1]]), nil]
  }
}

/// 1 at the place an int32 names, 0 elsewhere: `int32[…] → [depth at axis]`; indices outside give zeros, or are an error
/// where `checking` says so.
package struct OneHot: TensorOp {
  /// How many places.
  package let depth: Int
  /// Where the new axis stands.
  package let axis: Int
  /// Which numbers are accepted; any where it is nil.
  package let checking: ClassNumbers?

  package var name: String { "oneHot" }
  package var parameters: String {
    "depth=\(depth) axis=\(axis)" + (checking.map { " checked" + $0.parameters } ?? "")
  }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == .int32, depth >= 0 else {
      throw TensorError(
        name, "got \(inputs[0].elementType) indices and the depth \(depth), wanted int32 and at least 0")
    }
    var dimensions = inputs[0].shape.dimensions
    dimensions.insert(depth, at: axis)
    return [TensorType(Shape(dimensions))]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [nil] }
}

/// Class numbers that are within range, one value apart that stands for "doesn't count".
package struct ClassNumbers: Hashable, Sendable, Codable {
  /// The number that doesn't count, if there is one.
  package let ignored: Int32?

  /// Describes class numbers.
  package init(ignoring ignored: Int? = nil) { self.ignored = ignored.map { Int32(clamping: $0) } }

  var parameters: String { ignored.map { " ignored=\($0)" } ?? "" }
}

extension Tensor {
  /// The elements named by an int32 tensor along an axis; an index outside is found when the numbers are computed.
  package func gathered(_ indices: Tensor, axis: Int = 0) throws -> Tensor {
    try Tensor.one(
      Gather(axis: self.axis(axis, of: "gather")),
      [self, indices.elementType == .uint8 ? indices.cast(.int32) : indices])
  }
  /// Class numbers as rows with a single 1: `[n] → [n, depth]`, or with the new axis elsewhere.
  package func oneHot(depth: Int, axis: Int = -1, checking: ClassNumbers? = nil) throws -> Tensor {
    let place = axis < 0 ? axis + rank + 1 : axis
    guard place >= 0, place <= rank else {
      throw TensorError("oneHot", "got axis \(axis) for the shape \(shape), wanted \(-rank - 1)...\(rank)")
    }
    return try Tensor.one(OneHot(depth: depth, axis: place, checking: checking), [cast(.int32)])
  }
}
