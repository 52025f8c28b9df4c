/// Every `step`-th element from a start, along each axis.
package struct Slice: TensorOp {
  /// The first index along each axis.
  package let starts: [Int]
  /// How many are taken along each axis.
  package let counts: [Int]
  /// The distance between those taken, at least 1.
  package let steps: [Int]

  /// Makes a slice: along each axis `counts` elements from `starts` on, `steps` apart.
  package init(starts: [Int], counts: [Int], steps: [Int]) {
    self.starts = starts
    self.counts = counts
    self.steps = steps
  }

  package var name: String { "slice" }
  package var parameters: String {
    zip(zip(starts, counts), steps).map { "\($0.0.0)+\($0.0.1)" + ($0.1 == 1 ? "" : "by\($0.1)") }.joined(
      separator: ",")
  }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let shape = inputs[0].shape
    guard starts.count == shape.rank, counts.count == shape.rank, steps.count == shape.rank else {
      throw TensorError(name, "got \(starts.count) ranges for the shape \(shape), wanted \(shape.rank)")
    }
    for axis in 0..<shape.rank {
      let isInside =
        starts[axis] >= 0 && counts[axis] >= 0 && steps[axis] >= 1 && starts[axis] <= shape[axis]
        && (counts[axis] == 0 || (shape[axis] - 1 - starts[axis]) / steps[axis] >= counts[axis] - 1)
      guard isInside else {
        throw TensorError(
          name,
          "\(counts[axis]) elements from \(starts[axis]) on don't lie within axis \(axis) of \(shape), of length \(shape[axis])"
        )
      }
    }
    return [TensorType(Shape(counts), inputs[0].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(SliceGradient(slice: self, shape: context.inputs[0].shape), [context.cotangent()])]
  }
}

/// Zeros of a shape with the input put where a slice would take it from.
package struct SliceGradient: TensorOp {
  /// The slice.
  package let slice: Slice
  /// The shape it was taken from.
  package let shape: Shape

  /// Makes the operation.
  package init(slice: Slice, shape: Shape) {
    self.slice = slice
    self.shape = shape
  }

  package var name: String { "slicePlace" }
  package var parameters: String { "\(slice.parameters) into=\(shape)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(shape, inputs[0].elementType)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    [try Tensor.one(slice, [context.cotangent()])]
  }
}

/// A number around a tensor: `before[i]` of them before and `after[i]` behind along axis i.
package struct Padding: TensorOp {
  /// How many before, along each axis.
  package let before: [Int]
  /// How many behind, along each axis.
  package let after: [Int]
  /// The number.
  package let value: Float

  package var name: String { "pad" }
  package var parameters: String { "before=\(before) after=\(after) value=\(value)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let shape = inputs[0].shape
    guard before.count == shape.rank, after.count == shape.rank, (before + after).allSatisfy({ $0 >= 0 })
    else {
      throw TensorError(
        name,
        "got \(before) before and \(after) behind for the shape \(shape), wanted a number of at least 0 for each axis"
      )
    }
    return [
      TensorType(
        Shape(
          zip(zip(before, after), shape.dimensions).map { sides, length in
            let (sum, overflow) = length.addingReportingOverflow(sides.0)
            let (total, overflowAgain) = sum.addingReportingOverflow(sides.1)
            return overflow || overflowAgain ? Int.max : total
          }), inputs[0].elementType)
    ]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let counts = context.inputs[0].shape.dimensions
    let slice = Slice(starts: before, counts: counts, steps: counts.map { _ in 1 })
    return [try Tensor.one(slice, [context.cotangent()])]
  }
}

/// What stands around a tensor when it is padded.
package enum PaddingMode: Hashable, Sendable, Codable {
  /// A number.
  case constant(Float)
  /// The mirror image, without repeating the edge: 321|123|321 is `[3, 2, |1, 2, 3|, 2, 1]`.
  case reflect
  /// The edge again and again.
  case replicate
  /// The other end: 23|123|12 is `[2, 3, |1, 2, 3|, 1, 2]`.
  case circular
}

extension Tensor {
  /// Elements `start ..< end` along one axis, every `step`-th; negative bounds count from the end, none is clamped.
  package func sliced(axis: Int, from start: Int = 0, to end: Int? = nil, step: Int = 1) throws -> Tensor {
    let chosen = try self.axis(axis, of: "slice")
    let length = shape[chosen]
    let first = start < 0 ? start + length : start
    let last = end.map { $0 < 0 ? $0 + length : $0 } ?? length
    guard step >= 1, first >= 0, last >= first, last <= length else {
      throw TensorError(
        "slice",
        "\(start)..<\(end ?? length)" + (step == 1 ? "" : " by \(step)")
          + " does not lie within axis \(axis) of \(shape), of length \(length)")
    }
    if first == 0, last == length, step == 1 { return self }
    var starts = [Int](repeating: 0, count: rank)
    var counts = shape.dimensions
    var steps = [Int](repeating: 1, count: rank)
    starts[chosen] = first
    counts[chosen] = (last - first + step - 1) / step
    steps[chosen] = step
    return try Tensor.one(Slice(starts: starts, counts: counts, steps: steps), [self])
  }
  /// One element along an axis, which goes; negative indices count from the end.
  package func element(_ index: Int, axis: Int = 0) throws -> Tensor {
    let chosen = try self.axis(axis, of: "index")
    let positive = index < 0 ? index + shape[chosen] : index
    guard positive >= 0, positive < shape[chosen] else {
      throw TensorError(
        "index", "got \(index) for axis \(axis) of \(shape), wanted \(-shape[chosen])..<\(shape[chosen])")
    }
    return try sliced(axis: chosen, from: positive, to: positive + 1).squeezed(axis: chosen)
  }
  /// This with a part replaced: the elements a slice would take are those of `part`, which broadcasts.
  package func replacing(_ slice: Slice, with part: Tensor) throws -> Tensor {
    let ones = try Tensor.ones(Shape(slice.counts), .float32)
    let place = try Tensor.one(SliceGradient(slice: slice, shape: shape), [ones]) .> Tensor.zeros([])
    let stretched = try part.cast(elementType).broadcast(to: Shape(slice.counts))
    return try Tensor.select(place, Tensor.one(SliceGradient(slice: slice, shape: shape), [stretched]), self)
  }
  /// Padded by `before[i]` and `after[i]` along axis i.
  package func padded(before: [Int], after: [Int], mode: PaddingMode = .constant(0)) throws -> Tensor {
    if case .constant(let value) = mode {
      return (before + after).allSatisfy { $0 == 0 } && before.count == rank && after.count == rank
        ? self : try Tensor.one(Padding(before: before, after: after, value: value), [self])
    }
    _ = try Padding(before: before, after: after, value: 0).outputTypes([type])
    var result = self
    for axis in 0..<rank where before[axis] > 0 || after[axis] > 0 {
      let length = shape[axis]
      let most = mode == .reflect ? length - 1 : mode == .circular ? length : Int.max
      guard length > 0, before[axis] <= most, after[axis] <= most else {
        throw TensorError(
          "pad",
          "axis \(axis) of \(shape) is too short to continue by \(Swift.max(before[axis], after[axis])) elements"
        )
      }
      let (total, overflow) = before[axis].addingReportingOverflow(after[axis])
      guard !overflow, total < Int(Int32.max) - length else {
        throw TensorError("pad", "got \(before[axis]) and \(after[axis]) for axis \(axis), wanted fewer")
      }
      let indices = (-before[axis]..<length + after[axis]).map { place -> Int32 in
        if mode == .circular { return Int32((place + length) % length) }
        guard mode == .reflect else { return Int32(Swift.min(Swift.max(place, 0), length - 1)) }
        return Int32(place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place)
      }
      result = try result.gathered(Tensor(indices, [indices.count]), axis: axis)
    }
    return result
  }
}
