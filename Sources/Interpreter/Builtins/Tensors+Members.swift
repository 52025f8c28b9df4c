import Foundation
import TensorRuntime

extension Library.Family {
  static let tensorType = TypeDeclaration(
    "Tensor",
    """
    Numbers along axes. t[0] drops an axis, t[0..<2] keeps it, t[..., 0] reaches the last, negative indices count from \
    the end. + - * / work element by element, with axes of length 1 stretched; == compares whole tensors.
    """,
    members: tensorProperties + tensorReductions + tensorShapes
      + Library.sequenceMembers.filter {
        !["sum", "min", "max", "first", "contains", "sorted"].contains($0.name)
      },
    element: .tensor)

  private static func tensor(_ value: Value) throws -> Tensor { try tensorOperand(value) }

  private static func property(
    _ name: String, _ type: StaticType, _ summary: String,
    _ get: @escaping (Tensor, EvaluationContext) throws -> Value
  ) -> Member {
    .valueProperty(name, type, summary) { value, context in try get(tensor(value), context) }
  }

  private static let tensorProperties: [Member] = [
    property("shape", .array(.int), "The lengths of its axes.") { x, _ in .ints(x.shape.dimensions) },
    property("rank", .int, "How many axes it has.") { x, _ in .int(x.rank) },
    property("count", .int, "The length of the first axis.") { x, _ in
      guard x.rank > 0 else {
        throw EvaluationError("ShapeError", "a Tensor without axes has no count", fix: "elementCount is 1")
      }
      return .int(x.shape[0])
    },
    property("elementCount", .int, "How many numbers it holds.") { x, _ in .int(x.shape.elementCount) },
    property("channels", .int, "How many channels: the first axis of [c, h, w], the second of a batch.") {
      x, _ in
      guard x.rank >= 2 else { throw EvaluationError("ShapeError", "\(x.shape) has no channels") }
      return .int(x.rank == 3 ? x.shape[0] : x.shape[1])
    },
    property("height", .int, "The length of the last axis but one.") { x, _ in
      guard x.rank >= 2 else { throw EvaluationError("ShapeError", "\(x.shape) has no height") }
      return .int(x.shape[x.rank - 2])
    },
    property("width", .int, "The length of the last axis.") { x, _ in
      guard x.rank >= 1 else { throw EvaluationError("ShapeError", "\(x.shape) has no width") }
      return .int(x.shape[x.rank - 1])
    },
    property("elementType", .string, "What one element is: float32, int32, uint8 or bool.") { x, _ in
      .string(x.elementType.rawValue)
    },
    property("number", .unknown, "Its one number, as an Int, Double or Bool.") { x, context in
      try TensorConversion.number(of: x, context.runtime())
    },
    property("array", .array(.unknown), "Its numbers as nested arrays.") { x, context in
      try TensorConversion.array(from: x, context.runtime())
    },
    property(
      "gray", .tensor,
      "A colour picture's brightness: [3, h, w] -> [1, h, w]; weights 0.299, 0.587, 0.114 (ITU-R BT.601)."
    ) { x, _ in
      guard x.rank >= 3 else {
        throw EvaluationError("ShapeError", "gray wants a picture [c, h, w], got \(x.shape)")
      }
      let axis = x.rank - 3
      if x.shape[axis] == 1 { return .tensor(x) }
      guard x.shape[axis] == 3 else {
        throw EvaluationError("ShapeError", "gray wants 3 channels, got \(x.shape)")
      }
      let weights = try Tensor([0.299, 0.587, 0.114] as [Float], [3, 1, 1])
      return .tensor(try (x.cast(.float32) * weights).sum(axes: [axis], keepDims: true))
    },
    property(
      "perChannel", .tensor,
      "A number per channel made to fit images: [n, c] -> [n, c, 1, 1], [c] -> [c, 1, 1]."
    ) { x, _ in
      .tensor(try x.reshaped(x.shape.dimensions + [1, 1]))
    },
    property("transposed", .tensor, "With the last two axes exchanged.") { x, _ in
      guard x.rank >= 2 else { return .tensor(x) }
      var order = Array(0..<x.rank)
      order.swapAt(x.rank - 1, x.rank - 2)
      return .tensor(try x.transposed(order))
    },
  ]

  private static let axis = Parameter.labelled(
    "axis", .optional(.ints), "along which axes; all unless said", default: .nothing)
  private static let keepDims = Parameter.labelled(
    "keepDims", .bool, "keep the axes with length 1", default: .bool(false))

  private static func reduction(
    _ name: String, _ summary: String, _ body: @escaping (Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Member {
    .valueMethod(
      name, summary, [axis, keepDims], returns: .tensor, shapes: "any -> [], or without the axes",
      example: "print(Tensor([[1, 2], [3, 4]]).\(name)(axis: 0))"
    ) { call in .tensor(try body(tensor(call.receiver), call.optionalInts("axis"), call.bool("keepDims"))) }
  }

  private static let tensorReductions: [Member] = [
    reduction("sum", "All elements added up.") { try $0.sum(axes: $1, keepDims: $2) },
    reduction("mean", "The mean of all elements.") { try $0.mean(axes: $1, keepDims: $2) },
    reduction("max", "The largest element.") { try $0.max(axes: $1, keepDims: $2) },
    reduction("min", "The smallest element.") { try $0.min(axes: $1, keepDims: $2) },
    reduction("product", "All elements multiplied.") { try $0.product(axes: $1, keepDims: $2) },
    reduction("variance", "The mean squared distance from the mean.") {
      try $0.variance(axes: $1, keepDims: $2)
    },
    reduction("deviation", "The standard deviation: the variance's root.") {
      try $0.variance(axes: $1, keepDims: $2).sqrt()
    },
  ]

  private static let lengths = Parameter.variadic("shape", .ints, "the lengths; -1 for what is left over")

  private static let tensorShapes: [Member] = [
    .valueMethod(
      "reshaped", "The same numbers along other axes; one length may be -1.", [lengths], returns: .tensor,
      shapes: "[2, 6] -> [3, 4]", example: "print(arange(0, 6).reshaped(2, -1))"
    ) { call in
      let shape = try call.array("shape").flatMap { value -> [Int] in
        if case .array(let array) = value {
          return array.elements.compactMap { if case .int(let n) = $0 { n } else { nil } }
        }
        if case .int(let number) = value { return [number] }
        return []
      }
      return .tensor(try tensor(call.receiver).reshaped(shape))
    },
    .valueMethod(
      "permuted", "The axes in another order.",
      [.variadic("axes", .int, "the old positions in the new order")], returns: .tensor,
      shapes: "[h, w, c].permuted(2, 0, 1) -> [c, h, w]",
      example: "print(zeros(2, 3, 4).permuted(2, 0, 1).shape)"
    ) { call in
      let order = try call.array("axes").compactMap { value -> Int? in
        if case .int(let number) = value { return number }
        return nil
      }
      return .tensor(try tensor(call.receiver).transposed(order))
    },
    .valueMethod(
      "flattened", "With all axes from one on joined.",
      [.labelled("from", .int, "the first axis to join", default: .int(0))],
      returns: .tensor, shapes: "[2, 3, 4] -> [24]"
    ) { call in
      let x = try tensor(call.receiver)
      return .tensor(x.rank == 0 ? try x.reshaped([1]) : try x.flattened(from: call.int("from")))
    },
    .valueMethod(
      "squeezed", "Without an axis of length 1.", [.labelled("axis", .int, "which")], returns: .tensor
    ) { call in
      .tensor(try tensor(call.receiver).squeezed(axis: call.int("axis")))
    },
    .valueMethod(
      "expanded", "With a new axis of length 1.", [.labelled("axis", .int, "where")], returns: .tensor
    ) { call in
      .tensor(try tensor(call.receiver).expanded(axis: call.int("axis")))
    },
    .valueMethod(
      "flipped", "With the order along axes turned round.", [.labelled("axis", .ints, "which axes")],
      returns: .tensor
    ) { call in
      let x = try tensor(call.receiver)
      let axes = try call.ints("axis").map { axis -> Int in
        let positive = axis < 0 ? axis &+ x.rank : axis
        guard positive >= 0, positive < x.rank else {
          throw EvaluationError("ShapeError", "\(x.shape) has no axis \(axis)")
        }
        return positive
      }
      return .tensor(try x.flipped(axes: axes))
    },
    .valueMethod(
      "clamped", "With elements outside of two ends put on the nearer one.",
      [.positional("low", .number, "the lower end"), .positional("high", .number, "the upper end")],
      returns: .tensor
    ) { call in .tensor(try tensor(call.receiver).clamped(from: call.number("low"), to: call.number("high")))
    },
    .valueMethod(
      "cast", "With elements of another type.", [.labelled("to", .option(elementTypes), "the type")],
      returns: .tensor
    ) { call in
      guard let name = try call.option("to")?.name, let type = ElementType(rawValue: name) else {
        return call.receiver
      }
      return .tensor(try tensor(call.receiver).cast(type))
    },
    .valueMethod(
      "repeated", "Stretched to a shape by repeating axes of length 1.", [lengths], returns: .tensor
    ) { call in .tensor(try tensor(call.receiver).broadcast(to: Shape(shapeArgument(call)))) },
  ]
}
