/// Whether two values are the same: what `==` means.
enum Equality {
  static func equal(_ a: Value, _ b: Value, _ context: EvaluationContext) throws -> Bool {
    var waiting = [(a, b)]
    var steps = 0
    // A worklist, so that deeply nested values can't exhaust the stack.
    while let (a, b) = waiting.popLast() {
      steps += 1
      if steps & 0xFFFF == 0 { try context.interruption.check() }
      switch (a, b) {
      case (.nothing, .nothing), (.void, .void): continue
      case (.bool(let x), .bool(let y)): if x != y { return false }
      case (.int(let x), .int(let y)): if x != y { return false }
      case (.string(let x), .string(let y)): if x != y { return false }
      case (.array(let x), .array(let y)):
        if x === y { continue }
        guard x.elements.count == y.elements.count else { return false }
        waiting += zip(x.elements, y.elements)
      case (.tuple(let x), .tuple(let y)):
        guard x.elements.count == y.elements.count else { return false }
        waiting += zip(x.elements, y.elements)
      case (.dictionary(let x), .dictionary(let y)):
        guard x.entries.count == y.entries.count else { return false }
        for (key, value) in zip(x.entries.keys, x.entries.values) {
          guard let other = y.entries[key] else { return false }
          waiting.append((value, other))
        }
      case (.range(let x), .range(let y)):
        guard x.isClosed == y.isClosed, x.lower?.number == y.lower?.number, x.upper?.number == y.upper?.number
        else {
          return false
        }
      case (.function(let x), .function(let y)): if x !== y { return false }
      case (.builtin(let x), .builtin(let y)): if x.declaration !== y.declaration { return false }
      case (.option(let x), .option(let y)): if x.text != y.text { return false }
      default:
        if let x = a.number, let y = b.number {
          if x != y { return false }
          continue
        }
        if let result = try TensorOperators.equal(a, b, context) {
          if !result { return false }
          continue
        }
        guard case .host(let x) = a, case .host(let y) = b else { return false }
        if x !== y { return false }
      }
    }
    return true
  }
}
