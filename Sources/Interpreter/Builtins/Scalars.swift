import Foundation
import TensorRuntime

extension Library.Family {
  /// Numbers and truth values.
  static let scalars = Library.Family(
    "Numbers", functions: [int, double, bool], types: [intType, doubleType, boolType, rangeType], isPure: true
  )

  private static let int = Builtin(
    "Int",
    "A whole number of something: cuts off what is behind the point; of text, nil where it is no number.",
    [.positional("value", .any, "a number, text, Bool or Tensor of one element")],
    example: "print(Int(3.9), Int(\"12\") ?? 0)",
    constants: [
      ("max", .int(Int.max), "The largest Int."), ("min", .int(Int.min), "The smallest Int."),
    ],
    inferredType: { types in
      switch types.first {
      case .string?: .optional(.int)
      case .unknown?, nil: .unknown
      default: .int
      }
    }
  ) { call in
    switch call.value("value") {
    case .int(let number): return .int(number)
    case .double(let number):
      guard let whole = Int(exactly: number.rounded(.towardZero)) else {
        throw EvaluationError("ArithmeticError", "\(Value.text(number)) doesn't fit in an Int")
      }
      return .int(whole)
    case .bool(let value): return .int(value ? 1 : 0)
    case .string(let text):
      return Int(text.trimmingCharacters(in: .whitespaces).filter { $0 != "_" }).map { .int($0) } ?? .nothing
    case .tensor(let tensor):
      let number = try call.context.runtime().item(of: tensor)
      guard let whole = Int(exactly: number.rounded(.towardZero)) else {
        throw EvaluationError("ArithmeticError", "\(Value.text(number)) doesn't fit in an Int")
      }
      return .int(whole)
    case let value: throw EvaluationError("TypeError", "\(value.article) has no whole number")
    }
  }

  private static let double = Builtin(
    "Double", "A number with a point of something; of text, nil where it is no number.",
    [.positional("value", .any, "a number, text, Bool or Tensor of one element")],
    example: "print(Double(3), Double(\"0.5\") ?? 0)",
    constants: [
      ("pi", .double(Double.pi), "The ratio of a circle's circumference to its diameter."),
      ("infinity", .double(.infinity), "Larger than all numbers."), ("nan", .double(.nan), "Not a number."),
      ("greatestFiniteMagnitude", .double(.greatestFiniteMagnitude), "The largest finite Double."),
    ],
    inferredType: { types in
      switch types.first {
      case .string?: .optional(.double)
      case .unknown?, nil: .unknown
      default: .double
      }
    }
  ) { call in
    switch call.value("value") {
    case .bool(let value): return .double(value ? 1 : 0)
    case .string(let text):
      return Double(text.trimmingCharacters(in: .whitespaces)).map { .double($0) } ?? .nothing
    case .tensor(let tensor): return .double(try call.context.runtime().item(of: tensor))
    case let value:
      guard let number = value.number else {
        throw EvaluationError("TypeError", "\(value.article) has no number")
      }
      return .double(number)
    }
  }

  private static let bool = Builtin(
    "Bool", "A truth value of a number (not zero), of text (\"true\"), or of a Tensor of one element.",
    [.positional("value", .any, "what to read")], example: "print(Bool(1))"
  ) { call in
    switch call.value("value") {
    case .bool(let value): return .bool(value)
    case .string(let text): return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .nothing
    case .tensor(let tensor): return .bool(try call.context.runtime().item(of: tensor) != 0)
    case let value:
      guard let number = value.number else {
        throw EvaluationError("TypeError", "\(value.article) has no truth value")
      }
      return .bool(number != 0)
    }
  }

  private static func numberMethods() -> [Member] {
    [
      .valueMethod(
        "clamped", "The number, or the nearer end where it lies outside.",
        [.positional("low", .number, "the lower end"), .positional("high", .number, "the upper end")]
      ) { call in
        let (low, high) = (call.value("low"), call.value("high"))
        if try Operators.precedes(call.receiver, low) { return low }
        return try Operators.precedes(high, call.receiver) ? high : call.receiver
      }
    ]
  }

  private static let intType = TypeDeclaration(
    "Int", "A whole number of 64 bits. Results that don't fit are errors.",
    members: [
      .valueMethod(
        "isMultiple", "Whether another number divides it.", [.labelled("of", .int, "the divisor")],
        returns: .bool
      ) { call in
        guard case .int(let number) = call.receiver else { return .bool(false) }
        let divisor = try call.int("of")
        return .bool(divisor == 0 ? number == 0 : divisor == -1 || number % divisor == 0)
      },
      .valueMethod(
        "quotientAndRemainder", "Both results of a division.", [.labelled("dividingBy", .int, "the divisor")]
      ) { call in
        let divisor = Value.int(try call.int("dividingBy"))
        return .tuple(
          ("quotient", try Operators.apply(.divide, call.receiver, divisor, call.context)),
          ("remainder", try Operators.apply(.remainder, call.receiver, divisor, call.context)))
      },
    ] + numberMethods())

  private static let doubleType = TypeDeclaration(
    "Double", "A number with a point, of 64 bits.",
    members: [
      .valueMethod("rounded", "The nearest whole number, halves away from zero.", returns: .double) { call in
        .double((call.receiver.number ?? 0).rounded())
      },
      .valueProperty("isNaN", .bool, "Whether it is not a number.") { value, _ in
        .bool((value.number ?? 0).isNaN)
      },
      .valueProperty("isFinite", .bool, "Whether it is neither infinite nor not a number.") { value, _ in
        .bool((value.number ?? 0).isFinite)
      },
    ] + numberMethods())

  private static let boolType = TypeDeclaration(
    "Bool", "true or false.",
    members: [
      .valueMethod("toggle", "Turns it into its opposite.", returns: .void, isMutating: true) { call in
        if case .bool(let value) = call.receiver { call.receiver = .bool(!value) }
        return .void
      }
    ])

  private static let rangeType = TypeDeclaration(
    "Range", "Numbers from one to another: 0..<10 without its end, 0...9 with it.",
    members: [
      .valueProperty("count", .int, "How many whole numbers are in it.") { value, _ in
        guard case .range(let range) = value, range.upper != nil, let integers = range.integers else {
          throw EvaluationError("TypeError", "\(value.text) has no count")
        }
        return .int(integers.saturatedCount)
      },
      .valueProperty("lowerBound", .unknown, "Where it begins.") { value, _ in
        if case .range(let range) = value { range.lower ?? .nothing } else { .nothing }
      },
      .valueProperty("upperBound", .unknown, "Where it ends.") { value, _ in
        if case .range(let range) = value { range.upper ?? .nothing } else { .nothing }
      },
      .valueMethod(
        "contains", "Whether a number lies in it.", [.positional("number", .number, "the number")],
        returns: .bool
      ) { call in
        guard case .range(let range) = call.receiver else { return .bool(false) }
        return .bool(range.contains(call.value("number")))
      },
    ] + Library.sequenceMembers, element: .int)
}
