import Foundation
import TensorRuntime

extension Library.Family {
  private static let x = Parameter.positional("x", .tensorLike, "a Tensor")

  private static func elementwise(
    _ name: String, _ summary: String, formula: String, _ body: @escaping (Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary, [x], returns: .tensor, shapes: "any -> the same", formula: formula,
      example: "print(\(name)(Tensor([-1, 0, 2])))"
    ) {
      .tensor(try body($0.tensor("x")))
    }
  }

  private static func optionalAxis(_ value: Int) -> Parameter {
    .labelled("axis", .int, "along which axis; negative ones count from the last", default: .int(value))
  }

  static let tensorMathematics: [Builtin] = [
    elementwise("square", "Each element times itself.", formula: "x²") { try $0.square() },
    elementwise("sign", "-1, 0 or 1.", formula: "x / |x|") { try $0.sign() },
    elementwise("erf", "The error function.", formula: "2/√π ∫₀ˣ exp(-t²) dt") { try $0.erf() },
    Builtin(
      "matmul", "The matrix product; with more than two axes, of each pair of matrices.",
      [.positional("a", .tensorLike, "the left matrix"), .positional("b", .tensorLike, "the right matrix")],
      returns: .tensor,
      shapes: "[…, n, k], […, k, m] -> […, n, m]", formula: "c(i, j) = Σ a(i, k) b(k, j)",
      example: "print(matmul(Tensor([[1, 2]]), Tensor([[3], [4]])))"
    ) { call in .tensor(try call.tensor("a").matmul(call.tensor("b"))) },
    Builtin(
      "softmax", "Numbers as probabilities: positive, with sum 1.", [x, optionalAxis(-1)], returns: .tensor,
      shapes: "any -> the same", formula: "exp(xᵢ) / Σ exp(xⱼ)", example: "print(softmax(Tensor([1, 2, 3])))"
    ) { call in .tensor(try call.tensor("x").softmax(axis: call.int("axis"))) },
    Builtin(
      "logSoftmax", "The logarithm of softmax, without rounding to zero.", [x, optionalAxis(-1)],
      returns: .tensor,
      shapes: "any -> the same", formula: "xᵢ - log Σ exp(xⱼ)"
    ) { call in .tensor(try call.tensor("x").logSoftmax(axis: call.int("axis"))) },
    Builtin(
      "argmax", "Where the largest element along an axis stands.", [x, optionalAxis(-1)], returns: .tensor,
      shapes: "[…, n, …] -> […, …], int32", example: "print(argmax(Tensor([[1, 9, 2], [8, 1, 1]])))"
    ) { call in .tensor(try call.tensor("x").argmax(axis: call.int("axis"))) },
    Builtin(
      "argmin", "Where the smallest element along an axis stands.", [x, optionalAxis(-1)], returns: .tensor,
      shapes: "[…, n, …] -> […, …], int32"
    ) { call in .tensor(try call.tensor("x").argmin(axis: call.int("axis"))) },
    Builtin(
      "oneHot", "A 1 at each label's place, 0 elsewhere.",
      [x, .labelled("classes", .int, "how many classes")], returns: .tensor,
      shapes: "[n] -> [n, classes]", example: "print(oneHot(Tensor([0, 2]), classes: 3))"
    ) { call in
      let classes = try call.int("classes")
      guard classes >= 1 else {
        throw EvaluationError("ValueError", "oneHot wants at least 1 class, got \(classes)")
      }
      return .tensor(try call.tensor("x").cast(.int32).oneHot(depth: classes).cast(.float32))
    },
    Builtin(
      "select", "Elements of one tensor where a condition holds, of another elsewhere.",
      [
        .positional("condition", .tensorLike, "a bool Tensor"),
        .positional("yes", .tensorLike, "where it holds"),
        .positional("no", .tensorLike, "elsewhere"),
      ], returns: .tensor, example: "let x = Tensor([-1, 2])\nprint(select(x .> 0, x, 0))"
    ) { call in .tensor(try Tensor.select(call.tensor("condition"), call.tensor("yes"), call.tensor("no"))) },
    Builtin(
      "isClose",
      "Whether two numbers or tensors are nearly the same: same shape, every difference within a tolerance.",
      [
        .positional("a", .tensorLike, "one"), .positional("b", .tensorLike, "the other"),
        .labelled("within", .number, "the largest difference", default: .double(1e-4)),
      ], returns: .bool, example: "print(isClose(0.1 + 0.2, 0.3))"
    ) { call in
      let tolerance = try call.number("within")
      if let a = call.value("a").number, let b = call.value("b").number {
        return .bool(a == b || abs(a - b) <= tolerance)
      }
      let (a, b) = (try call.tensor("a"), try call.tensor("b"))
      guard a.shape == b.shape else { return .bool(false) }
      if a.shape.isEmpty { return .bool(true) }
      let largest = try call.context.runtime().item(of: (a.cast(.float32) - b.cast(.float32)).abs().max())
      return .bool(largest <= tolerance)
    },
    Builtin(
      "all", "Whether every element is true.", [x], returns: .bool, example: "print(all(Tensor([1, 2]) .> 0))"
    ) { call in
      .bool(try call.context.runtime().bools(of: call.tensor("x").all()).first ?? true)
    },
    Builtin(
      "any", "Whether some element is true.", [x], returns: .bool, example: "print(any(Tensor([1, 2]) .> 1))"
    ) { call in
      .bool(try call.context.runtime().bools(of: call.tensor("x").any()).first ?? false)
    },
    Builtin(
      "detach", "The same numbers, through which no gradient flows.", [x], returns: .tensor,
      shapes: "any -> the same"
    ) { call in .tensor(try call.tensor("x").detached()) },
  ]

  static let tensorShaping: [Builtin] = [
    Builtin(
      "concat", "Tensors one behind the other along an axis: channels, unless said, of images and batches.",
      [
        .variadic("tensors", .either([.tensor, .array(.tensor)]), "two or more"),
        .labelled("axis", .optional(.int), "along which axis", default: .nothing),
      ], returns: .tensor, shapes: "[n, a, h, w], [n, b, h, w] -> [n, a + b, h, w]",
      example: "print(concat(ones(1, 2), zeros(1, 2)).shape)"
    ) { call in
      let parts = try tensorList(call)
      // Batches of feature maps and of vectors join their features; anything else its first axis.
      let axis = try call.optionalInt("axis") ?? ((parts.first?.rank ?? 0) >= 2 && parts[0].rank != 3 ? 1 : 0)
      return .tensor(try Tensor.concat(parts, axis: axis))
    },
    Builtin(
      "stack", "Tensors of one shape as one with a new axis.",
      [
        .variadic("tensors", .either([.tensor, .array(.tensor)]), "two or more"),
        .labelled("axis", .int, "where the new axis stands", default: .int(0)),
      ], returns: .tensor, shapes: "[a], [a] -> [2, a]", example: "print(stack(ones(2), zeros(2)))"
    ) { call in .tensor(try Tensor.stack(tensorList(call), axis: call.int("axis"))) },
  ]

  private static func tensorList(_ call: Arguments) throws -> [Tensor] {
    var parts: [Tensor] = []
    for value in try call.array("tensors") {
      if case .array(let array) = value {
        parts += try array.elements.map { try tensorOperand($0) }
      } else {
        parts.append(try tensorOperand(value))
      }
    }
    guard !parts.isEmpty else {
      throw EvaluationError("ValueError", "\(call.declaration.name) needs at least one Tensor")
    }
    return parts
  }
}
