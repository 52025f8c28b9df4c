/// What an optimizer is given, numbered in the order it would run: losses of the same structure have the same gradients,
/// and so run the same plan.
///
/// Everything counts that gradients are made from: each operation and what it reads, the types of what is given, which
/// numbers are there already, and which of them are the parameters asked for. Numbers themselves don't.
struct LossGraph {
  /// Every node behind the results that matters for them and their gradients, inputs first.
  let order: [Node]
  private let results: [Tensor]
  private let places: [ObjectIdentifier: Int]

  /// Walks the graph behind `results`, with the gradient for `parameters` in mind.
  init(_ results: [Tensor], for parameters: [Parameter]) {
    self.results = results
    places = Dictionary(
      parameters.enumerated().map { (ObjectIdentifier($1.tensor.node), $0) },
      uniquingKeysWith: { first, _ in first })
    order = Walk.order(from: results.map(\.node), isEnd: \.isGiven)
  }

  /// Its structure, and what it was made from.
  func numbered() -> (key: ProgramKey, leaves: LossLeaves) {
    var key = ProgramKey()
    var leaves = LossLeaves()
    // No program's own structure begins like this.
    key.words = [-9, places.count]
    key.words.reserveCapacity(16 + 8 * order.count)
    key.operations.reserveCapacity(order.count)
    var count = 0
    for node in order {
      node.mark = count + 1
      count += node.types.count
      key.words.append(node.isParameter ? places[ObjectIdentifier(node)] ?? -2 : -1)
      for (output, value) in node.values.enumerated() where value != nil {
        leaves.tensors.append(Tensor(node, output))
      }
      if node.isGiven {
        // How the numbers came about is of no concern.
        key.words.append(-3)
        for type in node.types { key.add(type) }
        continue
      }
      key.operations.append(node.operation)
      key.words.append(node.signature)
      key.words.append(node.inputs.count)
      for input in node.inputs { key.words.append(input.node.mark - 1 + input.output) }
      for value in node.values { key.words.append(value == nil ? 0 : 1) }
      if node.inputs.isEmpty { for type in node.types { key.add(type) } }
      switch node.argument {
      case .none: break
      case .scalar: leaves.scalars.append(node)
      case .random: leaves.randoms.append(node)
      }
    }
    for result in results { key.words.append(result.node.mark - 1 + result.output) }
    for node in order { node.mark = 0 }
    return (key, leaves)
  }
}

extension Node {
  /// Whether its numbers are all there, and no gradient goes further.
  var isGiven: Bool { !values.contains { $0 == nil } && (!dependsOnParameter || inputs.isEmpty) }
}

/// What a loss is computed from, in the order of its graph.
struct LossLeaves {
  /// Numbers that are there already.
  var tensors: [Tensor] = []
  /// The nodes that are scalars and random draws.
  var scalars: [Node] = []
  var randoms: [Node] = []
}

/// How the plan of an optimizer's step is fed from the leaves of a loss.
struct StepFeed {
  /// One of the loss's leaves, or what belongs to the gradient's graph and is always the same.
  private enum Source<Value> {
    case leaf(Int)
    case fixed(Value)
  }
  private let tensors: [Source<Tensor>]
  private let scalars: [Source<Double>]
  private let randoms: [Source<Philox>]
  /// Which of the parameters asked for the step changes, in the order of the plan's gradients.
  let updated: [Int]

  init(_ flat: FlatGraph, from leaves: LossLeaves, updated: [Int]) {
    self.updated = updated
    var places: [Tensor.Handle: Int] = [:]
    for (place, tensor) in leaves.tensors.enumerated() { places[tensor.handle] = place }
    for (place, node) in leaves.scalars.enumerated() { places[Tensor(node).handle] = place }
    for (place, node) in leaves.randoms.enumerated() { places[Tensor(node).handle] = place }
    tensors = flat.arguments.map { tensor in places[tensor.handle].map { .leaf($0) } ?? .fixed(tensor) }
    scalars = zip(flat.scalarNodes, flat.scalars).map { node, value in
      places[Tensor(node).handle].map { .leaf($0) } ?? .fixed(value)
    }
    randoms = zip(flat.randomNodes, flat.randoms).map { node, value in
      places[Tensor(node).handle].map { .leaf($0) } ?? .fixed(value)
    }
  }

  /// What the plan is given for a loss with these leaves.
  func arguments(_ leaves: LossLeaves, for plan: any Plan, _ runtime: Runtime) throws -> PlanArguments {
    var buffers: [Buffer] = []
    buffers.reserveCapacity(tensors.count)
    for (source, layout) in zip(tensors, plan.argumentLayouts) {
      let tensor =
        switch source {
        case .leaf(let place): leaves.tensors[place]
        case .fixed(let tensor): tensor
        }
      buffers.append(try runtime.buffer(of: tensor, in: layout))
    }
    return PlanArguments(
      buffers: buffers,
      scalars: scalars.map { source in
        switch source {
        case .leaf(let place): leaves.scalars[place].argument.scalar ?? 0
        case .fixed(let value): value
        }
      },
      randoms: randoms.compactMap { source in
        switch source {
        case .leaf(let place): leaves.randoms[place].argument.random
        case .fixed(let value): value
        }
      })
  }
}
