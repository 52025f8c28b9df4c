/// A dictionary's entries in the order in which they were made, found by key in constant time.
package struct OrderedEntries {
  /// The keys in order.
  package private(set) var keys: [Value] = []
  /// The values in the same order.
  package private(set) var values: [Value] = []
  private var positions: [ValueKey: Int] = [:]

  /// Makes no entries.
  package init() {}

  /// How many there are.
  package var count: Int { keys.count }

  /// The value under a key. Setting `nil` removes the entry; a key that can't be hashed is ignored
  /// (``Value/isHashable`` tells beforehand).
  package subscript(key: Value) -> Value? {
    get {
      guard let position = positions[ValueKey(key)] else { return nil }
      return values[position]
    }
    set {
      let hashed = ValueKey(key)
      if let position = positions[hashed] {
        if let newValue { values[position] = newValue } else { remove(at: position, hashed) }
      } else if let newValue {
        positions[hashed] = keys.count
        keys.append(key)
        values.append(newValue)
      }
    }
  }

  private mutating func remove(at position: Int, _ key: ValueKey) {
    positions[key] = nil
    keys.remove(at: position)
    values.remove(at: position)
    for later in position..<keys.count { positions[ValueKey(keys[later])] = later }
  }

  /// Takes the value at a key out to change it in place; put back with the subscript.
  mutating func takeValue(_ key: Value) -> Value? {
    guard let position = positions[ValueKey(key)] else { return nil }
    let value = values[position]
    values[position] = .void
    return value
  }

  /// Gives all values away, when the storage is freed.
  mutating func takeValues() -> [Value] {
    defer { self = OrderedEntries() }
    return values
  }
}

/// A value as a dictionary's key.
struct ValueKey: Hashable {
  let value: Value

  init(_ value: Value) { self.value = value }

  static func == (left: ValueKey, right: ValueKey) -> Bool {
    switch (left.value, right.value) {
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Double(a) == b
    case (.string(let a), .string(let b)): a == b
    case (.nothing, .nothing): true
    case (.array(let a), .array(let b)): a.elements.map(ValueKey.init) == b.elements.map(ValueKey.init)
    case (.tuple(let a), .tuple(let b)): a.elements.map(ValueKey.init) == b.elements.map(ValueKey.init)
    case (.host(let a), .host(let b)): a === b
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch value {
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(Double(value))
    case .double(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let array): for element in array.elements { ValueKey(element).hash(into: &hasher) }
    case .tuple(let tuple): for element in tuple.elements { ValueKey(element).hash(into: &hasher) }
    case .host(let object): hasher.combine(ObjectIdentifier(object))
    default: break
    }
  }
}

extension Value {
  /// Whether it can be a dictionary's key: numbers, strings, truth values, references, and arrays and tuples of them.
  package var isHashable: Bool { isHashable(depth: 0) }

  private func isHashable(depth: Int) -> Bool {
    switch self {
    case .bool, .int, .double, .string, .nothing, .host: true
    case .array(let array): depth < 16 && array.elements.allSatisfy { $0.isHashable(depth: depth + 1) }
    case .tuple(let tuple): depth < 16 && tuple.elements.allSatisfy { $0.isHashable(depth: depth + 1) }
    default: false
    }
  }
}
