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
    "Dictionary",
    "A dictionary of pairs; with the label grouping, the elements of a sequence by a key of each.",
    [
      .positional("pairs", .optional(.sequence), "tuples of key and value", default: .nothing),
      .labelled(
        "uniqueKeysWithValues", .optional(.sequence), "tuples of key and value", default: .nothing),
      .labelled("grouping", .optional(.sequence), "the elements to put together", default: .nothing),
      .labelled("by", .optional(.function("(element) -> key")), "the key of each", default: .nothing),
    ],
    returns: .dictionary(.unknown),
    example: """
      print(Dictionary(zip(["a", "b"], [1, 2])))
      print(Dictionary(grouping: 1...5) { $0 % 2 })
      """
  ) { call in
    let dictionary = DictionaryValue()
    if call.isGiven("grouping") { return .dictionary(DictionaryValue(try groups(call))) }
    let pairs = call.isGiven("pairs") ? call.value("pairs") : call.value("uniqueKeysWithValues")
    guard !pairs.isNothing else { return .dictionary(dictionary) }
    for pair in try Iteration.elements(of: pairs, call.context) {
      guard case .tuple(let tuple) = pair, tuple.elements.count == 2 else {
        throw EvaluationError("TypeError", "a Dictionary is made of pairs, got \(pair.article)")
      }
      guard tuple.elements[0].isHashable else { throw Elements.badKey(tuple.elements[0]) }
      dictionary.entries[tuple.elements[0]] = tuple.elements[1]
    }
    return .dictionary(dictionary)
  }

  private static func groups(_ call: Arguments) throws -> OrderedEntries {
    guard call.isGiven("by") else {
      throw EvaluationError(
        "TypeError", "Dictionary(grouping:) needs 'by:'", fix: "write Dictionary(grouping: xs) { $0.count }")
    }
    var groups: [ArrayValue] = []
    var entries = OrderedEntries()
    for element in try Iteration.elements(of: call.value("grouping"), call.context) {
      let key = try call.call("by", element)
      guard key.isHashable else { throw Elements.badKey(key) }
      if case .int(let index)? = entries[key] {
        groups[index].elements.append(element)
      } else {
        entries[key] = .int(groups.count)
        groups.append(ArrayValue([element]))
      }
    }
    for (key, group) in Swift.zip(entries.keys, groups) { entries[key] = .array(group) }
    return entries
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
      .valueMethod(
        "filter", "The dictionary with the entries for which a function gives true.",
        [.positional("isIncluded", .function("(key, value) -> Bool"), "which to keep")],
        returns: .dictionary(.unknown), example: "print([\"a\": 1, \"b\": 2].filter { $0.value > 1 })"
      ) { call in
        let old = entries(call.receiver)
        var new = OrderedEntries()
        for (key, value) in Swift.zip(old.keys, old.values)
        where try Library.isTrue(call.call("isIncluded", .tuple(("key", key), ("value", value)))) {
          new[key] = value
        }
        return .dictionary(DictionaryValue(new))
      },
      .valueMethod(
        "merging",
        "The dictionary with the entries of another one; where both have a key, a function chooses, or the other counts.",
        [
          .positional("other", .dictionary, "the other one"),
          .labelled(
            "uniquingKeysWith", .optional(.function("(mine, other) -> value")), "what counts",
            default: .nothing),
        ], returns: .dictionary(.unknown),
        example: "print([\"a\": 1, \"b\": 2].merging([\"b\": 3]) { mine, other in mine + other })"
      ) { call in
        var new = entries(call.receiver)
        let other = entries(call.value("other"))
        for (key, value) in Swift.zip(other.keys, other.values) {
          if call.isGiven("uniquingKeysWith"), let mine = new[key] {
            new[key] = try call.call("uniquingKeysWith", mine, value)
          } else {
            new[key] = value
          }
        }
        try Limits.checkCount(new.count)
        return .dictionary(DictionaryValue(new))
      },
    ] + Library.sequenceMembers.filter { $0.name != "filter" })

  private static func entries(_ value: Value) -> OrderedEntries {
    if case .dictionary(let dictionary) = value { return dictionary.entries }
    return OrderedEntries()
  }
}
