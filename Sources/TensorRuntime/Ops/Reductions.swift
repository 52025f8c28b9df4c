/// Brings the elements along some axes together into one: `[…] → […]` without these axes, or with them at length 1.
package struct Reduction: TensorOp {
  /// How elements are brought together.
  package enum Kind: String, Hashable, Sendable, Codable { case sum, mean, max, min, product, any, all }
  /// How.
  package let kind: Kind
  /// Along which axes, ascending.
  package let axes: [Int]
  /// Whether the axes stay, with length 1.
  package let keepDims: Bool

  package var name: String { kind.rawValue }
  package var parameters: String { "axes=\(axes)" + (keepDims ? " keepDims" : "") }

  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let isLogical = kind == .any || kind == .all
    guard isLogical == (inputs[0].elementType == .bool), isLogical || inputs[0].elementType != .uint8,
      kind != .mean || inputs[0].elementType == .float32
    else {
      let wanted = isLogical ? "bool" : "float32"
      throw TensorError(
        name, "got \(inputs[0].elementType) elements, wanted \(wanted)",
        fix: "convert them first: x.cast(.\(wanted))")
    }
    let shape = inputs[0].shape
    if kind == .max || kind == .min, let axis = axes.first(where: { shape[$0] == 0 }) {
      throw TensorError(name, "got the shape \(shape) without elements along axis \(axis)")
    }
    return [TensorType(shape.reducing(axes, keepDims: keepDims), inputs[0].elementType)]
  }

  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let x = context.inputs[0]
    let kept = x.shape.reducing(axes, keepDims: true)
    let g = try context.cotangent().reshaped(kept)
    let y = try context.outputs[0].reshaped(kept)
    switch kind {
    case .sum: return [try g.broadcast(to: x.shape)]
    case .mean:
      let count = axes.reduce(1) { $0 * x.shape[$1] }
      return [try (g * (1 / Double(max(1, count)))).broadcast(to: x.shape)]
    case .max, .min:
      // Where several are equal each gets its share.
      let hits = try (x .== y).cast(.float32)
      return [try hits * (g / hits.sum(axes: axes, keepDims: true))]
    case .product: return [try g * y / x]
    case .any, .all: return [nil]
    }
  }
}

/// The index of the first largest or smallest element along an axis: `[…] → int32[…]` without the axis.
package struct ArgumentReduction: TensorOp {
  /// Whether the largest is meant.
  package let isMaximum: Bool
  /// Along which axis.
  package let axis: Int

  package var name: String { isMaximum ? "argmax" : "argmin" }
  package var parameters: String { "axis=\(axis)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == .float32 else {
      throw TensorError(
        name, "got \(inputs[0].elementType) elements, wanted float32",
        fix: "convert them first: x.cast(.float32)")
    }
    guard inputs[0].shape[axis] > 0 else {
      throw TensorError(name, "got the shape \(inputs[0].shape) without elements along axis \(axis)")
    }
    return [TensorType(inputs[0].shape.reducing([axis], keepDims: false), .int32)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [nil] }
}

extension Tensor {
  /// An axis counted from the front, given one that may count from the end; throws where there is none such.
  package func axis(_ axis: Int, of operation: String) throws -> Int {
    let positive = axis < 0 ? axis + rank : axis
    guard positive >= 0, positive < rank else {
      let wanted = rank == 0 ? "a tensor with axes" : "\(-rank)...\(rank - 1)"
      throw TensorError(
        operation, "got axis \(axis) for the shape \(shape), wanted \(wanted)",
        fix: shape.rank == 0 ? nil : "the last axis is \(shape.rank - 1), or -1 from the end")
    }
    return positive
  }

  private func reduced(_ kind: Reduction.Kind, _ axes: [Int]?, _ keepDims: Bool) throws -> Tensor {
    var chosen = Array(0..<rank)
    if let axes {
      chosen = try axes.map { try axis($0, of: kind.rawValue) }.sorted()
      if Set(chosen).count != chosen.count {
        throw TensorError(kind.rawValue, "got the axes \(axes), wanted each once")
      }
    }
    var argument = self
    switch (kind, elementType) {
    case (.any, _), (.all, _): break
    case (.mean, _), (_, .uint8): argument = try cast(.float32)
    case (_, .bool): argument = try cast(.int32)
    default: break
    }
    return try Tensor.one(Reduction(kind: kind, axes: chosen, keepDims: keepDims), [argument])
  }

  /// The sum along axes (all of them unless said).
  package func sum(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.sum, axes, keepDims)
  }
  /// The mean along axes (all of them unless said), in float32.
  package func mean(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.mean, axes, keepDims)
  }
  /// The largest along axes (all of them unless said).
  package func max(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.max, axes, keepDims)
  }
  /// The smallest along axes (all of them unless said).
  package func min(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.min, axes, keepDims)
  }
  /// The product along axes (all of them unless said).
  package func product(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.product, axes, keepDims)
  }
  /// Whether any is true along axes (all of them unless said).
  package func any(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.any, axes, keepDims)
  }
  /// Whether all are true along axes (all of them unless said).
  package func all(axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
    try reduced(.all, axes, keepDims)
  }

  /// The variance along axes (all of them unless said): mean of (x − mean)², divided by n − `correction`.
  package func variance(axes: [Int]? = nil, correction: Int = 0, keepDims: Bool = false) throws -> Tensor {
    let squares = try (self - mean(axes: axes, keepDims: true)).square()
    guard correction != 0 else { return try squares.mean(axes: axes, keepDims: keepDims) }
    let count = try (axes ?? Array(0..<rank)).reduce(1) { try $0 * shape[axis($1, of: "variance")] }
    return try squares.sum(axes: axes, keepDims: keepDims) / Double(Swift.max(0, count - correction))
  }
  /// The index of the first largest element along an axis.
  package func argmax(axis: Int = -1) throws -> Tensor { try argument(true, axis) }
  /// The index of the first smallest element along an axis.
  package func argmin(axis: Int = -1) throws -> Tensor { try argument(false, axis) }

  private func argument(_ isMaximum: Bool, _ axis: Int) throws -> Tensor {
    let chosen = try self.axis(axis, of: isMaximum ? "argmax" : "argmin")
    return try Tensor.one(ArgumentReduction(isMaximum: isMaximum, axis: chosen), [cast(.float32)])
  }
}
