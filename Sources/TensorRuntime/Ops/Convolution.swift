/// How a filter moves: along one, two or three axes, each list with a number per axis.
package struct ConvolutionGeometry: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The step of the filter.
  package let strides: [Int]
  /// Zeros before the first element.
  package let before: [Int]
  /// Zeros behind the last element; may differ from `before`.
  package let after: [Int]
  /// The distance between the filter's elements; 1 is a dense filter.
  package let dilations: [Int]
  /// Channels are split into so many independent groups.
  package let groups: Int

  /// Makes a geometry.
  package init(strides: [Int], before: [Int], after: [Int], dilations: [Int], groups: Int = 1) {
    self.strides = strides
    self.before = before
    self.after = after
    self.dilations = dilations
    self.groups = groups
  }

  /// How many axes the filter moves along.
  package var rank: Int { strides.count }

  /// As printed graphs have it.
  package var description: String {
    var text = "strides=\(strides)"
    if (before + after).contains(where: { $0 != 0 }) {
      text += " padding=\(before)" + (before == after ? "" : "…\(after)")
    }
    if dilations.contains(where: { $0 != 1 }) { text += " dilations=\(dilations)" }
    return groups == 1 ? text : text + " groups=\(groups)"
  }

  /// The length along an axis after the filter of `kernel` elements has passed: (n + p − d (k − 1) − 1) / s + 1.
  package func outputLength(_ length: Int, kernel: Int, axis: Int) -> Int {
    let span = dilations[axis] * (kernel - 1) + 1
    let room = length + before[axis] + after[axis] - span
    return room < 0 ? 0 : room / strides[axis] + 1
  }

  /// Throws where the numbers make no sense for an operation.
  func check(_ operation: String, kernel: [Int]) throws {
    let largest = Int(Int32.max)
    guard rank >= 1, rank <= 3, before.count == rank, after.count == rank, dilations.count == rank,
      kernel.count == rank
    else {
      throw TensorError(
        operation,
        "got \(rank) strides, \(before.count) paddings and \(dilations.count) dilations for a filter \(Shape(kernel))"
      )
    }
    guard strides.allSatisfy({ (1..<largest).contains($0) }),
      dilations.allSatisfy({ (1..<1 << 20).contains($0) }), groups >= 1,
      (before + after).allSatisfy({ (0..<largest).contains($0) }),
      kernel.allSatisfy({ (1..<1 << 20).contains($0) })
    else {
      throw TensorError(
        operation,
        "got the filter \(Shape(kernel)), \(self), wanted sizes, strides, dilations and groups of at least 1 and paddings of at least 0"
      )
    }
  }
}

/// A convolution as networks mean it (cross-correlation):
/// `x [N, C, d…], weights [O, C/groups, k…], bias [O]? → [N, O, d′…]`.
package struct Convolution: TensorOp {
  /// How the filter moves.
  package let geometry: ConvolutionGeometry

  package var name: String { "convolution" }
  package var parameters: String { geometry.description }

  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    guard inputs.allSatisfy({ $0.elementType == .float32 }) else {
      throw TensorError(
        name, "got \(inputs.map { "\($0.elementType)" }.joined(separator: ", ")) elements, wanted float32")
    }
    guard x.rank == geometry.rank + 2, w.rank == x.rank else {
      throw TensorError(
        name,
        "got the input \(x) and the filters \(w), wanted [samples, channels, \(geometry.rank) lengths] and [filters, channels, \(geometry.rank) lengths]"
      )
    }
    try geometry.check(name, kernel: Array(w.dimensions.dropFirst(2)))
    guard w[1].multipliedReportingOverflow(by: geometry.groups) == (x[1], false), w[0] % geometry.groups == 0
    else {
      throw TensorError(
        name,
        "the input \(x) has \(x[1]) channels, the filters \(w) in \(geometry.groups) groups want \(w[1] * geometry.groups)",
        fix: geometry.groups == 1
          ? "the filters are [filters, channels, height, width]"
          : "channels and filters must be multiples of the groups")
    }
    var dimensions = [x[0], w[0]]
    for axis in 0..<geometry.rank {
      let length = geometry.outputLength(x[axis + 2], kernel: w[axis + 2], axis: axis)
      guard length > 0 || x[axis + 2] == 0 else {
        throw TensorError(
          name,
          "the filters \(w) are larger than the input \(x) with its padding: \(x[axis + 2] + geometry.before[axis] + geometry.after[axis]) along axis \(axis + 2)",
          fix: "use more padding, a smaller filter or a larger input")
      }
      dimensions.append(length)
    }
    if inputs.count > 2, inputs[2].shape != [w[0]] {
      throw TensorError(name, "got the bias \(inputs[2].shape), wanted [\(w[0])]")
    }
    return [TensorType(Shape(dimensions))]
  }

  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (x, w) = (context.inputs[0], context.inputs[1])
    let g = try context.cotangent()
    let hasBias = context.inputs.count > 2
    var result: [Tensor?] = [nil, nil] + (hasBias ? [nil] : [])
    if context.isNeeded[0] {
      result[0] = try Tensor.one(ConvolutionInputGradient(geometry: geometry, inputShape: x.shape), [g, w])
    }
    if context.isNeeded[1] || (hasBias && context.isNeeded[2]) {
      let rule = ConvolutionWeightGradient(geometry: geometry, weightShape: w.shape, hasBias: hasBias)
      let both = try Tensor.apply(rule, [x, g])
      result[1] = both[0]
      if hasBias { result[2] = both[1] }
    }
    return result
  }
}

/// The cotangent of a convolution's input, which is also the transposed convolution:
/// `g [N, O, d′…], weights [O, C/groups, k…], bias [C]? → [N, C, d…]`.
package struct ConvolutionInputGradient: TensorOp {
  /// How the convolution's filter moves.
  package let geometry: ConvolutionGeometry
  /// The shape of the convolution's input, which is the result's.
  package let inputShape: Shape
  /// Whether it is a network's transposed convolution, and not a cotangent: what it is called.
  package var isTransposedConvolution = false

  package var name: String { isTransposedConvolution ? "convolutionTransposed" : "convolutionInputGradient" }
  package var parameters: String { "\(geometry) to=\(inputShape)" }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] { [TensorType(inputShape)] }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (g, w) = (context.inputs[0], context.inputs[1])
    let c = try context.cotangent()
    let rule = ConvolutionWeightGradient(geometry: geometry, weightShape: w.shape, hasBias: false)
    var result = [
      context.isNeeded[0] ? try Tensor.one(Convolution(geometry: geometry), [c, w]) : nil,
      context.isNeeded[1] ? try Tensor.apply(rule, [c, g])[0] : nil,
    ]
    if context.inputs.count > 2 { result.append(try c.sum(axes: [0] + Array(2..<c.rank))) }
    return result
  }
}

/// The cotangents of a convolution's filters and bias:
/// `x [N, C, d…], g [N, O, d′…] → [O, C/groups, k…], Σg [O]?`.
package struct ConvolutionWeightGradient: TensorOp {
  /// How the convolution's filter moves.
  package let geometry: ConvolutionGeometry
  /// The filters' shape.
  package let weightShape: Shape
  /// Whether the bias' cotangent is wanted too.
  package let hasBias: Bool

  package var name: String { "convolutionWeightGradient" }
  package var parameters: String { "\(geometry) weights=\(weightShape)" + (hasBias ? " bias" : "") }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    [TensorType(weightShape)] + (hasBias ? [TensorType([weightShape[0]])] : [])
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] {
    let (x, g) = (context.inputs[0], context.inputs[1])
    let c = try context.cotangent(0)
    var ofG = context.isNeeded[1] ? try Tensor.one(Convolution(geometry: geometry), [x, c]) : nil
    if hasBias, let bias = context.cotangents[1], let sum = ofG {
      ofG = try sum + bias.reshaped([bias.shape[0]] + geometry.strides.map { _ in 1 })
    }
    let rule = ConvolutionInputGradient(geometry: geometry, inputShape: x.shape)
    return [context.isNeeded[0] ? try Tensor.one(rule, [g, c]) : nil, ofG]
  }
}

/// Where the zeros around a convolution's input come from.
package enum ConvolutionPadding: Hashable, Sendable {
  /// None: the filter stays inside.
  case valid
  /// As many as keep n / stride (rounded up) elements, the odd one behind.
  case same
  /// k − 1 on either side: every position where filter and input touch.
  case full
  /// So many on both sides of each axis.
  case amounts([Int])
  /// So many before and behind each axis.
  case sides(before: [Int], after: [Int])

  /// The zeros before and behind each axis.
  package func resolve(
    _ operation: @autoclosure () -> String, lengths: [Int], kernel: [Int], strides: [Int], dilations: [Int]
  ) throws -> (before: [Int], after: [Int]) {
    let rank = kernel.count
    func perAxis(_ amounts: [Int]) throws -> [Int] {
      guard amounts.count == rank || amounts.count == 1 else {
        throw TensorError(
          operation(), "got the padding \(amounts) for \(rank) axes, wanted a number for each, or one for all"
        )
      }
      return amounts.count == rank ? amounts : [Int](repeating: amounts[0], count: rank)
    }
    switch self {
    case .valid: return ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    case .amounts(let amounts): return (try perAxis(amounts), try perAxis(amounts))
    case .sides(let before, let after): return (try perAxis(before), try perAxis(after))
    case .full:
      let sides = zip(kernel, dilations).map { ($0 - 1) * $1 }
      return (sides, sides)
    case .same:
      let totals = (0..<rank).map { axis -> Int in
        let outputs = (lengths[axis] + strides[axis] - 1) / max(1, strides[axis])
        return max(
          0, (outputs - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - lengths[axis])
      }
      return (totals.map { $0 / 2 }, totals.map { $0 - $0 / 2 })
    }
  }
}
