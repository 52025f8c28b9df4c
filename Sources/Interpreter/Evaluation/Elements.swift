/// Elements of values: what stands in brackets.
enum Elements {
  /// `value[indices]`
  static func get(_ indices: [Value], of value: Value, _ context: EvaluationContext) throws -> Value {
    switch value {
    case .tensor(let tensor): return .tensor(try TensorIndexing.get(indices, of: tensor))
    case .host(let object):
      // What declares elements of its own need not become a whole tensor first.
      if type(of: object).declaration.element.isUnknown, let tensor = try object.tensorValue() {
        return .tensor(try TensorIndexing.get(indices, of: tensor))
      }
      return try object.element(at: indices, context)
    default: break
    }
    guard indices.count == 1 else {
      if case .array(let array) = value, let first = indices.first {
        // `a[i, j]` on nested arrays reads like `a[i][j]`.
        return try get(Array(indices.dropFirst()), of: get([first], of: .array(array), context), context)
      }
      throw EvaluationError(
        "TypeError", "\(value.article) takes one index, got \(indices.count)",
        fix: "several indices go with a Tensor")
    }
    return try get(indices[0], of: value)
  }

  private static func get(_ index: Value, of value: Value) throws -> Value {
    switch value {
    case .array(let array):
      switch index {
      case .int(let number): return array.elements[try position(number, array.elements.count, "Array")]
      case .range(let range):
        return .array(of: Array(array.elements[try bounds(range, array.elements.count, "Array")]))
      default: throw badIndex(index, "an Array")
      }
    case .dictionary(let dictionary):
      guard index.isHashable else { throw badKey(index) }
      return dictionary.entries[index] ?? .nothing
    case .string(let text):
      switch index {
      case .int(let number):
        let characters = Array(text)
        return .string(String(characters[try position(number, characters.count, "String")]))
      case .range(let range):
        let characters = Array(text)
        return .string(String(characters[try bounds(range, characters.count, "String")]))
      default: throw badIndex(index, "a String")
      }
    case .tuple(let tuple):
      guard case .int(let number) = index else { throw badIndex(index, "a tuple") }
      return tuple.elements[try position(number, tuple.elements.count, "tuple")]
    case .range(let range):
      guard case .int(let number) = index, let integers = range.integers else {
        throw badIndex(index, "a Range")
      }
      return .int(integers.lowerBound + (try position(number, integers.saturatedCount, "Range")))
    case .nothing:
      throw EvaluationError(
        "TypeError", "nil has no elements", fix: "use ?[…] where a value may be missing, or if let")
    default: throw EvaluationError("TypeError", "\(value.article) has no elements to index")
    }
  }

  /// Changes `value[indices]` in place.
  static func modify(
    _ indices: [Value], of value: inout Value, _ context: EvaluationContext,
    _ body: (inout Value) throws -> Value
  ) throws -> Value {
    // Apart from the switch below, which holds on to the value: with a second owner, each change would copy the whole.
    if value.isArray {
      guard let first = indices.first else { return .void }
      if indices.count > 1 {
        return try modify([first], of: &value, context) { inner in
          try modify(Array(indices.dropFirst()), of: &inner, context, body)
        }
      }
      return try modifyArray(first, of: &value, body)
    }
    if value.isDictionary {
      guard indices.count == 1 else { throw EvaluationError("TypeError", "a Dictionary takes one key") }
      return try modifyDictionary(indices[0], of: &value, body)
    }
    switch value {
    case .tensor(let tensor):
      var part = Value.tensor(try TensorIndexing.get(indices, of: tensor))
      let result = try body(&part)
      value = .tensor(try TensorIndexing.set(indices, of: tensor, to: part))
      return result
    case .tuple(let tuple):
      guard indices.count == 1, case .int(let number) = indices[0] else {
        throw badIndex(indices.first ?? .nothing, "a tuple")
      }
      return try Members.modify(
        String(try position(number, tuple.elements.count, "tuple")), of: &value, context, body)
    case .host(let object):
      var part = try object.element(at: indices, context)
      let result = try body(&part)
      try object.setElement(at: indices, to: part, context)
      return result
    case .string:
      throw EvaluationError("TypeError", "a String's characters can't be assigned", fix: "make a new one")
    default: throw EvaluationError("TypeError", "\(value.article) has no elements to change")
    }
  }

  private static func modifyArray(
    _ index: Value, of value: inout Value, _ body: (inout Value) throws -> Value
  ) throws -> Value {
    let result = try value.withArray { elements -> Value in
      switch index {
      case .int(let number):
        let position = try position(number, elements.count, "Array")
        var element = Value.void
        swap(&element, &elements[position])
        defer { elements[position] = element }
        return try body(&element)
      case .range(let range):
        let bounds = try bounds(range, elements.count, "Array")
        var part = Value.array(of: Array(elements[bounds]))
        let result = try body(&part)
        guard case .array(let new) = part else {
          throw EvaluationError("TypeError", "a slice takes an Array, got \(part.article)")
        }
        elements.replaceSubrange(bounds, with: new.elements)
        return result
      default: throw badIndex(index, "an Array")
      }
    }
    return result ?? .void
  }

  private static func modifyDictionary(
    _ key: Value, of value: inout Value, _ body: (inout Value) throws -> Value
  ) throws -> Value {
    guard key.isHashable else { throw badKey(key) }
    let result = try value.withDictionary { entries -> Value in
      var element = entries.takeValue(key) ?? .nothing
      let wasThere = entries[key] != nil
      do {
        let result = try body(&element)
        entries[key] = element.isNothing ? nil : element
        try Limits.checkCount(entries.count)
        return result
      } catch {
        if wasThere { entries[key] = element }
        throw error
      }
    }
    return result ?? .void
  }

  /// An index made positive; negative ones count from the end.
  static func position(_ index: Int, _ count: Int, _ what: String) throws -> Int {
    let position = index < 0 ? index &+ count : index
    guard position >= 0, position < count else {
      let fix = count == 0 ? "it is empty" : "the last is \(count - 1), or -1 from the end"
      throw EvaluationError(
        "IndexError", "index \(index) is outside of \(withArticle(what)) of \(count)", fix: fix)
    }
    return position
  }

  /// A range made absolute; out of bounds is an error, never a clamp.
  static func bounds(_ range: RangeValue, _ count: Int, _ what: String) throws -> Range<Int> {
    func end(_ value: Value?, _ other: Int) throws -> Int {
      guard let value else { return other }
      guard case .int(let number) = value else { throw badIndex(value, withArticle(what)) }
      return number < 0 ? number &+ count : number
    }
    let low = try end(range.lower, 0)
    var high = try end(range.upper, count)
    if range.isClosed, range.upper != nil { high = high &+ 1 }
    guard low >= 0, high <= count, low <= high else {
      let text = Value.range(range).text
      throw EvaluationError(
        "IndexError", "\(text) is outside of \(withArticle(what)) of \(count)",
        fix: "indices go from 0 to \(max(0, count - 1))")
    }
    return low..<high
  }

  static func badIndex(_ index: Value, _ what: String) -> EvaluationError {
    EvaluationError("TypeError", "\(what) is indexed by an Int or a range, got \(index.article)")
  }

  static func badKey(_ key: Value) -> EvaluationError {
    EvaluationError(
      "TypeError", "\(key.article) can't be a dictionary's key", fix: "numbers, strings and truth values can")
  }

  static func backwards(_ start: Int, _ end: Int, _ isClosed: Bool) -> EvaluationError {
    EvaluationError(
      "ValueError", "the range \(start)\(isClosed ? "..." : "..<")\(end) ends before it begins",
      fix: "to count down: stride(from: \(start), \(isClosed ? "through" : "to"): \(end), by: -1)")
  }
}

extension Value {
  fileprivate var isArray: Bool {
    if case .array = self { return true }
    return false
  }

  fileprivate var isDictionary: Bool {
    if case .dictionary = self { return true }
    return false
  }
}
