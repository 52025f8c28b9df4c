extension Value {
  /// Frees the values of a container that goes away, without recursion however deeply they are nested: a part nobody
  /// else holds hands over its own parts first.
  static func release(_ values: inout [Value]) {
    guard values.contains(where: \.isContainer) else { return }
    var waiting = values
    values = []
    while var value = waiting.popLast() { value.handOver(to: &waiting) }
  }

  /// Frees one value without recursion.
  static func release(_ value: inout Value) {
    guard value.isContainer else { return }
    var waiting = [value]
    value = .void
    while var value = waiting.popLast() { value.handOver(to: &waiting) }
  }

  private var isContainer: Bool {
    switch self {
    case .array, .tuple, .dictionary, .function, .builtin, .option: true
    default: false
    }
  }

  /// Moves the parts out, where nobody else holds them. The value lets go of its storage first, so that the storage is
  /// known to be held here alone.
  private mutating func handOver(to waiting: inout [Value]) {
    switch self {
    case .array(var storage):
      self = .void
      if isKnownUniquelyReferenced(&storage) {
        waiting.append(contentsOf: storage.elements.lazy.filter(\.isContainer))
        storage.elements = []
      }
    case .tuple(var storage):
      self = .void
      if isKnownUniquelyReferenced(&storage) {
        waiting.append(contentsOf: storage.elements.lazy.filter(\.isContainer))
        storage.elements = []
      }
    case .dictionary(var storage):
      self = .void
      if isKnownUniquelyReferenced(&storage) {
        waiting.append(contentsOf: storage.entries.takeValues().filter(\.isContainer))
      }
    case .function(var function):
      self = .void
      if isKnownUniquelyReferenced(&function) {
        for index in function.captures.indices where isKnownUniquelyReferenced(&function.captures[index]) {
          let cell = function.captures[index]
          if cell.value.isContainer { waiting.append(cell.value) }
          cell.value = .void
        }
      }
    case .builtin(var builtin):
      self = .void
      if isKnownUniquelyReferenced(&builtin), let receiver = builtin.takeReceiver() {
        waiting.append(receiver)
      }
    case .option(var option):
      self = .void
      if isKnownUniquelyReferenced(&option) { waiting.append(contentsOf: option.takeArguments()) }
    default: break
    }
  }
}
