/// The same numbers in row-major order under another shape.
package struct Reshape: TensorOp {
  /// The new shape, of as many elements.
  package let shape: Shape

  /// Makes the operation.
  package init(shape: Shape) { self.shape = shape }

  package var name: String { "reshape" }
  package var parameters: String { "to=\(shape)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard shape.elementCount == inputs[0].shape.elementCount, shape.dimensions.allSatisfy({ $0 >= 0 }) else {
      throw TensorError(
        name,
        "the shape \(inputs[0].shape) has \(inputs[0].shape.elementCount) elements, \(shape) has \(shape.elementCount)",
        fix: "use -1 for one axis to have it computed")
    }
    return [TensorType(shape, inputs[0].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try context.cotangent().reshaped(context.inputs[0].shape)]
  }
}

/// Axes in another order: axis i of the result is axis `order[i]` of the input.
package struct Permutation: TensorOp {
  /// Which axis goes where.
  package let order: [Int]

  package var name: String { "transpose" }
  package var parameters: String { "order=\(order)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard order.sorted() == Array(0..<inputs[0].shape.rank) else {
      throw TensorError(
        name,
        "got the order \(order) for the shape \(inputs[0].shape), wanted each of its \(inputs[0].shape.rank) axes once",
        fix: "\(Array((0..<inputs[0].shape.rank).reversed())) turns them all round")
    }
    return [TensorType(Shape(order.map { inputs[0].shape[$0] }), inputs[0].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    var inverse = order
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return [try context.cotangent().transposed(inverse)]
  }
}

/// Axes of length 1 and missing leading axes stretched to a shape.
package struct Broadcast: TensorOp {
  /// The new shape.
  package let shape: Shape

  package var name: String { "broadcast" }
  package var parameters: String { "to=\(shape)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard Shape.broadcast(inputs[0].shape, shape) == shape, shape.dimensions.allSatisfy({ $0 >= 0 }) else {
      throw TensorError(
        name, "the shape \(inputs[0].shape) does not stretch to \(shape)",
        fix: "axes are matched from the last one; each must be equal or 1")
    }
    return [TensorType(shape, inputs[0].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [try context.cotangent()] }
}

/// Several tensors one after the other along an axis.
package struct Concatenation: TensorOp {
  /// Along which axis.
  package let axis: Int

  package var name: String { "concat" }
  package var parameters: String { "axis=\(axis)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let first = inputs[0]
    var length = 0
    for input in inputs {
      guard input.shape.rank == first.shape.rank,
        input.shape.replacing(axis, with: 0) == first.shape.replacing(axis, with: 0)
      else {
        throw ShapeMismatch.error(joining: first.shape, input.shape, along: axis)
      }
      guard input.elementType == first.elementType else {
        throw TensorError(
          name, "got \(first.elementType) and \(input.elementType) elements, wanted the same type")
      }
      length = length.addingReportingOverflow(input.shape[axis]).partialValue
    }
    return [TensorType(first.shape.replacing(axis, with: length), first.elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let g = try context.cotangent()
    var start = 0
    return try context.inputs.enumerated().map { index, input in
      defer { start += input.shape[axis] }
      return context.isNeeded[index]
        ? try g.sliced(axis: axis, from: start, to: start + input.shape[axis]) : nil
    }
  }
}

/// The order of elements along some axes reversed.
package struct Flip: TensorOp {
  /// Along which axes.
  package let axes: [Int]

  package var name: String { "flip" }
  package var parameters: String { "axes=\(axes)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { inputs }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(self, [context.cotangent()])]
  }
}

extension Tensor {
  /// The same numbers in row-major order under another shape; one length may be -1 and is computed.
  package func reshaped(_ dimensions: [Int]) throws -> Tensor {
    var wanted = dimensions
    if let open = dimensions.firstIndex(of: -1) {
      let others = Shape(dimensions.enumerated().filter { $0.offset != open }.map(\.element)).elementCount
      guard others > 0, shape.elementCount % others == 0 else {
        throw TensorError(
          "reshape", "the \(shape.elementCount) elements of \(shape) don't divide into \(Shape(dimensions))",
          fix: "what is beside the -1 must multiply to a divisor of \(shape.elementCount)")
      }
      wanted[open] = shape.elementCount / others
    }
    return wanted == shape.dimensions ? self : try Tensor.one(Reshape(shape: Shape(wanted)), [self])
  }
  /// The same numbers in row-major order under another shape.
  package func reshaped(_ shape: Shape) throws -> Tensor { try reshaped(shape.dimensions) }
  /// All axes from one on joined into one: `[n, c, h, w] → [n, c·h·w]`.
  package func flattened(from axis: Int = 1) throws -> Tensor {
    let start = Swift.max(0, Swift.min(axis, rank))
    return try reshaped(
      Array(shape.dimensions.prefix(start)) + [Shape(Array(shape.dimensions.dropFirst(start))).elementCount])
  }
  /// Without an axis of length 1.
  package func squeezed(axis: Int) throws -> Tensor {
    let chosen = try self.axis(axis, of: "squeeze")
    guard shape[chosen] == 1 else {
      throw TensorError("squeeze", "axis \(axis) of \(shape) has length \(shape[chosen]), wanted 1")
    }
    return try reshaped(shape.reducing([chosen], keepDims: false))
  }
  /// With a new axis of length 1 before an axis (the rank: at the end).
  package func expanded(axis: Int) throws -> Tensor {
    let chosen = axis < 0 ? axis + rank + 1 : axis
    guard chosen >= 0, chosen <= rank else {
      throw TensorError("expand", "got axis \(axis) for the shape \(shape), wanted \(-rank - 1)...\(rank)")
    }
    var dimensions = shape.dimensions
    dimensions.insert(1, at: chosen)
    return try reshaped(dimensions)
  }
  /// Axes in another order; without one the last two are exchanged.
  package func transposed(_ order: [Int]? = nil) throws -> Tensor {
    guard let order else {
      guard rank >= 2 else { return self }
      return try transposed(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }
    let positive = order.map { $0 < 0 ? $0 + rank : $0 }
    return positive == Array(0..<rank) ? self : try Tensor.one(Permutation(order: positive), [self])
  }
  /// Stretched to a shape.
  package func broadcast(to shape: Shape) throws -> Tensor {
    shape == self.shape ? self : try Tensor.one(Broadcast(shape: shape), [self])
  }
  /// One after the other along an axis that is there already.
  package static func concat(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else {
      throw TensorError("concat", "got no tensors, wanted at least one")
    }
    if tensors.count == 1 { return first }
    let rule = Concatenation(axis: try first.axis(axis, of: "concat"))
    let whole = try one(rule, tensors)
    // Parts with nothing in them were checked with the others and add nothing.
    let parts = tensors.filter { $0.shape[rule.axis] > 0 }
    if parts.isEmpty || parts.count == tensors.count { return whole }
    return parts.count == 1 ? parts[0] : try one(rule, parts)
  }
  /// One after the other along a new axis.
  package static func stack(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw TensorError("stack", "got no tensors, wanted at least one") }
    if let other = tensors.first(where: { $0.shape != first.shape }) {
      throw TensorError(
        "stack", "got the shapes \(first.shape) and \(other.shape), wanted equal ones",
        fix: "concat joins along an axis that may differ")
    }
    let place = axis < 0 ? axis + first.rank + 1 : axis
    return try concat(tensors.map { try $0.expanded(axis: place) }, axis: place)
  }
  /// The order along some axes reversed.
  package func flipped(axes: [Int]) throws -> Tensor {
    let chosen = Set(try axes.map { try axis($0, of: "flip") }).sorted()
    return chosen.isEmpty ? self : try Tensor.one(Flip(axes: chosen), [self])
  }
}
