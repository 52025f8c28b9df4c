/// A step's graph as it was met before, to be known again at a glance: a loop makes the same one at every step, and numbering
/// it anew takes longer than comparing.
///
/// Only graphs are kept in which nothing but parameters, tensors that are there and scalars stands at the ends, and in which a
/// gradient flows through everything else: of these nothing is ever computed beforehand.
final class GraphPattern {
  /// Where an operand comes from.
  private struct Source {
    let place: Int
    let output: Int
  }
  /// What stands at a place, inputs first.
  private struct Part {
    enum Kind { case candidate, given, scalar, operation, front }
    let kind: Kind
    /// Which candidate, or which of the nodes that stand for an application.
    let number: Int
    /// Which application, and whether this is the first of its nodes.
    let application: Int
    let isFirst: Bool
    let signature: Int
    let dependsOnParameter: Bool
    let types: [TensorType]
    let operation: (any TensorOp)?
    let template: GraphTemplate?
    let sources: [Source]
  }
  private let parts: [Part]
  private let results: [Source]
  private let candidateCount: Int
  private let applicationCount: Int
  private let leafCount: Int
  /// The plan, and how it is fed.
  let entry: PlanCache.Entry

  /// The pattern of a graph whose plan is known; nil where it isn't of the kind that is kept.
  init?(_ order: [Node], _ results: [Tensor], _ candidates: [Parameter], entry: PlanCache.Entry) {
    var places: [ObjectIdentifier: Int] = [:]
    var applications: [ObjectIdentifier: Int] = [:]
    var numbers: [ObjectIdentifier: Int] = [:]
    for (index, parameter) in candidates.enumerated() {
      numbers[ObjectIdentifier(parameter.tensor.node)] = index
    }
    func sources(_ tensors: [Tensor]) -> [Source]? {
      let found = tensors.compactMap { tensor in
        places[ObjectIdentifier(tensor.node)].map { Source(place: $0, output: tensor.output) }
      }
      return found.count == tensors.count ? found : nil
    }
    var parts: [Part] = []
    for node in order {
      var (kind, number, application, isFirst) = (Part.Kind.operation, 0, 0, false)
      if let candidate = numbers[ObjectIdentifier(node)] {
        guard node.isGiven else { return nil }
        (kind, number) = (.candidate, candidate)
      } else if node.isGiven {
        guard !node.isParameter else { return nil }
        kind = .given
      } else if node.isWaitingScalar {
        kind = .scalar
      } else {
        guard node.isWaitingInside else { return nil }
        if let whole = node.application {
          guard !whole.isPartlyEvaluated else { return nil }
          application = applications[ObjectIdentifier(whole)] ?? applications.count
          isFirst = application == applications.count
          applications[ObjectIdentifier(whole)] = application
          (kind, number) = (.front, node.front)
        }
      }
      let isInside = kind == .operation || kind == .front
      guard let operands = sources(isInside ? node.sources : []) else { return nil }
      places[ObjectIdentifier(node)] = parts.count
      parts.append(
        Part(
          kind: kind, number: number, application: application, isFirst: isFirst, signature: node.signature,
          dependsOnParameter: node.dependsOnParameter, types: node.types,
          operation: kind == .operation || kind == .scalar ? node.operation : nil,
          template: node.application?.template, sources: operands))
    }
    guard let found = sources(results) else { return nil }
    self.parts = parts
    self.results = found
    self.entry = entry
    candidateCount = candidates.count
    applicationCount = applications.count
    leafCount = parts.reduce(0) { count, part in
      part.kind == .candidate || part.kind == .given ? count + part.types.count : count
    }
  }

  /// What such a graph is computed from, in the order of its outline; nil for any other graph.
  func leaves(of wanted: [Tensor], _ candidates: [Parameter]) -> GraphLeaves? {
    guard wanted.count == results.count, candidates.count == candidateCount else { return nil }
    return withUnsafeTemporaryAllocation(of: Unmanaged<Node>?.self, capacity: parts.count) { nodes in
      withUnsafeTemporaryAllocation(of: Unmanaged<TemplateApplication>?.self, capacity: applicationCount) {
        applications in
        nodes.initialize(repeating: nil)
        applications.initialize(repeating: nil)
        guard match(wanted, candidates, nodes, applications) else { return nil }
        return leaves(nodes, applications)
      }
    }
  }

  /// Puts a node at its place, or says that another one stands there.
  private func put(
    _ tensors: [Tensor], at sources: [Source], _ nodes: UnsafeMutableBufferPointer<Unmanaged<Node>?>
  ) -> Bool {
    guard tensors.count == sources.count else { return false }
    for index in sources.indices {
      let source = sources[index]
      guard tensors[index].output == source.output else { return false }
      let node = Unmanaged.passUnretained(tensors[index].node)
      if let known = nodes[source.place] {
        guard known.toOpaque() == node.toOpaque() else { return false }
      } else {
        nodes[source.place] = node
      }
    }
    return true
  }

  /// Goes from the results to the ends; on success all nodes and applications are in place.
  private func match(
    _ wanted: [Tensor], _ candidates: [Parameter],
    _ nodes: UnsafeMutableBufferPointer<Unmanaged<Node>?>,
    _ applications: UnsafeMutableBufferPointer<Unmanaged<TemplateApplication>?>
  ) -> Bool {
    guard put(wanted, at: results, nodes) else { return false }
    for place in parts.indices.reversed() {
      guard let node = nodes[place]?.takeUnretainedValue() else { return false }
      switch parts[place].kind {
      case .candidate:
        guard candidates[parts[place].number].tensor.node === node, node.isGiven else { return false }
      case .given:
        guard !node.isParameter, node.isGiven, node.dependsOnParameter == parts[place].dependsOnParameter
        else { return false }
      case .scalar:
        guard node.isWaitingScalar, isSame(node, as: place) else { return false }
      case .operation:
        guard node.isWaitingInside, node.application == nil, isSame(node, as: place),
          put(node.sources, at: parts[place].sources, nodes)
        else { return false }
      case .front:
        guard let application = node.application, node.isWaitingInside, node.front == parts[place].number,
          application.template === parts[place].template, !application.isPartlyEvaluated
        else { return false }
        let whole = Unmanaged.passUnretained(application)
        if let known = applications[parts[place].application] {
          guard known.toOpaque() == whole.toOpaque() else { return false }
          continue
        }
        applications[parts[place].application] = whole
        guard put(application.inputs, at: parts[place].sources, nodes) else { return false }
        continue
      }
      // Mostly the same array, which is seen at once.
      guard node.types == parts[place].types else { return false }
    }
    return true
  }

  private func isSame(_ node: Node, as place: Int) -> Bool {
    guard node.signature == parts[place].signature, let operation = parts[place].operation else {
      return false
    }
    return node.operation.isEqual(to: operation)
  }

  private func leaves(
    _ nodes: UnsafeMutableBufferPointer<Unmanaged<Node>?>,
    _ applications: UnsafeMutableBufferPointer<Unmanaged<TemplateApplication>?>
  ) -> GraphLeaves? {
    var leaves = GraphLeaves()
    leaves.tensors.reserveCapacity(leafCount)
    for place in parts.indices {
      switch parts[place].kind {
      case .candidate, .given:
        guard let node = nodes[place]?.takeUnretainedValue() else { return nil }
        for output in 0..<node.types.count { leaves.tensors.append(Tensor(node, output)) }
      case .scalar:
        guard let node = nodes[place]?.takeUnretainedValue() else { return nil }
        leaves.scalars.append(node)
      case .front where parts[place].isFirst:
        guard let application = applications[parts[place].application]?.takeUnretainedValue() else {
          return nil
        }
        for draw in application.draws.indices { leaves.randoms.append(.drawn(application, draw)) }
      case .front, .operation: break
      }
    }
    return leaves
  }
}

extension Node {
  /// Whether it is a scalar whose number is given when the graph runs.
  fileprivate var isWaitingScalar: Bool { argument.scalar != nil && isLeaf && !isEvaluated }

  /// Whether it is to be computed, nothing of it is there yet, and a gradient flows through it.
  fileprivate var isWaitingInside: Bool {
    guard dependsOnParameter, !isLeaf, case .none = argument else { return false }
    return values.count == 1 ? values[0] == nil : values.allSatisfy { $0 == nil }
  }
}
