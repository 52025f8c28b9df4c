import Foundation
import TensorRuntime

extension Library.Family {
  private static let shape = Parameter.variadic("shape", .ints, "the lengths of the axes")

  /// The shape given as numbers or as one array.
  static func shapeArgument(_ call: Arguments, _ name: String = "shape") throws -> [Int] {
    var lengths: [Int] = []
    for value in try call.array(name) {
      switch value {
      case .int(let length): lengths.append(length)
      case .tuple(let tuple):
        for case .int(let length) in tuple.elements { lengths.append(length) }
      case .array(let array):
        for case .int(let length) in array.elements { lengths.append(length) }
      default: throw EvaluationError("TypeError", "a shape is made of Ints, got \(value.article)")
      }
    }
    for length in lengths where length < 0 {
      throw EvaluationError(
        "ShapeError", "got the length \(length) in the shape \(Shape(lengths)), wanted lengths of at least 0")
    }
    guard lengths.count <= 12 else {
      throw EvaluationError("ShapeError", "a Tensor has at most 12 axes, got \(lengths.count)")
    }
    return lengths
  }

  /// The types of elements a program may ask for.
  static let elementTypes = OptionFamily(
    "ElementType",
    [
      .init("float32", "32-bit numbers"), .init("int32", "whole numbers"), .init("uint8", "bytes"),
      .init("bool", "truth values"),
    ])

  private static let type = Parameter.labelled(
    "type", .optional(.option(elementTypes)), "what one element is", default: .nothing)

  private static func elementType(_ call: Arguments) throws -> ElementType? {
    try call.option("type").flatMap { ElementType(rawValue: $0.name) }
  }

  static let tensorCreation: [Builtin] = [
    Builtin(
      "Tensor", "A tensor of numbers: nested arrays give its axes, outermost first.",
      [.positional("values", .tensorLike, "a number, an array, nested arrays, or a Tensor"), type],
      returns: .tensor,
      shapes: "[[a, b, c], [d, e, f]] -> [2, 3]", example: "print(Tensor([[1, 2], [3, 4]]))"
    ) { call in
      let tensor = try call.tensor("values")
      guard let type = try elementType(call), type != tensor.elementType else { return .tensor(tensor) }
      return .tensor(try tensor.cast(type))
    },
    Builtin("zeros", "A tensor of zeros.", [shape], returns: .tensor, example: "print(zeros(2, 3))") { call in
      .tensor(try Tensor.zeros(Shape(shapeArgument(call))))
    },
    Builtin("ones", "A tensor of ones.", [shape], returns: .tensor, example: "print(ones(3))") { call in
      .tensor(try Tensor.ones(Shape(shapeArgument(call))))
    },
    Builtin(
      "full", "A tensor of one number.", [shape, .labelled("value", .number, "the number")], returns: .tensor,
      example: "print(full(2, 2, value: 7))"
    ) { call in .tensor(try Tensor.full(call.number("value"), Shape(shapeArgument(call)))) },
    Builtin(
      "eye", "The identity matrix.", [.positional("size", .int, "rows and columns")], returns: .tensor,
      shapes: "[n, n]",
      example: "print(eye(3))"
    ) { call in
      let size = try call.int("size")
      guard size >= 0, size <= 16_384 else {
        throw EvaluationError("ValueError", "eye(\(size)) wants a size of 0 to 16384")
      }
      return .tensor(try Tensor((0..<Int32(size)).map { $0 }, [size]).oneHot(depth: size).cast(.float32))
    },
    Builtin(
      "rand", "Random numbers from 0 up to 1, each as likely; seed(n) repeats them.",
      [
        shape, .labelled("from", .number, "the lower end", default: .double(0)),
        .labelled("to", .number, "the upper end", default: .double(1)),
      ], returns: .tensor, example: "print(rand(2, 3).shape)"
    ) { call in
      .tensor(
        try Tensor.uniform(
          Shape(shapeArgument(call)), from: call.number("from"), to: call.number("to"),
          random: call.context.random.draw(for: .user)))
    },
    Builtin(
      "randn", "Random numbers from the normal distribution; seed(n) repeats them.",
      [
        shape, .labelled("mean", .number, "their mean", default: .double(0)),
        .labelled("deviation", .number, "their standard deviation", default: .double(1)),
      ], returns: .tensor, example: "print(randn(2, 3).shape)"
    ) { call in
      let draws = try Tensor.normal(Shape(shapeArgument(call)), random: call.context.random.draw(for: .user))
      let (mean, deviation) = (try call.number("mean"), try call.number("deviation"))
      return .tensor(mean == 0 && deviation == 1 ? draws : try draws * deviation + mean)
    },
    Builtin(
      "randint", "A random whole number from a range; with a shape a tensor of them.",
      [.positional("range", .range, "from which"), shape], example: "print(randint(0..<10) < 10)"
    ) { call in
      guard case .range(let range) = call.value("range"), range.upper != nil, let integers = range.integers,
        !integers.isEmpty
      else {
        throw EvaluationError(
          "ValueError", "randint wants a range of Ints that isn't empty, got \(call.value("range").text)")
      }
      let random = call.context.random.draw(for: .user)
      let lengths = try shapeArgument(call)
      if lengths.isEmpty {
        return .int(integers.lowerBound + random.integer(0, below: integers.saturatedCount))
      }
      let count = Shape(lengths).elementCount
      guard count <= Limits.elementCount, let low = Int32(exactly: integers.lowerBound),
        Int32(exactly: integers.upperBound) != nil
      else { throw Limits.elementError }
      let numbers = (0..<count).map { index in
        // The sum lies in the range, though its second part may not fit in 32 bits.
        Int32(truncatingIfNeeded: Int(low) + random.integer(UInt64(index) * 4, below: integers.count))
      }
      return .tensor(try Tensor(numbers, Shape(lengths)))
    },
    Builtin(
      "arange", "Numbers from one to another, without the end, in steps.",
      [
        .positional("start", .number, "the first"), .positional("end", .number, "the end, left out"),
        .labelled("step", .number, "the step", default: .int(1)),
      ], returns: .tensor, shapes: "[(end - start) / step]", example: "print(arange(0, 5))"
    ) { call in
      let (start, end, step) = (try call.number("start"), try call.number("end"), try call.number("step"))
      let count = ((end - start) / step).rounded(.up)
      guard step != 0, count.isFinite, count <= Double(Limits.elementCount) else {
        throw EvaluationError(
          "ValueError",
          "arange(\(Value.text(start)), \(Value.text(end)), step: \(Value.text(step))) never ends")
      }
      let length = Int(max(0, count))
      return .tensor(try Tensor((0..<length).map { Float(start + Double($0) * step) }, [length]))
    },
    Builtin(
      "linspace", "Equally spaced numbers from one to another, both included.",
      [
        .positional("start", .number, "the first"), .positional("end", .number, "the last"),
        .labelled("count", .int, "how many", default: .int(50)),
      ], returns: .tensor, shapes: "[count]", example: "print(linspace(0, 1, count: 5))"
    ) { call in
      let (start, end, count) = (try call.number("start"), try call.number("end"), try call.int("count"))
      guard count >= 1, count <= Limits.elementCount else {
        throw EvaluationError("ValueError", "linspace wants a count of at least 1, got \(count)")
      }
      let step = count > 1 ? (end - start) / Double(count - 1) : 0
      return .tensor(
        try Tensor(
          (0..<count).map { Float($0 == count - 1 && count > 1 ? end : start + Double($0) * step) }, [count]))
    },
  ]
}
