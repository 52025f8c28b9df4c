/// Going through values: what `for` and `map` do.
enum Iteration {
  /// A function that gives the next element, `nil` at the end.
  static func iterator(over value: Value, _ context: EvaluationContext) throws -> () throws -> Value? {
    let next = try steps(through: value, context)
    guard let limit = context.iterationLimit else { return next }
    var left = limit
    return {
      left -= 1
      guard left >= 0 else { throw Unknowable() }
      return try next()
    }
  }

  private static func steps(through value: Value, _ context: EvaluationContext) throws -> () throws -> Value?
  {
    switch value {
    case .array(let array):
      let elements = array.elements
      return counted(elements.count) { elements[$0] }
    case .range(let range):
      guard let integers = range.integers else {
        if let low = range.lower?.number, let high = range.upper?.number, low > high,
          case .int(let a)? = range.lower, case .int(let b)? = range.upper
        {
          throw Elements.backwards(a, b, range.isClosed)
        }
        throw EvaluationError(
          "TypeError", "the range \(value.text) can't be gone through",
          fix: "use stride(from: to: by:) for Doubles")
      }
      guard range.lower != nil else {
        throw EvaluationError("TypeError", "the range \(value.text) has no beginning to start from")
      }
      var next = integers.lowerBound
      return {
        guard next < integers.upperBound else { return nil }
        next += 1
        return .int(next - 1)
      }
    case .string(let text):
      var iterator = text.makeIterator()
      return { iterator.next().map { .string(String($0)) } }
    case .dictionary(let dictionary):
      let entries = dictionary.entries
      return counted(entries.count) { .tuple(("key", entries.keys[$0]), ("value", entries.values[$0])) }
    case .tensor(let tensor):
      guard tensor.rank > 0 else {
        throw EvaluationError("TypeError", "a Tensor without axes can't be gone through")
      }
      return counted(tensor.shape[0]) { .tensor(try tensor.element($0)) }
    case .host(let object):
      if let next = try object.iterator(context) { return next }
      if let tensor = try object.tensorValue() { return try iterator(over: .tensor(tensor), context) }
      throw EvaluationError("TypeError", "\(value.article) can't be gone through")
    case .int(let number):
      throw EvaluationError("TypeError", "an Int can't be gone through", fix: "write 0..<\(number)")
    default: throw EvaluationError("TypeError", "\(value.article) can't be gone through")
    }
  }

  private static func counted(_ count: Int, _ element: @escaping (Int) throws -> Value) -> () throws -> Value?
  {
    var index = 0
    return {
      guard index < count else { return nil }
      index += 1
      return try element(index - 1)
    }
  }

  /// All elements as an array, within limits.
  static func elements(of value: Value, _ context: EvaluationContext) throws -> [Value] {
    switch value {
    case .array(let array): return array.elements
    case .range(let range) where range.lower != nil && range.upper == nil:
      throw EvaluationError(
        "ValueError", "the range \(value.text) has no end", fix: "give it one: \(value.text.dropLast(3))..<n")
    case .range, .tensor: try Limits.checkCount(count(of: value) ?? 0)
    default: break
    }
    let next = try iterator(over: value, context)
    var result: [Value] = []
    while let element = try next() {
      result.append(element)
      if result.count & 0xFFF == 0 {
        try context.interruption.check()
        try Limits.checkCount(result.count)
      }
    }
    return result
  }

  /// What is known of the elements of a type.
  static func elementType(_ type: StaticType, _ library: Library) -> StaticType {
    switch type {
    case .array(let element): element
    case .range: .int
    case .string: .string
    case .tensor: .tensor
    case .dictionary(let value): .tuple([(label: "key", type: .unknown), (label: "value", type: value)])
    default: type.hostName.flatMap { library.types[$0]?.element } ?? .unknown
    }
  }
}

extension Iteration {
  /// How many elements there are, where that is known without going through them.
  static func count(of value: Value) -> Int? {
    switch value {
    case .array(let array): array.elements.count
    case .range(let range): range.upper == nil ? nil : range.integers?.saturatedCount
    case .string(let text): text.count
    case .dictionary(let dictionary): dictionary.entries.count
    case .tensor(let tensor): tensor.rank > 0 ? tensor.shape[0] : nil
    default: nil
    }
  }
}
