import Synchronization

/// What a node is given when it runs, beyond its inputs: not part of a plan's key, so other values reuse the plan.
package enum RunTimeArgument {
  /// Nothing.
  case none
  /// The number a scalar constant stands for.
  case scalar(Double)
  /// Seed and stream of a random draw.
  case random(Philox)

  /// The number, where it is one.
  var scalar: Double? { if case .scalar(let value) = self { value } else { nil } }
  /// The draw, where it is one.
  var random: Philox? { if case .random(let value) = self { value } else { nil } }
}

/// One operation of a graph with its inputs, and the numbers once they are computed.
///
/// Nodes belong to one thread at a time. Freeing a chain of them is iterative, however long it is. Walks read and write
/// each node's fields one after the other: having the language check that no two accesses overlap would take as long as
/// the walks themselves.
package final class Node {
  /// What it computes.
  package let operation: any TensorOp
  /// What it computes it from; empty once nobody needs the way to the numbers any more.
  package var inputs: [Tensor] {
    if let application { application.open(for: self) }
    return ownInputs
  }
  @exclusivity(unchecked) private var ownInputs: [Tensor]
  /// The application of a template it stands for, until somebody asks for its inputs.
  @exclusivity(unchecked) private(set) var application: TemplateApplication?
  /// Which of the nodes that stand for it this is.
  let front: Int
  /// The types of its results.
  package let types: [TensorType]
  /// What it is given when it runs.
  package let argument: RunTimeArgument
  /// The numbers of each result that has been computed.
  @exclusivity(unchecked) package internal(set) var values: [Buffer?]
  /// Whether this is the current or a former value of a parameter.
  package let isParameter: Bool
  /// The parameter whose current value this is. It takes itself off when it gets another value or ends: a weak reference
  /// would make each use of the parameter slower.
  unowned(unsafe) var parameter: Parameter?
  /// Whether a parameter's value is somewhere behind it, so that a gradient may flow through it.
  package let dependsOnParameter: Bool
  /// How many nodes that wait to be computed stand behind it at most, in a chain.
  package let pendingDepth: Int
  /// A hash of the operation and its parameters.
  let signature: Int
  /// When it was made.
  let made: GraphMoment
  /// Whether it was computed on the way to something else, and the numbers were dropped.
  var wasPassed = false
  /// Scratch for one walk at a time; 0 between walks.
  @exclusivity(unchecked) var mark = 0

  /// Scratch for numbering a loss: which of the parameters asked for it is, counted from 1; 0 otherwise.
  @exclusivity(unchecked) var parameterNumber = 0

  init(
    _ operation: some TensorOp, _ inputs: [Tensor], types: [TensorType], argument: RunTimeArgument = .none,
    value: Buffer? = nil, isParameter: Bool = false
  ) {
    self.operation = operation
    ownInputs = inputs
    self.types = types
    self.argument = argument
    self.isParameter = isParameter
    signature = operation.signature
    front = 0
    made = .now()
    values = types.count == 1 ? [value] : [Buffer?](repeating: nil, count: types.count)
    if types.count > 1, value != nil { values[0] = value }
    dependsOnParameter =
      isParameter || (inputs.contains { $0.node.dependsOnParameter } && !(operation is Detach))
    pendingDepth = value == nil && !inputs.isEmpty ? Node.depth(behind: inputs) + 1 : 0
  }

  /// A node of a template: on inputs of its own, or standing for an application.
  init(
    _ step: GraphTemplate.Step, _ inputs: [Tensor], standingFor application: TemplateApplication?,
    as front: Int = 0, argument: RunTimeArgument, made: GraphMoment, dependsOnParameter: Bool,
    pendingDepth: Int
  ) {
    operation = step.operation
    ownInputs = inputs
    self.application = application
    self.front = front
    types = step.types
    self.argument = argument
    isParameter = false
    signature = step.signature
    self.made = made
    values = step.types.count == 1 ? [nil] : [Buffer?](repeating: nil, count: step.types.count)
    self.dependsOnParameter = dependsOnParameter
    self.pendingDepth = pendingDepth
  }

  /// How many nodes wait behind one of these at most, in a chain.
  static func depth(behind inputs: [Tensor]) -> Int {
    var depth = 0
    for input in inputs where input.node.values[input.output] == nil {
      depth = max(depth, input.node.pendingDepth)
    }
    return depth
  }

  /// What stands behind it: with an application as a whole, unless some of that is known already.
  var sources: [Tensor] {
    if let application, !application.isPartlyEvaluated { return application.inputs }
    return inputs
  }

  /// Whether nothing stands behind it.
  var isLeaf: Bool { ownInputs.isEmpty && application == nil }

  /// Puts what stands within its application in that one's place.
  func open(_ inputs: [Tensor]) {
    ownInputs = inputs
    application = nil
  }

  /// Lets go of the way to the numbers, where all of them are there.
  func forgetInputs() {
    guard !isLeaf, !values.contains(where: { $0 == nil }) else { return }
    release()
  }

  deinit { release() }

  /// Frees the nodes behind it without recursion: one nobody else holds hands over what it holds first.
  private func release() {
    guard !isLeaf else { return }
    var waiting: [Tensor] = []
    handOver(to: &waiting)
    while var tensor = waiting.popLast() {
      if isKnownUniquelyReferenced(&tensor.node) { tensor.node.handOver(to: &waiting) }
    }
  }

  private func handOver(to waiting: inout [Tensor]) {
    if waiting.isEmpty {
      swap(&waiting, &ownInputs)
    } else if !ownInputs.isEmpty {
      waiting.append(contentsOf: ownInputs)
      ownInputs = []
    }
    guard application != nil else { return }
    if isKnownUniquelyReferenced(&application), let application {
      waiting.append(contentsOf: application.inputs)
      application.inputs = []
    }
    application = nil
  }
}

/// A moment in the making of graphs: tells the nodes made before it from those made after it.
package struct GraphMoment: Comparable {
  private let count: Int
  private static let last = Atomic<Int>(0)

  /// The present.
  package static func now() -> GraphMoment {
    GraphMoment(count: last.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  package static func < (left: GraphMoment, right: GraphMoment) -> Bool { left.count < right.count }
}

/// A value on its way: a handle on one result of a graph's node. Copying it copies nothing.
package struct Tensor {
  /// The node that computes it.
  package internal(set) var node: Node
  /// Which of the node's results it is.
  package let output: Int

  init(_ node: Node, _ output: Int = 0) {
    self.node = node
    self.output = output
  }

  /// Shape and element type.
  package var type: TensorType { node.types[output] }
  /// The lengths of the axes.
  package var shape: Shape { node.types[output].shape }
  /// What one element is.
  package var elementType: ElementType { node.types[output].elementType }
  /// How many axes there are.
  package var rank: Int { shape.rank }
  /// Whether its numbers are there already.
  package var isEvaluated: Bool { node.values[output] != nil }
  /// How many operations in a row wait to be computed: whoever builds long chains evaluates now and then.
  package var pendingDepth: Int { isEvaluated ? 0 : node.pendingDepth }
  /// Whether a parameter stands behind it.
  package var dependsOnParameter: Bool { node.dependsOnParameter }

  /// Whether this is the very same result of the very same node.
  package func isSame(as other: Tensor) -> Bool { node === other.node && output == other.output }

  /// Adds an operation to the graph: checks the shapes and that the results can exist at all.
  package static func apply(
    _ operation: some TensorOp, _ inputs: [Tensor], argument: RunTimeArgument = .none
  ) throws -> [Tensor] {
    let types = try operation.outputTypes(inputs.map(\.type))
    // A recorded body has a symbolic batch: whether it fits is known when it is applied.
    for type in types where type.byteCount > MachineMemory.limit && !type.shape.isSymbolic {
      throw MemoryError(
        "\(operation.name) with the result \(type)", bytes: type.byteCount, limit: MachineMemory.limit)
    }
    for type in types { try type.shape.checkAxes(operation.name) }
    let node = Node(operation, inputs, types: types, argument: argument)
    return types.indices.map { Tensor(node, $0) }
  }

  /// Adds an operation with one result.
  package static func one(
    _ operation: some TensorOp, _ inputs: [Tensor], argument: RunTimeArgument = .none
  ) throws -> Tensor {
    try apply(operation, inputs, argument: argument)[0]
  }
}
