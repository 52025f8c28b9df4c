import Foundation

extension Library.Family {
  /// Arrays, dictionaries and what makes them.
  static let collections = Library.Family(
    "Collections", functions: [array, dictionary, zip, stride, repeated],
    types: [arrayType, dictionaryType, LazySequence.declaration], isPure: true, except: ["Array", "repeated"])

  private static let array = Builtin(
    "Array", "An array of what a sequence goes through, or one value many times.",
    [
      .positional("sequence", .optional(.sequence), "what to go through", default: .nothing),
      .labelled("repeating", .any, "the value to repeat", default: .nothing),
      .labelled("count", .optional(.int), "how many times", default: .nothing),
    ], returns: .array(.unknown), example: "print(Array(0..<4), Array(repeating: 0, count: 3))"
  ) { call in
    if let count = try call.optionalInt("count") {
      guard count >= 0 else { throw EvaluationError("ValueError", "an array can't have \(count) elements") }
      try Limits.checkCount(count)
      return .array(of: Array(repeating: call.value("repeating"), count: count))
    }
    let sequence = call.value("sequence")
    if case .tensor(let tensor) = sequence {
      return try TensorConversion.array(from: tensor, call.context.runtime())
    }
    return sequence.isNothing
      ? .array(of: []) : .array(of: try Iteration.elements(of: sequence, call.context))
  }

  private static let dictionary = Builtin(
    "Dictionary", "A dictionary of pairs.",
    [.positional("pairs", .optional(.sequence), "tuples of key and value", default: .nothing)],
    returns: .dictionary(.unknown), example: "print(Dictionary(zip([\"a\", \"b\"], [1, 2])))"
  ) { call in
    let dictionary = DictionaryValue()
    guard !call.value("pairs").isNothing else { return .dictionary(dictionary) }
    for pair in try Iteration.elements(of: call.value("pairs"), call.context) {
      guard case .tuple(let tuple) = pair, tuple.elements.count == 2 else {
        throw EvaluationError("TypeError", "a Dictionary is made of pairs, got \(pair.article)")
      }
      guard tuple.elements[0].isHashable else { throw Elements.badKey(tuple.elements[0]) }
      dictionary.entries[tuple.elements[0]] = tuple.elements[1]
    }
    return .dictionary(dictionary)
  }

  private static let zip = Builtin(
    "zip", "Goes through several sequences together, as long as all have elements.",
    [.variadic("sequences", .sequence, "two or more")], returns: .host("Sequence"),
    example: "for (a, b) in zip([1, 2], [\"x\", \"y\"]) { print(a, b) }"
  ) { call in
    let sequences = try call.array("sequences")
    return .host(
      LazySequence("zip") { context in
        let iterators = try sequences.map { try Iteration.iterator(over: $0, context) }
        return {
          var elements: [Value] = []
          for next in iterators {
            guard let element = try next() else { return nil }
            elements.append(element)
          }
          return elements.isEmpty ? nil : .tuple(TupleValue(elements: elements))
        }
      })
  }

  private static let stride = Builtin(
    "stride", "Numbers from one to another in steps: without the end (`to`) or with it (`through`).",
    [
      .labelled("from", .number, "the first"),
      .labelled("to", .optional(.number), "the end, left out", default: .nothing),
      .labelled("through", .optional(.number), "the end, included", default: .nothing),
      .labelled("by", .number, "the step"),
    ], returns: .host("Sequence"), example: "print(Array(stride(from: 10, to: 0, by: -3)))"
  ) { call in
    let isClosed = call.value("to").isNothing
    let end = call.value(isClosed ? "through" : "to")
    let (start, step) = (call.value("from"), call.value("by"))
    guard let last = end.number, let size = step.number, let first = start.number else {
      throw EvaluationError("TypeError", "stride needs 'to:' or 'through:'")
    }
    guard size != 0 else { throw EvaluationError("ValueError", "stride by 0 never ends") }
    return .host(
      LazySequence("stride") { _ in
        var index = 0
        if case .int(let low) = start, case .int(let high) = end, case .int(let by) = step {
          var next: Int? = low
          return {
            guard let current = next,
              by > 0
                ? current < high || isClosed && current == high
                : current > high || isClosed && current == high
            else { return nil }
            let (following, overflow) = current.addingReportingOverflow(by)
            next = overflow ? nil : following
            return .int(current)
          }
        }
        return {
          // From the first by multiplication, so that rounding doesn't pile up.
          let current = first + Double(index) * size
          guard
            size > 0
              ? current < last || isClosed && current <= last : current > last || isClosed && current >= last
          else { return nil }
          index += 1
          return .double(current)
        }
      })
  }

  private static let repeated = Builtin(
    "repeatElement", "One value many times.",
    [.positional("value", .any, "the value"), .labelled("count", .int, "how many times")],
    returns: .array(.unknown),
    example: "print(repeatElement(0, count: 3))"
  ) { call in
    let count = try call.int("count")
    guard count >= 0 else { throw EvaluationError("ValueError", "an array can't have \(count) elements") }
    try Limits.checkCount(count)
    return .array(of: Array(repeating: call.value("value"), count: count))
  }

  private static let dictionaryType = TypeDeclaration(
    "Dictionary", "Values by key, in the order in which they were put in. A missing key gives nil.",
    members: [
      .valueProperty("count", .int, "How many entries there are.") { value, _ in .int(entries(value).count) },
      .valueProperty("isEmpty", .bool, "Whether there is none.") { value, _ in
        .bool(entries(value).count == 0)
      },
      .valueProperty("keys", .array(.unknown), "The keys in order.") { value, _ in
        .array(of: entries(value).keys)
      },
      .valueProperty("values", .array(.unknown), "The values in order.") { value, _ in
        .array(of: entries(value).values)
      },
      .valueMethod(
        "removeValue", "Removes an entry and gives its value.", [.labelled("forKey", .any, "the key")],
        isMutating: true
      ) { call in
        var receiver = call.receiver
        call.receiver = .void
        defer { call.receiver = receiver }
        let key = call.value("forKey")
        return receiver.withDictionary { entries in
          defer { entries[key] = nil }
          return entries[key] ?? .nothing
        } ?? .nothing
      },
      .valueMethod(
        "mapValues", "The dictionary with what a function makes of each value.",
        [.positional("transform", .function("(value) -> value"), "what to do with each")],
        returns: .dictionary(.unknown)
      ) { call in
        let old = entries(call.receiver)
        var new = OrderedEntries()
        for (key, value) in Swift.zip(old.keys, old.values) { new[key] = try call.call("transform", value) }
        return .dictionary(DictionaryValue(new))
      },
    ] + Library.sequenceMembers)

  private static func entries(_ value: Value) -> OrderedEntries {
    if case .dictionary(let dictionary) = value { return dictionary.entries }
    return OrderedEntries()
  }
}
