import Foundation
import TensorRuntime

extension Library.Family {
  /// Functions of numbers that also work on every element of a tensor.
  static let mathematics = Library.Family(
    "Mathematics", functions: elementwise + binary + rounding,
    constants: [("pi", .double(Double.pi), "The ratio of a circle's circumference to its diameter.")],
    isPure: true)

  private static let number = ParameterType.either([.number, .tensorLike])

  /// A function of one number; a tensor gets it for each element.
  private static func function(
    _ name: String, _ summary: String, formula: String, _ scalar: @escaping (Double) -> Double,
    _ tensor: @escaping (Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary, [.positional("x", number, "a number or a Tensor")], shapes: "any -> the same",
      formula: formula,
      example: "print(\(name)(0.5))", inferredType: sameKind
    ) { call in
      let value = call.value("x")
      if let number = value.number { return .double(scalar(number)) }
      return .tensor(try tensor(call.tensor("x")))
    }
  }

  private static func sameKind(_ types: [StaticType]) -> StaticType {
    switch types.first {
    case .int?, .double?, .number?: .double
    case .tensor?: .tensor
    default: .unknown
    }
  }

  private static let elementwise: [Builtin] = [
    function("sqrt", "The square root.", formula: "√x", { $0.squareRoot() }, { try $0.sqrt() }),
    function("exp", "e to the power of x.", formula: "eˣ", { Foundation.exp($0) }, { try $0.exp() }),
    function("log", "The natural logarithm.", formula: "ln x", { Foundation.log($0) }, { try $0.log() }),
    function(
      "log2", "The logarithm to base 2.", formula: "log₂ x", { Foundation.log2($0) },
      { try $0.log() / Foundation.log(2.0) }),
    function(
      "log10", "The logarithm to base 10.", formula: "log₁₀ x", { Foundation.log10($0) },
      { try $0.log() / Foundation.log(10.0) }),
    function(
      "sin", "The sine of an angle in radians.", formula: "sin x", { Foundation.sin($0) }, { try $0.sin() }),
    function(
      "cos", "The cosine of an angle in radians.", formula: "cos x", { Foundation.cos($0) }, { try $0.cos() }),
    function(
      "tan", "The tangent of an angle in radians.", formula: "tan x", { Foundation.tan($0) },
      { try $0.sin() / $0.cos() }),
    Builtin(
      "abs", "The size of a number without its sign.", [.positional("x", number, "a number or a Tensor")],
      shapes: "any -> the same", formula: "|x|", example: "print(abs(-3))",
      inferredType: { types in if case .int? = types.first { .int } else { sameKind(types) } }
    ) { call in
      switch call.value("x") {
      case .int(let number):
        guard number != Int.min else {
          throw EvaluationError("ArithmeticError", "abs(\(number)) doesn't fit in an Int")
        }
        return .int(Swift.abs(number))
      case .double(let number): return .double(Swift.abs(number))
      default: return .tensor(try call.tensor("x").abs())
      }
    },
  ]

  private static let binary: [Builtin] = [
    Builtin(
      "pow", "A number to a power. Int to a power that isn't negative stays Int.",
      [.positional("base", number, "a number or a Tensor"), .positional("exponent", number, "the power")],
      formula: "xʸ", example: "print(pow(2, 10), pow(2.0, 0.5))"
    ) { call in
      switch (call.value("base"), call.value("exponent")) {
      case (.int(let base), .int(let exponent)) where exponent >= 0: return .int(try power(base, exponent))
      case (let base, let exponent):
        if let x = base.number, let y = exponent.number { return .double(Foundation.pow(x, y)) }
        if let y = exponent.number { return .tensor(try call.tensor("base").power(y)) }
        return .tensor(try call.tensor("base").power(call.tensor("exponent")))
      }
    },
    extremum("min", "The smallest", isMax: false), extremum("max", "The largest", isMax: true),
    Builtin(
      "atan2", "The angle of the point (x, y).",
      [
        .positional("y", .number, "the second coordinate"), .positional("x", .number, "the first coordinate"),
      ], returns: .double,
      example: "print(atan2(1, 1))"
    ) { call in .double(Foundation.atan2(try call.number("y"), try call.number("x"))) },
  ]

  private static func power(_ base: Int, _ exponent: Int) throws -> Int {
    var result = 1
    var factor = base
    var left = exponent
    var overflows = false
    while left > 0 {
      if left & 1 == 1 {
        let product = result.multipliedReportingOverflow(by: factor)
        if product.overflow || overflows {
          throw EvaluationError(
            "ArithmeticError", "pow(\(base), \(exponent)) doesn't fit in an Int",
            fix: "write pow(\(base).0, \(exponent))")
        }
        result = product.partialValue
      }
      left >>= 1
      let square = factor.multipliedReportingOverflow(by: factor)
      overflows = overflows || square.overflow
      factor = square.partialValue
    }
    return result
  }

  /// `min(a, b, …)` of numbers, strings or tensors element by element; of one array, its extreme element.
  private static func extremum(_ name: String, _ words: String, isMax: Bool) -> Builtin {
    Builtin(
      name, "\(words) of several values, or of an array's; of tensors, element by element.",
      [.variadic("values", .any, "two or more values, or one array")], example: "print(\(name)(3, 7))"
    ) { call in
      var values = try call.array("values")
      if values.count == 1 {
        if case .tensor(let tensor) = values[0] { return .tensor(try isMax ? tensor.max() : tensor.min()) }
        values = try Iteration.elements(of: values[0], call.context)
      }
      guard var best = values.first else {
        throw EvaluationError("ValueError", "\(name) of nothing", fix: "give it at least one value")
      }
      for value in values.dropFirst() {
        if case .tensor = best {
          best = try combine(best, value, isMax)
        } else if case .tensor = value {
          best = try combine(best, value, isMax)
        } else if try isMax ? Operators.precedes(best, value) : Operators.precedes(value, best) {
          best = value
        }
      }
      return best
    }
  }

  private static func combine(_ a: Value, _ b: Value, _ isMax: Bool) throws -> Value {
    guard let x = try TensorConversion.tensor(from: a), let y = try TensorConversion.tensor(from: b) else {
      throw EvaluationError("TypeError", "\(a.article) and \(b.article) can't be compared")
    }
    return .tensor(try isMax ? x.maximum(y) : x.minimum(y))
  }

  private static func rounding(
    _ name: String, _ summary: String, _ rule: FloatingPointRoundingRule,
    _ tensor: @escaping (Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      name, summary,
      [
        .positional("x", number, "a number or a Tensor"),
        .labelled("places", .int, "digits behind the point to keep", default: .int(0)),
      ], example: "print(\(name)(2.7))", inferredType: sameKind
    ) { call in
      let places = try call.int("places")
      guard let number = call.value("x").number else { return .tensor(try tensor(call.tensor("x"))) }
      let scale = Foundation.pow(10, Double(max(-300, min(300, places))))
      return .double(places == 0 ? number.rounded(rule) : (number * scale).rounded(rule) / scale)
    }
  }

  private static let rounding: [Builtin] = [
    rounding(
      "round", "The nearest whole number, halves away from zero (in tensors to even), as a Double.",
      .toNearestOrAwayFromZero
    ) { try $0.round() },
    rounding("floor", "The whole number below, as a Double.", .down) { try $0.floor() },
    rounding("ceil", "The whole number above, as a Double.", .up) { try $0.ceil() },
  ]
}
