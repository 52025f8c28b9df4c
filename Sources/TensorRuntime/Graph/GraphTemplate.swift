/// A part of a graph without its numbers, made again and again on inputs of the same types: what a network does.
///
/// Applying it makes one node for each result, whatever stands within. The others are made where somebody looks behind
/// these (``Node/inputs``); who only wants to know whether two graphs are alike compares templates.
package final class GraphTemplate {
  /// A value within: an output of an input or of a step, inputs counted first.
  struct Place: Hashable {
    let index: Int
    let output: Int
  }
  /// What a step is given when it runs.
  enum Argument: Hashable {
    case none
    case scalar(Double)
    case random(Philox)
    /// One of the draws of each application.
    case drawn(Int)
  }
  /// One operation.
  struct Step {
    let operation: any TensorOp
    let signature: Int
    let inputs: [Place]
    let types: [TensorType]
    let argument: Argument
  }
  /// A step whose node stands for an application, and what is known of it beforehand.
  struct Front {
    let step: Int
    /// The inputs a gradient may flow to.
    let reach: [Int]
    /// How many steps are behind it at most, in a chain, itself included.
    let depth: Int
  }
  let inputTypes: [TensorType]
  let steps: [Step]
  /// How many random draws an application takes.
  package let drawCount: Int
  /// Equal for equal templates.
  let signature: Int
  private let results: [Place]
  let fronts: [Front]
  /// Where the front of each result stands, where it is one.
  private let frontOfResult: [Int?]

  /// Makes a template of what stands between `inputs` and `results`, and returns it with what else is given: parameters
  /// and tensors that are there already, which an application wants behind the inputs. Random draws among `draws` are
  /// drawn anew for each application, in their order.
  package static func record(_ results: [Tensor], on inputs: [Tensor], draws: [Philox]) -> (
    template: GraphTemplate, given: [Tensor]
  ) {
    let order = Walk.order(from: results.map(\.node), stoppingAt: inputs.map(\.node)) { node in
      node.isParameter || !node.values.contains { $0 == nil }
    }
    let known = Set(inputs.map { ObjectIdentifier($0.node) })
    let given = order.filter { node in
      (node.isParameter || !node.values.contains { $0 == nil }) && !known.contains(ObjectIdentifier(node))
    }.flatMap { node in node.types.indices.map { Tensor(node, $0) } }
    return (GraphTemplate(order, results, inputs + given, draws), given)
  }

  private init(_ order: [Node], _ results: [Tensor], _ inputs: [Tensor], _ draws: [Philox]) {
    inputTypes = inputs.map(\.type)
    drawCount = draws.count
    var places: [Tensor.Handle: Place] = [:]
    for (index, input) in inputs.enumerated() { places[input.handle] = Place(index: index, output: 0) }
    let streams = Dictionary(draws.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var steps: [Step] = []
    var reaches: [Set<Int>] = inputs.indices.map { [$0] }
    var depths = inputs.map { _ in 0 }
    for node in order where places[Tensor(node).handle] == nil {
      let index = inputs.count + steps.count
      for output in node.types.indices {
        places[Tensor(node, output).handle] = Place(index: index, output: output)
      }
      let operands = node.inputs.compactMap { places[$0.handle] }
      let argument: Argument =
        switch node.argument {
        case .none: .none
        case .scalar(let value): .scalar(value)
        case .random(let draw): streams[draw].map { .drawn($0) } ?? .random(draw)
        }
      steps.append(
        Step(
          operation: node.operation, signature: node.signature, inputs: operands, types: node.types,
          argument: argument))
      reaches.append(
        node.operation is Detach ? [] : operands.reduce(into: []) { $0.formUnion(reaches[$1.index]) })
      depths.append(operands.isEmpty ? 0 : 1 + (operands.map { depths[$0.index] }.max() ?? 0))
    }
    self.steps = steps
    self.results = results.compactMap { places[$0.handle] }
    var fronts: [Front] = []
    frontOfResult = self.results.map { place in
      guard place.index >= inputs.count else { return nil }
      let step = place.index - inputs.count
      if let known = fronts.firstIndex(where: { $0.step == step }) { return known }
      fronts.append(Front(step: step, reach: reaches[place.index].sorted(), depth: depths[place.index]))
      return fronts.count - 1
    }
    self.fronts = fronts
    var hasher = Hasher()
    hasher.combine(inputTypes)
    for step in steps {
      hasher.combine(step.signature)
      hasher.combine(step.inputs)
      hasher.combine(step.argument)
    }
    signature = hasher.finalize()
  }

  /// The results on these inputs, what is given included, with these draws. What stands behind is made when it is asked
  /// for. Throws a `TensorError` for other inputs than it was recorded on.
  package func apply(to inputs: [Tensor], draws: [Philox]) throws -> [Tensor] {
    guard inputs.count == inputTypes.count, draws.count == drawCount,
      zip(inputs, inputTypes).allSatisfy({ $0.node.types[$0.output] == $1 })
    else { throw TensorError("template", "its inputs have other types than it was recorded for") }
    let application = TemplateApplication(self, inputs, draws)
    let behind = Node.depth(behind: inputs)
    let nodes = fronts.enumerated().map { number, front in
      Node(
        steps[front.step], [], standingFor: application, as: number,
        argument: argument(of: steps[front.step], draws), made: application.made,
        dependsOnParameter: front.reach.contains { inputs[$0].node.dependsOnParameter },
        pendingDepth: front.depth + behind)
    }
    if nodes.count > 1 {
      application.fronts = nodes.map { TemplateApplication.Front(node: $0) }
    }
    return zip(results, frontOfResult).map { place, front in
      front.map { Tensor(nodes[$0], place.output) } ?? inputs[place.index]
    }
  }

  func argument(of step: Step, _ draws: [Philox]) -> RunTimeArgument {
    switch step.argument {
    case .none: .none
    case .scalar(let value): .scalar(value)
    case .random(let draw): .random(draw)
    case .drawn(let number): .random(draws[number])
    }
  }

  /// Whether another template does the same.
  func isEqual(to other: GraphTemplate) -> Bool {
    if self === other { return true }
    return signature == other.signature && inputTypes == other.inputTypes && drawCount == other.drawCount
      && steps.count == other.steps.count
      && zip(steps, other.steps).allSatisfy {
        $0.inputs == $1.inputs && $0.argument == $1.argument && $0.types == $1.types
          && $0.operation.isEqual(to: $1.operation)
      }
  }
}

/// One application of a template: what the nodes that stand for it have in common.
final class TemplateApplication {
  /// A node that stands for it.
  struct Front {
    weak var node: Node?
  }
  let template: GraphTemplate
  /// The inputs, and what is given beside them.
  var inputs: [Tensor]
  let draws: [Philox]
  let made = GraphMoment.now()
  /// The nodes that stand for it, in the template's order; empty where there is but one.
  var fronts: [Front] = []
  /// The nodes within that are drawn anew, once they are made, and by which draw.
  private(set) var drawnNodes: [(node: Node, draw: Int)] = []
  /// Scratch for numbering: its number among the applications, counted from 1; 0 otherwise.
  var mark = 0

  init(_ template: GraphTemplate, _ inputs: [Tensor], _ draws: [Philox]) {
    self.template = template
    self.inputs = inputs
    self.draws = draws
  }

  /// Whether one of several nodes that stand for it has numbers, from which the others may be computed.
  var isPartlyEvaluated: Bool {
    fronts.contains { $0.node?.values.contains { $0 != nil } == true }
  }

  /// Makes the nodes within, and puts them behind `asking` and whatever else stands for the application.
  func open(for asking: Node) {
    var standing: [Int: Node] = [:]
    for (index, front) in template.fronts.enumerated() {
      standing[front.step] = fronts.isEmpty ? asking : fronts[index].node
    }
    var made: [Node] = []
    made.reserveCapacity(template.steps.count)
    for (index, step) in template.steps.enumerated() {
      let operands = step.inputs.map { place in
        place.index < inputs.count
          ? inputs[place.index] : Tensor(made[place.index - inputs.count], place.output)
      }
      let node: Node
      if let front = standing[index] {
        node = front
        // One whose numbers are there may have let go of the way to them.
        if front.application === self { front.open(operands) }
      } else {
        node = Node(
          step, operands, standingFor: nil, argument: template.argument(of: step, draws), made: self.made,
          dependsOnParameter: operands.contains { $0.node.dependsOnParameter } && !(step.operation is Detach),
          pendingDepth: operands.isEmpty ? 0 : Node.depth(behind: operands) + 1)
      }
      if case .drawn(let draw) = step.argument { drawnNodes.append((node, draw)) }
      made.append(node)
    }
  }
}
