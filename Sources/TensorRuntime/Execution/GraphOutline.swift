/// What is to be computed, numbered in the order it would run: graphs of the same outline run the same plan, and losses
/// of the same outline have the same gradients.
///
/// Everything counts that plans and gradients are made from: each operation and what it reads, the types of what is
/// given, which numbers are there already, and which of them are the parameters asked for. Numbers themselves don't.
/// What a template was applied to counts as a whole, without a look at what stands within.
struct GraphOutline {
  /// What is asked for.
  enum Purpose {
    /// The results alone: what is there already ends the walk.
    case values
    /// A loss and its gradients, which go on through numbers that are there.
    case loss
  }
  /// Every node behind the results that matters, inputs first.
  let order: [Node]
  private let results: [Tensor]
  private let purpose: Purpose

  /// Walks the graph behind `results`.
  init(_ results: [Tensor], for purpose: Purpose) {
    self.results = results
    self.purpose = purpose
    order = Walk.order(
      from: results.map(\.node), opening: false,
      isEnd: purpose == .loss ? { $0.isGiven } : { $0.isEvaluated })
  }

  /// Parameters whose first value was never computed, inputs first.
  var uncomputed: [Tensor] {
    order.filter { $0.isParameter && $0.values[0] == nil }.map { Tensor($0) }
  }

  /// Its structure with the gradients for `parameters` in mind, and what it was made from.
  func numbered(for parameters: [Parameter] = []) -> (key: ProgramKey, leaves: GraphLeaves) {
    for (index, parameter) in parameters.enumerated() { parameter.tensor.node.parameterNumber = index + 1 }
    var key = ProgramKey()
    var leaves = GraphLeaves()
    // No program's own structure begins like this.
    key.words.reserveCapacity(16 + 12 * order.count)
    key.types.reserveCapacity(order.count)
    key.words.append(purpose == .loss ? -9 : -8)
    key.words.append(parameters.count)
    leaves.tensors.reserveCapacity(order.count)
    var count = 0
    for node in order {
      node.mark = count + 1
      count += node.types.count
      key.words.append(!node.isParameter ? -1 : node.parameterNumber == 0 ? -2 : node.parameterNumber - 1)
      for output in node.values.indices where node.values[output] != nil {
        leaves.tensors.append(Tensor(node, output))
      }
      if purpose == .loss ? node.isGiven : node.isEvaluated {
        // How the numbers came about is of no concern.
        key.words.append(-3)
        key.types.append(node.types)
        continue
      }
      if let application = node.application {
        number(application, into: &key, &leaves)
        key.words.append(node.front)
      } else {
        key.operations.append(node.operation)
        let inputs = node.sources
        key.words.append(inputs.count)
        for input in inputs { key.words.append(input.node.mark - 1 + input.output) }
        if inputs.isEmpty { key.types.append(node.types) }
        switch node.argument {
        case .none: break
        case .scalar: leaves.scalars.append(node)
        case .random: leaves.randoms.append(.node(node))
        }
      }
      key.words.append(node.signature)
      for value in node.values { key.words.append(value == nil ? 0 : 1) }
    }
    for result in results { key.words.append(result.node.mark - 1 + result.output) }
    for node in order {
      node.mark = 0
      node.application?.mark = 0
    }
    for parameter in parameters { parameter.tensor.node.parameterNumber = 0 }
    return (key, leaves)
  }

  /// Adds a template's application, at the first of the nodes that stand for it, or another one of these.
  private func number(
    _ application: TemplateApplication, into key: inout ProgramKey, _ leaves: inout GraphLeaves
  ) {
    let isFirst = application.mark == 0
    if isFirst {
      leaves.applicationCount += 1
      application.mark = leaves.applicationCount
    }
    key.words.append(-7)
    key.words.append(application.mark)
    guard isFirst else { return }
    key.templates.append(application.template)
    key.words.append(application.template.signature)
    for input in application.inputs { key.words.append(input.node.mark - 1 + input.output) }
    for draw in application.draws.indices { leaves.randoms.append(.drawn(application, draw)) }
  }
}

extension Node {
  /// Whether all its numbers are there.
  var isEvaluated: Bool { values.count == 1 ? values[0] != nil : !values.contains { $0 == nil } }
  /// Whether its numbers are all there, and no gradient goes further.
  var isGiven: Bool { isEvaluated && (!dependsOnParameter || isLeaf) }
}

/// What a graph is computed from, in the order of its outline.
struct GraphLeaves {
  /// A random draw.
  enum Draw {
    case node(Node)
    /// One that an application of a template was given.
    case drawn(TemplateApplication, Int)

    var random: Philox? {
      switch self {
      case .node(let node): node.argument.random
      case .drawn(let application, let number): application.draws[number]
      }
    }
    /// The nodes it stands in.
    var nodes: [Node] {
      switch self {
      case .node(let node): [node]
      case .drawn(let application, let number):
        application.drawnNodes.filter { $0.draw == number }.map(\.node)
      }
    }
  }
  /// Numbers that are there already.
  var tensors: [Tensor] = []
  /// The nodes that are scalars.
  var scalars: [Node] = []
  var randoms: [Draw] = []
  var applicationCount = 0
}

/// How a plan is fed from the leaves of a graph.
struct PlanFeed {
  /// One of the leaves, or what belongs to a template or to the gradient's graph and is always the same.
  private enum Source<Value> {
    case leaf(Int)
    case fixed(Value)
  }
  private let tensors: [Source<Tensor>]
  private let scalars: [Source<Double>]
  private let randoms: [Source<Philox>]
  /// Which of the parameters asked for a step changes, in the order of the plan's gradients.
  let updated: [Int]
  private let isOneByOne: Bool

  init(_ flat: FlatGraph, from leaves: GraphLeaves, updated: [Int] = []) {
    self.updated = updated
    isOneByOne = updated.enumerated().allSatisfy { $0 == $1 }
    var places: [Tensor.Handle: Int] = [:]
    for (place, tensor) in leaves.tensors.enumerated() { places[tensor.handle] = place }
    for (place, node) in leaves.scalars.enumerated() { places[Tensor(node).handle] = place }
    for (place, draw) in leaves.randoms.enumerated() {
      for node in draw.nodes { places[Tensor(node).handle] = place }
    }
    tensors = flat.arguments.map { tensor in places[tensor.handle].map { .leaf($0) } ?? .fixed(tensor) }
    scalars = zip(flat.scalarNodes, flat.scalars).map { node, value in
      places[Tensor(node).handle].map { .leaf($0) } ?? .fixed(value)
    }
    randoms = zip(flat.randomNodes, flat.randoms).map { node, value in
      places[Tensor(node).handle].map { .leaf($0) } ?? .fixed(value)
    }
  }

  /// Whether a step changes all of `count` parameters asked for.
  func updatesAll(_ count: Int) -> Bool { isOneByOne && updated.count == count }

  /// What the plan is given for a graph with these leaves.
  func arguments(_ leaves: GraphLeaves, for plan: any Plan, _ runtime: Runtime) throws -> PlanArguments {
    let layouts = plan.argumentLayouts
    var buffers: [Buffer] = []
    buffers.reserveCapacity(tensors.count)
    for (index, source) in tensors.enumerated() {
      let tensor =
        switch source {
        case .leaf(let place): leaves.tensors[place]
        case .fixed(let tensor): tensor
        }
      buffers.append(try runtime.buffer(of: tensor, in: layouts[index]))
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
        case .leaf(let place): leaves.randoms[place].random
        case .fixed(let value): value
        }
      })
  }
}
