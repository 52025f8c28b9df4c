/// The variables that a session's closures share with the functions around them.
///
/// A closure that calls itself by a variable holds the variable, and the variable holds the closure: counting references
/// never frees them. Whenever there are many more variables than before, those that nothing but such circles holds are
/// emptied. What counts as held from outside is what more references point to than closures and variables account for,
/// so that references nobody here knows of keep a variable alive.
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
    Circles(startingAt: first).unreachable.map { variable in
      defer { variable.value = .void }
      return variable.value
    }
  }
}

/// Variables and the closures they hold, as a graph in which what is held from outside is found.
private struct Circles {
  private var variables: [CapturedVariable] = []
  private var functions: [FunctionValue] = []
  private var indices: [ObjectIdentifier: Int] = [:]

  init(startingAt first: CapturedVariable?) {
    var next = first
    while let variable = next {
      variables.append(variable)
      next = variable.next
    }
    for variable in variables {
      guard case .function(let function) = variable.value, indices[ObjectIdentifier(function)] == nil else {
        continue
      }
      indices[ObjectIdentifier(function)] = functions.count
      functions.append(function)
    }
  }

  /// The variables that nothing outside leads to.
  var unreachable: [CapturedVariable] {
    var places: [ObjectIdentifier: Int] = [:]
    for (index, variable) in variables.enumerated() { places[ObjectIdentifier(variable)] = index }
    var held = (
      variables: Array(repeating: 0, count: variables.count),
      functions: Array(repeating: 0, count: functions.count)
    )
    for function in functions {
      for variable in function.captures {
        if let place = places[ObjectIdentifier(variable)] { held.variables[place] += 1 }
      }
    }
    for variable in variables {
      if case .function(let function) = variable.value, let index = indices[ObjectIdentifier(function)] {
        held.functions[index] += 1
      }
    }
    // Nothing but the lists may hold what is counted now: no variable of a loop, either. What a list like the two costs in
    // references is measured on an object that only a list holds.
    let alone = Self.references(to: [CapturedVariable(.void)], at: 0)
    var reached = Array(repeating: false, count: variables.count)
    var waiting: [Int] = []
    for index in variables.indices
    where Self.references(to: variables, at: index) - alone > held.variables[index] {
      waiting.append(index)
    }
    for index in functions.indices
    where Self.references(to: functions, at: index) - alone > held.functions[index] {
      waiting += functions[index].captures.compactMap { places[ObjectIdentifier($0)] }
    }
    while let index = waiting.popLast() {
      guard !reached[index] else { continue }
      reached[index] = true
      if case .function(let function) = variables[index].value {
        waiting += function.captures.compactMap { places[ObjectIdentifier($0)] }
      }
    }
    return variables.indices.filter { !reached[$0] }.map { variables[$0] }
  }

  @inline(never)
  private static func references<Object: AnyObject>(to list: [Object], at index: Int) -> Int {
    Int(_getRetainCount(list[index]))
  }
}

/// A variable that a closure shares with the function around it.
package final class CapturedVariable {
  /// What it holds.
  package var value: Value
  fileprivate unowned(unsafe) var family: CapturedVariables?
  fileprivate unowned(unsafe) var previous: CapturedVariable?
  fileprivate unowned(unsafe) var next: CapturedVariable?

  fileprivate init(_ value: Value) { self.value = value }

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
