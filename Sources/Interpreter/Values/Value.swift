import TensorRuntime

/// Anything a program can compute: what variables hold, functions take and give back.
///
/// Numbers, strings, arrays, tuples, dictionaries, ranges and tensors are values: a copy never changes with its
/// original. Containers share their storage until one of the owners writes. Host objects have identity.
package enum Value {
  /// What a function without a result gives; also what a variable holds before it has a value.
  case void
  /// `nil`
  case nothing
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array(ArrayValue)
  case tuple(TupleValue)
  case dictionary(DictionaryValue)
  case range(RangeValue)
  case tensor(Tensor)
  /// A function or closure written in the language.
  case function(FunctionValue)
  /// A function of the library, or a method of it with the value it belongs to.
  case builtin(BuiltinValue)
  /// A leading-dot option that hasn't met its parameter yet: `.adam(lr: 1e-3)`.
  case option(OptionValue)
  /// A model, layer, optimizer, data set, …: a reference.
  case host(any HostObject)

  /// An array of these values.
  package static func array(of elements: [Value]) -> Value { .array(ArrayValue(elements)) }
  /// An array of whole numbers, as shapes are.
  package static func ints(_ numbers: [Int]) -> Value { .array(ArrayValue(numbers.map { .int($0) })) }
  /// An array of strings.
  package static func strings(_ strings: [String]) -> Value {
    .array(ArrayValue(strings.map { .string($0) }))
  }
  /// A tuple with labels: `.tuple(("loss", .double(0.1)), ("step", .int(3)))`.
  package static func tuple(_ elements: (label: String?, value: Value)...) -> Value {
    .tuple(TupleValue(labels: elements.map(\.label), elements: elements.map(\.value)))
  }
  /// A dictionary with these entries in this order.
  package static func dictionary(of entries: [(key: String, value: Value)]) -> Value {
    let dictionary = DictionaryValue()
    for entry in entries { dictionary.entries[.string(entry.key)] = entry.value }
    return .dictionary(dictionary)
  }
}

/// The storage of an array.
package final class ArrayValue {
  /// Its elements.
  package var elements: [Value]

  /// Makes the storage of an array.
  package init(_ elements: [Value]) { self.elements = elements }

  deinit { Value.release(&elements) }
}

/// The storage of a tuple.
package final class TupleValue {
  /// The label of each element, `nil` where it has none.
  package let labels: [String?]
  /// Its elements.
  package var elements: [Value]

  /// Makes a tuple; without labels all are unlabelled.
  package init(labels: [String?]? = nil, elements: [Value]) {
    self.labels = labels ?? Array(repeating: nil, count: elements.count)
    self.elements = elements
  }

  /// Where the element called `name` stands: by label, or by position (`0`, `1`, …).
  package func position(of name: String) -> Int? {
    if let position = labels.firstIndex(of: name) { return position }
    guard let position = Int(name), elements.indices.contains(position) else { return nil }
    return position
  }

  deinit { Value.release(&elements) }
}

/// The storage of a dictionary; entries keep the order in which they were made.
package final class DictionaryValue {
  /// Its entries.
  package var entries: OrderedEntries

  /// Makes an empty dictionary, or one with entries.
  package init(_ entries: OrderedEntries = OrderedEntries()) { self.entries = entries }

  deinit {
    var values = entries.takeValues()
    Value.release(&values)
  }
}

/// A range as written: `a..<b`, `a...b`, `a...`, `..<b`, `...`.
package final class RangeValue {
  /// Where it begins: an Int or a Double, `nil` for the beginning.
  package let lower: Value?
  /// Where it ends: an Int or a Double, `nil` for the end.
  package let upper: Value?
  /// Whether the end belongs to it.
  package let isClosed: Bool

  /// Makes a range from its ends.
  package init(lower: Value?, upper: Value?, isClosed: Bool) {
    self.lower = lower
    self.upper = upper
    self.isClosed = isClosed
  }

  /// The whole numbers in it, where both ends are whole numbers (no end: as far as they go).
  package var integers: Range<Int>? {
    var low = 0
    var high = Int.max
    if let lower {
      guard case .int(let number) = lower else { return nil }
      low = number
    }
    if let upper {
      guard case .int(let number) = upper else { return nil }
      let (next, overflow) = number.addingReportingOverflow(isClosed ? 1 : 0)
      high = overflow ? Int.max : next
    }
    return low <= high ? low..<high : nil
  }

  /// Whether a number lies in it.
  package func contains(_ number: Value) -> Bool {
    guard let x = number.number else { return false }
    if let low = lower?.number, x < low { return false }
    if let high = upper?.number, isClosed ? x > high : x >= high { return false }
    return true
  }
}

extension Range where Bound == Int {
  /// How many numbers there are, or the largest Int where there are more.
  var saturatedCount: Int {
    let (count, overflow) = upperBound.subtractingReportingOverflow(lowerBound)
    return overflow ? Int.max : count
  }
}

extension Value {
  /// The number, where it is an Int or a Double.
  package var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }

  /// Whether there is no value at all.
  package var isVoid: Bool {
    if case .void = self { return true }
    return false
  }

  /// Whether it is `nil`.
  package var isNothing: Bool {
    if case .nothing = self { return true }
    return false
  }

  /// Changes an array in place, without copying it where nobody else holds it. `nil` where it isn't an array.
  mutating func withArray<Result>(_ body: (inout [Value]) throws -> Result) rethrows -> Result? {
    guard case .array(var storage) = self else { return nil }
    self = .void
    defer { self = .array(storage) }
    if !isKnownUniquelyReferenced(&storage) { storage = ArrayValue(storage.elements) }
    return try body(&storage.elements)
  }

  /// Changes a dictionary in place. `nil` where it isn't a dictionary.
  mutating func withDictionary<Result>(_ body: (inout OrderedEntries) throws -> Result) rethrows -> Result? {
    guard case .dictionary(var storage) = self else { return nil }
    self = .void
    defer { self = .dictionary(storage) }
    if !isKnownUniquelyReferenced(&storage) { storage = DictionaryValue(storage.entries) }
    return try body(&storage.entries)
  }

  /// Changes a tuple's elements in place. `nil` where it isn't a tuple.
  mutating func withTuple<Result>(_ body: (inout [Value]) throws -> Result) rethrows -> Result? {
    guard case .tuple(var storage) = self else { return nil }
    self = .void
    defer { self = .tuple(storage) }
    if !isKnownUniquelyReferenced(&storage) {
      storage = TupleValue(labels: storage.labels, elements: storage.elements)
    }
    return try body(&storage.elements)
  }
}
