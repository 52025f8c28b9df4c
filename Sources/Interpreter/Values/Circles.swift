/// Variables and all that they hold, as a graph in which what is held from outside is found.
///
/// A node is whatever counts references: variables, closures, the storages of arrays, tuples and dictionaries, the buffers
/// in these (two storages may share one until one of them is changed), and methods with the values they belong to.
struct Circles {
  /// The nodes, variables first; nothing else here may hold one of them when references are counted.
  private var objects: [AnyObject] = []
  /// Which nodes each node holds, as often as it does.
  private var edges: [[Int]] = []
  private var places: [ObjectIdentifier: Int] = [:]
  private let variableCount: Int

  init(_ variables: [CapturedVariable]) {
    variableCount = variables.count
    for variable in variables { _ = add(variable) }
    var waiting: [(place: Int, value: Value)] = []
    for (place, variable) in variables.enumerated() {
      edges[place] = [child(variable.value, &waiting)].compactMap { $0 }
    }
    while let (place, value) = waiting.popLast() { edges[place] = children(of: value, &waiting) }
  }

  private mutating func add(_ object: AnyObject) -> Int {
    places[ObjectIdentifier(object)] = objects.count
    objects.append(object)
    edges.append([])
    return objects.count - 1
  }

  /// The node of a value that may hold others; new ones wait to be looked into.
  private mutating func child(_ value: Value, _ waiting: inout [(place: Int, value: Value)]) -> Int? {
    let object: AnyObject
    switch value {
    case .function(let function): object = function
    case .array(let storage): object = storage
    case .tuple(let storage): object = storage
    case .dictionary(let storage): object = storage
    case .builtin(let builtin): object = builtin
    default: return nil
    }
    if let known = places[ObjectIdentifier(object)] { return known }
    let place = add(object)
    waiting.append((place, value))
    return place
  }

  private mutating func children(of value: Value, _ waiting: inout [(place: Int, value: Value)]) -> [Int] {
    switch value {
    case .function(let function): function.captures.compactMap { places[ObjectIdentifier($0)] }
    case .array(let storage): buffer(storage.elements, &waiting)
    case .tuple(let storage): buffer(storage.elements, &waiting)
    case .dictionary(let storage): buffer(storage.entries.values, &waiting)
    case .builtin(let builtin): builtin.receiver.flatMap { child($0, &waiting) }.map { [$0] } ?? []
    default: []
    }
  }

  /// The node of a buffer of elements.
  private mutating func buffer(_ elements: [Value], _ waiting: inout [(place: Int, value: Value)]) -> [Int] {
    guard !elements.isEmpty, let owner = elements._owner else { return [] }
    if let known = places[ObjectIdentifier(owner)] { return [known] }
    let place = add(owner)
    edges[place] = elements.compactMap { child($0, &waiting) }
    return [place]
  }

  /// The numbers of the variables that nothing outside leads to.
  ///
  /// What more references point to than the nodes account for is held from outside: references that nobody here knows
  /// of keep a variable alive.
  var unreachable: [Int] {
    var held = Array(repeating: 0, count: objects.count)
    for place in edges.lazy.joined() { held[place] += 1 }
    // What a list costs in references is measured on an object that only a list holds.
    let alone = Self.references(to: [CapturedVariable(.void)], at: 0)
    var reached = Array(repeating: false, count: objects.count)
    var waiting = objects.indices.filter { Self.references(to: objects, at: $0) - alone > held[$0] }
    while let place = waiting.popLast() {
      guard !reached[place] else { continue }
      reached[place] = true
      waiting += edges[place]
    }
    return (0..<variableCount).filter { !reached[$0] }
  }

  @inline(never)
  private static func references(to list: [AnyObject], at index: Int) -> Int {
    Int(_getRetainCount(list[index]))
  }
}
