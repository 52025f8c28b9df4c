/// The variables that a session's closures share with the functions around them.
///
/// A closure that calls itself by a variable holds the variable, and the variable holds the closure, be it in an array or
/// another value: counting references never frees them. Whenever there are many more variables than before, and when the
/// session ends, those that nothing but such circles holds are emptied (``Circles``).
final class CapturedVariables {
  /// How many variables there are before circles are looked for.
  private let start: Int
  private var threshold: Int
  private(set) var count = 0
  fileprivate unowned(unsafe) var first: CapturedVariable?

  init(start: Int = 4096) {
    self.start = start
    threshold = start
  }

  deinit {
    var next = first
    while let variable = next {
      next = variable.next
      variable.leave()
    }
  }

  func make(_ value: Value) -> CapturedVariable {
    let variable = CapturedVariable(value)
    if count >= threshold { emptyCircles() }
    variable.join(self)
    count += 1
    return variable
  }

  fileprivate func left() { count -= 1 }

  /// Empties the variables that only closures hold which only such variables hold.
  func emptyCircles() {
    var values = takeUnreachable()
    Value.release(&values)
    threshold = max(start, 2 * count)
  }

  private func takeUnreachable() -> [Value] {
    unreachable().map { variable in
      defer { variable.value = .void }
      return variable.value
    }
  }

  private func unreachable() -> [CapturedVariable] {
    let places = circles().unreachable
    let variables = all()
    return places.map { variables[$0] }
  }

  /// The graph; the list it is made of is gone when references are counted.
  private func circles() -> Circles { Circles(all()) }

  /// The variables there are, in one order.
  private func all() -> [CapturedVariable] {
    var variables: [CapturedVariable] = []
    variables.reserveCapacity(count)
    var next = first
    while let variable = next {
      variables.append(variable)
      next = variable.next
    }
    return variables
  }
}

/// A variable that a closure shares with the function around it.
package final class CapturedVariable {
  /// What it holds.
  package var value: Value
  fileprivate unowned(unsafe) var family: CapturedVariables?
  fileprivate unowned(unsafe) var previous: CapturedVariable?
  fileprivate unowned(unsafe) var next: CapturedVariable?

  init(_ value: Value) { self.value = value }

  deinit {
    if let family {
      previous?.next = next
      next?.previous = previous
      if family.first === self { family.first = next }
      family.left()
    }
    Value.release(&value)
  }

  fileprivate func join(_ family: CapturedVariables) {
    self.family = family
    next = family.first
    next?.previous = self
    family.first = self
  }

  fileprivate func leave() { (family, previous, next) = (nil, nil, nil) }
}
