import Foundation
import TensorRuntime

extension Library {
  /// What everything can do that `for` can go through; types of sequences add these to their own members.
  package static let sequenceMembers: [Member] = [
    map, filter, reduce, forEach, compactMap, flatMap, enumerated, contains, firstWhere, lastWhere,
    allSatisfy,
    sorted,
    minimum, maximum,
    prefix, dropFirst, drop, reversed, joined, sum,
  ]

  private static let reversed = Member.valueMethod(
    "reversed", "The elements from last to first.", returns: .array(.unknown),
    example: "print((0..<3).reversed())"
  ) { call in .array(of: try elements(call).reversed()) }

  private static func elements(_ call: Arguments) throws -> [Value] {
    try Iteration.elements(of: call.receiver, call.context)
  }

  private static let map = Member.valueMethod(
    "map", "What a function makes of each element.",
    [.positional("transform", .function("(element) -> value"), "what to do with each")],
    returns: .array(.unknown), example: "print([1, 2, 3].map { $0 * 2 })"
  ) { call in
    let transform = call.value("transform")
    let next = try Iteration.iterator(over: call.receiver, call.context)
    var result: [Value] = []
    result.reserveCapacity(min(Iteration.count(of: call.receiver) ?? 0, 1 << 16))
    while let element = try next() {
      let value = try call.context.call(transform, [element])
      if value.isVoid {
        throw EvaluationError(
          "TypeError", "the closure gives no value", fix: "write return, or a single expression")
      }
      result.append(value)
      if result.count & 0xFFF == 0 { try Limits.checkCount(result.count) }
    }
    return .array(of: result)
  }

  /// What a closure says that decides.
  static func isTrue(_ value: Value) throws -> Bool {
    if case .bool(let result) = value { return result }
    throw EvaluationError("TypeError", "the closure must give a Bool, got \(value.article)")
  }

  private static let filter = Member.valueMethod(
    "filter", "The elements for which a function gives true.",
    [.positional("isIncluded", .function("(element) -> Bool"), "which to keep")], returns: .array(.unknown),
    example: "print((1...6).filter { $0 % 2 == 0 })"
  ) { call in
    let test = call.value("isIncluded")
    return .array(of: try elements(call).filter { try isTrue(call.context.call(test, [$0])) })
  }

  private static let compactMap = Member.valueMethod(
    "compactMap", "What a function makes of each element, without the nils.",
    [.positional("transform", .function("(element) -> value?"), "what to do with each")],
    returns: .array(.unknown),
    example: "print([\"1\", \"x\"].compactMap { Int($0) })"
  ) { call in
    let transform = call.value("transform")
    return .array(
      of: try elements(call).map { try call.context.call(transform, [$0]) }.filter { !$0.isNothing })
  }

  private static let flatMap = Member.valueMethod(
    "flatMap", "The sequences a function makes of the elements, one behind the other.",
    [.positional("transform", .function("(element) -> sequence"), "what to do with each")],
    returns: .array(.unknown),
    example: "print([1, 2].flatMap { [$0, $0 * 10] })"
  ) { call in
    let transform = call.value("transform")
    var result: [Value] = []
    for element in try elements(call) {
      result += try Iteration.elements(of: call.context.call(transform, [element]), call.context)
      try Limits.checkCount(result.count)
    }
    return .array(of: result)
  }

  private static let reduce = Member.valueMethod(
    "reduce", "Combines all elements, beginning with a value.",
    [
      .positional("initial", .any, "the beginning"),
      .positional("combine", .function("(result, element) -> result"), "how to combine"),
    ], example: "print([1, 2, 3].reduce(0) { $0 + $1 })"
  ) { call in
    let combine = call.value("combine")
    var result = call.value("initial")
    let next = try Iteration.iterator(over: call.receiver, call.context)
    while let element = try next() { result = try call.context.call(combine, [result, element]) }
    return result
  }

  private static let forEach = Member.valueMethod(
    "forEach", "Calls a function with each element.",
    [.positional("body", .function("(element)"), "what to do with each")], returns: .void,
    example: "[1, 2].forEach { print($0) }"
  ) { call in
    let body = call.value("body")
    let next = try Iteration.iterator(over: call.receiver, call.context)
    while let element = try next() { _ = try call.context.call(body, [element]) }
    return .void
  }

  private static let enumerated = Member.valueMethod(
    "enumerated", "The elements with their positions: for (index, element) in x.enumerated() { … }",
    returns: .host("Sequence"), example: "for (i, x) in [\"a\", \"b\"].enumerated() { print(i, x) }"
  ) { call in
    let sequence = call.receiver
    return .host(
      LazySequence("enumerated") { context in
        let next = try Iteration.iterator(over: sequence, context)
        var index = 0
        return {
          guard let element = try next() else { return nil }
          index += 1
          return .tuple(("offset", .int(index - 1)), ("element", element))
        }
      })
  }

  private static let contains = Member.valueMethod(
    "contains", "Whether an element is in it, or one for which a function gives true.",
    [.positional("element", .any, "what to look for")], returns: .bool,
    example: "print([1, 2, 3].contains(2))"
  ) { call in
    let wanted = call.value("element")
    if case .function = wanted {
      return .bool(try elements(call).contains { try isTrue(call.context.call(wanted, [$0])) })
    }
    return .bool(try elements(call).contains { try Equality.equal($0, wanted, call.context) })
  }

  private static let lastWhere = Member.valueMethod(
    "last", "The last element for which a function gives true, nil where there is none.",
    [.labelled("where", .function("(element) -> Bool"), "which one")]
  ) { call in try elements(call).last { try isTrue(call.call("where", $0)) } ?? .nothing }

  private static let firstWhere = Member.valueMethod(
    "first", "The first element for which a function gives true, nil where there is none.",
    [.labelled("where", .function("(element) -> Bool"), "which one")]
  ) { call in
    let test = call.value("where")
    let next = try Iteration.iterator(over: call.receiver, call.context)
    while let element = try next() {
      if try isTrue(call.context.call(test, [element])) { return element }
    }
    return .nothing
  }

  private static let allSatisfy = Member.valueMethod(
    "allSatisfy", "Whether a function gives true for every element.",
    [.positional("test", .function("(element) -> Bool"), "the test")], returns: .bool,
    example: "print([1, 2].allSatisfy { $0 > 0 })"
  ) { call in
    let test = call.value("test")
    return .bool(try elements(call).allSatisfy { try isTrue(call.context.call(test, [$0])) })
  }

  private static let sorted = Member.valueMethod(
    "sorted", "The elements in order, smallest first, or as a function says.",
    [.labelled("by", .optional(.function("(a, b) -> Bool")), "whether a stands before b", default: .nothing)],
    returns: .array(.unknown), example: "print([3, 1, 2].sorted(), [3, 1, 2].sorted { $0 > $1 })"
  ) { call in .array(of: try order(elements(call), by: call.value("by"), call.context)) }

  /// Sorted values; what compares equal keeps its order.
  static func order(_ values: [Value], by rule: Value, _ context: EvaluationContext) throws -> [Value] {
    guard rule.isNothing else { return try values.sorted { try isTrue(context.call(rule, [$0, $1])) } }
    var comparisons = 0
    return try values.sorted {
      comparisons += 1
      if comparisons & 0xFFFF == 0 { try context.interruption.check() }
      return try Operators.precedes($0, $1)
    }
  }

  private static let minimum = extremum("min", "smallest", isMax: false)
  private static let maximum = extremum("max", "largest", isMax: true)

  private static func extremum(_ name: String, _ word: String, isMax: Bool) -> Member {
    Member.valueMethod(
      name, "The \(word) element, nil where there is none; `by` says whether a comes before b.",
      [.labelled("by", .optional(.function("(a, b) -> Bool")), "whether a comes before b", default: .nothing)]
    ) { call in
      let rule = call.value("by")
      func precedes(_ a: Value, _ b: Value) throws -> Bool {
        rule.isNothing ? try Operators.precedes(a, b) : try isTrue(call.context.call(rule, [a, b]))
      }
      let values = try elements(call)
      let best = try isMax ? values.max(by: precedes) : values.min(by: precedes)
      return best ?? .nothing
    }
  }

  private static let prefix = Member.valueMethod(
    "prefix", "The first elements, at most so many, or as long as a function gives true.", prefixParameters,
    returns: .array(.unknown), example: "print((1...9).prefix(3), (1...9).prefix { $0 < 3 })"
  ) { call in .array(of: try prefix(of: call.receiver, call)) }

  static let prefixParameters: [Parameter] = [
    .positional("count", .optional(.int), "how many", default: .nothing),
    .labelled("while", .optional(.function("(element) -> Bool")), "how long", default: .nothing),
  ]

  /// The elements that `prefix` takes.
  static func prefix(of sequence: Value, _ call: Arguments) throws -> [Value] {
    let count = try call.optionalInt("count")
    guard count ?? 0 >= 0 else {
      throw EvaluationError("ValueError", "prefix(\(count ?? 0)) wants a count of at least 0")
    }
    guard count != nil || call.isGiven("while") else {
      throw EvaluationError("TypeError", "prefix needs a count or 'while:'", fix: "write prefix(3)")
    }
    let next = try Iteration.iterator(over: sequence, call.context)
    var result: [Value] = []
    while result.count < count ?? Int.max, let element = try next() {
      if count == nil, try !isTrue(call.call("while", element)) { break }
      result.append(element)
      if result.count & 0xFFF == 0 { try Limits.checkCount(result.count) }
    }
    return result
  }

  private static let drop = Member.valueMethod(
    "drop", "The elements from the first on for which a function doesn't give true.",
    [.labelled("while", .function("(element) -> Bool"), "what to leave out")], returns: .array(.unknown),
    example: "print([1, 2, 1].drop { $0 < 2 })"
  ) { call in .array(of: Array(try elements(call).drop { try isTrue(call.call("while", $0)) })) }

  private static let dropFirst = Member.valueMethod(
    "dropFirst", "Everything behind the first elements.",
    [.positional("count", .int, "how many", default: .int(1))],
    returns: .array(.unknown), example: "print([1, 2, 3].dropFirst())"
  ) { call in
    let count = try call.int("count")
    guard count >= 0 else {
      throw EvaluationError("ValueError", "dropFirst(\(count)) wants a count of at least 0")
    }
    return .array(of: Array(try elements(call).dropFirst(count)))
  }

  private static let joined = Member.valueMethod(
    "joined", "The elements as text, one behind the other; of arrays, their elements in one array.",
    [.labelled("separator", .string, "what stands between two", default: .string(""))],
    example: "print([\"a\", \"b\"].joined(separator: \", \"), [[1, 2], [3]].joined())",
    inferredType: { types in
      switch types.first {
      case .array(.array(let element))?: .array(element)
      case .array(.unknown)?, .unknown?, .host?, nil: .unknown
      default: .string
      }
    }
  ) { call in
    let separator = try call.string("separator")
    let elements = try elements(call)
    if !elements.isEmpty, !call.isGiven("separator"), let all = try flattened(elements) {
      return .array(of: all)
    }
    var text = ""
    for (index, element) in elements.enumerated() {
      if index > 0 { text += separator }
      text += try call.context.text(of: element)
      if text.utf8.count > Limits.stringBytes { throw Limits.stringError }
      if index & 0xFFF == 0 { try call.context.interruption.check() }
    }
    return .string(text)
  }

  /// The elements of arrays in one; `nil` where something else is among them.
  private static func flattened(_ arrays: [Value]) throws -> [Value]? {
    var all: [Value] = []
    for element in arrays {
      guard case .array(let array) = element else { return nil }
      all += array.elements
      try Limits.checkCount(all.count)
    }
    return all
  }

  private static let sum = Member.valueMethod(
    "sum", "All elements added up.", example: "print([1, 2, 3].sum())"
  ) { call in
    let values = try elements(call)
    guard let first = values.first else { return .int(0) }
    return try values.dropFirst().reduce(first) { try Operators.apply(.add, $0, $1, call.context) }
  }
}
