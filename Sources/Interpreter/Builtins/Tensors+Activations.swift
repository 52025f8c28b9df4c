import Foundation
import TensorRuntime

extension Library.Family {
  /// Activation functions and gradients.
  static let activations: [Builtin] = [
    activation("relu", "Keeps what is above 0.", "max(x, 0)", { max($0, 0) }) { try $0.relu() },
    activation(
      "sigmoid", "Squeezes numbers between 0 and 1.", "1 / (1 + e⁻ˣ)", { 1 / (1 + Foundation.exp(-$0)) }
    ) {
      try $0.sigmoid()
    },
    activation("tanh", "Squeezes numbers between -1 and 1.", "tanh x", { Foundation.tanh($0) }) {
      try $0.tanh()
    },
    activation(
      "softplus", "A smooth relu.", "ln(1 + eˣ)", { $0 > 30 ? $0 : Foundation.log1p(Foundation.exp($0)) }
    ) {
      try $0.softplus()
    },
    activation(
      "silu", "x times its sigmoid, also called swish.", "x / (1 + e⁻ˣ)", { $0 / (1 + Foundation.exp(-$0)) }
    ) {
      try $0.silu()
    },
    activation(
      "gelu", "x times the normal distribution's share below it.", "x Φ(x)",
      { $0 * 0.5 * (1 + Foundation.erf($0 / 2.0.squareRoot())) }
    ) { try $0.gelu() },
    sloped(
      "leakyRelu", "Keeps what is above 0 and a little of what is below.", "max(x, 0) + slope · min(x, 0)",
      0.01
    ) {
      try $0.leakyRelu($1)
    },
    sloped(
      "elu", "Keeps what is above 0 and bends what is below towards -alpha.",
      "x above 0, alpha (eˣ - 1) below", 1
    ) {
      try $0.elu($1)
    },
    gradient,
  ]

  private static func activation(
    _ name: String, _ summary: String, _ formula: String, _ scalar: @escaping (Double) -> Double,
    _ tensor: @escaping (Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary + " In a network's body it stands as a layer.",
      [.positional("x", .tensorLike, "a number or a Tensor")],
      shapes: "any -> the same", formula: formula, example: "print(\(name)(Tensor([-1, 0, 2])))",
      inferredType: { types in
        switch types.first {
        case .int?, .double?, .number?: .double
        case .tensor?: .tensor
        default: .unknown
        }
      }
    ) { call in
      if let number = call.value("x").number { return .double(scalar(number)) }
      return .tensor(try tensor(call.tensor("x")))
    }
  }

  /// An activation with a number of its own: `leakyRelu(x, 0.2)` is its value, `leakyRelu(0.2)` a layer.
  private static func sloped(
    _ name: String, _ summary: String, _ formula: String, _ standard: Float,
    _ body: @escaping (Tensor, Float) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary + " With the number alone it is a layer: \(name)(0.2).",
      [
        .positional("x", .tensorLike, "a Tensor, or the number of a layer"),
        .positional("slope", .optional(.number), "how much of what is below 0", default: .nothing),
      ], shapes: "any -> the same", formula: formula, example: "print(\(name)(Tensor([-1, 2]), 0.2))",
      inferredType: { types in
        if case .tensor? = types.first { return .tensor }
        return .unknown
      }
    ) { call in
      if let slope = try call.optionalNumber("slope") {
        return .tensor(try body(call.tensor("x"), Float(slope)))
      }
      guard let slope = call.value("x").number else { return .tensor(try body(call.tensor("x"), standard)) }
      let layer = Builtin(
        "\(name)(\(Value.text(slope)))", summary, [.positional("x", .tensorLike, "a Tensor")],
        returns: .tensor
      ) { .tensor(try body($0.tensor("x"), Float(slope))) }
      return .builtin(BuiltinValue(layer))
    }
  }

  private static let gradient = Builtin(
    "gradient",
    """
    How a number that a body calculates changes with each element of something: a Tensor (which the body gets, or \
    uses by its name) or a Variable.
    """,
    [
      .labelled(
        "of", .either([.tensorLike, .array(.tensorLike)]), "with respect to what; an array gives an array"),
      .positional("body", .function("{ x in … }"), "calculates one number"),
    ], shapes: "the shape of what it is taken of", formula: "∂ body / ∂ x",
    example: "print(gradient(of: Tensor([1, 2, 3])) { x in (x * x).sum() })"
  ) { call in
    let runtime = try call.context.runtime()
    var isList = false
    var values = [call.value("of")]
    if case .array(let array) = values[0],
      !TensorConversion.isNumeric(array) || array.elements.contains(where: \.isTensorLike)
    {
      values = array.elements
      isList = true
    }
    let kept = runtime.keepsGraphs
    runtime.keepsGraphs = true
    defer { runtime.keepsGraphs = kept }
    let body = call.value("body")
    var takesArguments = false
    if case .function(let function) = body { takesArguments = function.parameterCount > 0 }
    let given = try values.map { try tensorOperand($0) }
    var parameters: [TensorRuntime.Parameter] = []
    var targets = given
    if takesArguments {
      parameters = given.map { TensorRuntime.Parameter("x", $0) }
      targets = parameters.map(\.tensor)
    }
    let result = try tensorOperand(call.context.call(body, takesArguments ? targets.map { .tensor($0) } : []))
    guard result.shape.elementCount == 1 else {
      throw EvaluationError(
        "ShapeError", "a gradient belongs to one number, and the body gave \(result.shape)",
        fix: "reduce it: .mean() or .sum()")
    }
    let slopes = try gradients(of: result.rank == 0 ? result : result.reshaped([]), withRespectTo: targets)
    // Inside of minimize, or of another gradient, the slope is part of what is differentiated: a gradient penalty.
    let shown = try zip(slopes, targets).map { slope, target in
      Value.tensor(try (kept ? slope : slope?.detached()) ?? Tensor.zeros(target.shape))
    }
    if slopes.allSatisfy({ $0 == nil }) {
      throw EvaluationError(
        "GradientError", "what the body gives doesn't depend on this",
        fix: "use its parameter: gradient(of: x) { x in … }")
    }
    return isList ? .array(of: shown) : shown[0]
  }
}

extension Value {
  /// Whether it is a tensor or stands for one.
  var isTensorLike: Bool {
    switch self {
    case .tensor: true
    case .host(let object): ((try? object.tensorValue()) ?? nil) != nil
    default: false
    }
  }
}
