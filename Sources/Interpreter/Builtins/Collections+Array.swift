import Foundation
import TensorRuntime

extension Library.Family {
  static let arrayType = TypeDeclaration(
    "Array", "Values in order: [1, 2, 3]. a[0] is the first, a[-1] the last, a[1..<3] a part.",
    members: arrayProperties + arrayMethods + arrayMutations
      + Library.sequenceMembers.filter {
        !["prefix", "dropFirst", "reversed"].contains($0.name)
      }
  )

  private static func elements(_ value: Value) -> [Value] {
    if case .array(let array) = value { return array.elements }
    return []
  }

  private static let arrayProperties: [Member] = [
    .valueProperty("count", .int, "How many elements there are.") { value, _ in .int(elements(value).count) },
    .valueProperty("isEmpty", .bool, "Whether there is none.") { value, _ in .bool(elements(value).isEmpty) },
    .valueProperty("last", .unknown, "The last element, nil where there is none.") { value, _ in
      elements(value).last ?? .nothing
    },
    .valueProperty("indices", .range, "The positions: 0..<count.") { value, _ in
      .range(RangeValue(lower: .int(0), upper: .int(elements(value).count), isClosed: false))
    },
    .valueProperty(
      "first", .unknown,
      "The first element, nil where there is none."
    ) { value, context in
      elements(value).first ?? .nothing
    },
  ]

  private static let arrayMethods: [Member] = [
    .valueMethod(
      "prefix", "The first elements, at most so many, or as long as a function gives true.",
      Library.prefixParameters, returns: .array(.unknown)
    ) { call in .array(of: try Library.prefix(of: call.receiver, call)) },
    .valueMethod(
      "suffix", "The last elements, at most so many.", [.positional("count", .int, "how many")],
      returns: .array(.unknown)
    ) { call in
      let count = try call.int("count")
      guard count >= 0 else {
        throw EvaluationError("ValueError", "suffix(\(count)) wants a count of at least 0")
      }
      return .array(of: Array(elements(call.receiver).suffix(count)))
    },
    .valueMethod(
      "dropFirst", "Everything behind the first elements.",
      [.positional("count", .int, "how many", default: .int(1))],
      returns: .array(.unknown)
    ) { call in .array(of: Array(elements(call.receiver).dropFirst(max(0, try call.int("count"))))) },
    .valueMethod(
      "dropLast", "Everything before the last elements.",
      [.positional("count", .int, "how many", default: .int(1))],
      returns: .array(.unknown)
    ) { call in .array(of: Array(elements(call.receiver).dropLast(max(0, try call.int("count"))))) },
    .valueMethod(
      "reversed", "The elements from last to first.", returns: .array(.unknown),
      example: "print([1, 2].reversed())"
    ) { call in
      .array(of: elements(call.receiver).reversed())
    },
    .valueMethod(
      "firstIndex", "Where an element stands first, nil where it doesn't.",
      [
        .labelled("of", .any, "the element", default: .nothing),
        .labelled("where", .optional(.function("(element) -> Bool")), "which one", default: .nothing),
      ], returns: .optional(.int)
    ) { call in
      for (index, element) in elements(call.receiver).enumerated() {
        if call.isGiven("where") {
          if case .bool(true) = try call.call("where", element) { return .int(index) }
        } else if try Equality.equal(element, call.value("of"), call.context) {
          return .int(index)
        }
      }
      return .nothing
    },
    .valueMethod(
      "shuffled", "The elements in a random order, which seed(n) repeats.", returns: .array(.unknown)
    ) { call in
      .array(of: shuffled(elements(call.receiver), call.context))
    },
    .valueMethod("randomElement", "One element by chance, nil where there is none.") { call in
      let values = elements(call.receiver)
      guard !values.isEmpty else { return .nothing }
      return values[call.context.random.draw(for: .user).integer(0, below: values.count)]
    },
  ]

  private static func shuffled(_ values: [Value], _ context: EvaluationContext) -> [Value] {
    var values = values
    let random = context.random.draw(for: .user)
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, random.integer(UInt64(index), below: index + 1))
    }
    return values
  }

  /// A method that changes the array itself.
  private static func mutation(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [], returns: StaticType = .void,
    _ body: @escaping (inout [Value], Arguments) throws -> Value
  ) -> Member {
    .valueMethod(name, summary, parameters, returns: returns, isMutating: true) { call in
      var receiver = call.receiver
      call.receiver = .void
      defer { call.receiver = receiver }
      return try receiver.withArray { try body(&$0, call) } ?? .void
    }
  }

  private static let arrayMutations: [Member] = [
    mutation(
      "append", "Puts an element at the end; with the label contentsOf, all of a sequence.",
      [
        .positional("element", .any, "the element", default: .nothing),
        .labelled("contentsOf", .optional(.sequence), "a sequence of elements", default: .nothing),
      ]
    ) { elements, call in
      try Limits.checkCount(elements.count + 1)
      guard call.isGiven("contentsOf") else {
        elements.append(call.value("element"))
        return .void
      }
      let more = try Iteration.elements(of: call.value("contentsOf"), call.context)
      try Limits.checkCount(elements.count + more.count)
      elements.append(contentsOf: more)
      return .void
    },
    mutation(
      "insert", "Puts an element before a position.",
      [.positional("element", .any, "the element"), .labelled("at", .int, "the position")]
    ) { elements, call in
      try Limits.checkCount(elements.count + 1)
      let index = try call.int("at")
      elements.insert(
        call.value("element"),
        at: index == elements.count ? index : try Elements.position(index, elements.count, "Array"))
      return .void
    },
    mutation(
      "remove", "Takes the element at a position out.", [.labelled("at", .int, "the position")],
      returns: .unknown
    ) { elements, call in
      elements.remove(at: try Elements.position(call.int("at"), elements.count, "Array"))
    },
    mutation("removeLast", "Takes the last element out.", returns: .unknown) { elements, _ in
      guard let last = elements.popLast() else { throw EvaluationError("IndexError", "the Array is empty") }
      return last
    },
    mutation("popLast", "Takes the last element out, nil where there is none.", returns: .unknown) {
      elements, _ in elements.popLast() ?? .nothing
    },
    mutation("removeFirst", "Takes the first element out.", returns: .unknown) { elements, _ in
      guard !elements.isEmpty else { throw EvaluationError("IndexError", "the Array is empty") }
      return elements.removeFirst()
    },
    mutation(
      "removeAll", "Takes all elements out, or those for which a function gives true.",
      [.labelled("where", .optional(.function("(element) -> Bool")), "which ones", default: .nothing)]
    ) { elements, call in
      guard call.isGiven("where") else {
        elements = []
        return .void
      }
      let kept = try elements.filter { try !Library.isTrue(call.call("where", $0)) }
      elements = kept
      return .void
    },
    mutation(
      "removeSubrange", "Takes the elements at the positions of a range out.",
      [.positional("bounds", .range, "the positions")]
    ) { elements, call in
      guard case .range(let range) = call.value("bounds") else { return .void }
      elements.removeSubrange(try Elements.bounds(range, elements.count, "Array"))
      return .void
    },
    mutation(
      "sort", "Puts the elements in order.",
      [
        .labelled(
          "by", .optional(.function("(a, b) -> Bool")), "whether a stands before b", default: .nothing)
      ]
    ) { elements, call in
      elements = try Library.order(elements, by: call.value("by"), call.context)
      return .void
    },
    mutation("reverse", "Turns the order round.") { elements, _ in
      elements.reverse()
      return .void
    },
    mutation("shuffle", "Puts the elements in a random order, which seed(n) repeats.") { elements, call in
      elements = shuffled(elements, call.context)
      return .void
    },
    mutation(
      "swapAt", "Exchanges two elements.",
      [.positional("i", .int, "one position"), .positional("j", .int, "the other")]
    ) { elements, call in
      let i = try Elements.position(call.int("i"), elements.count, "Array")
      elements.swapAt(i, try Elements.position(call.int("j"), elements.count, "Array"))
      return .void
    },
  ]
}
