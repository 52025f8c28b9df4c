/// Derivatives, as graphs from graphs.
package enum Gradients {
  /// One reverse walk: seeds each result with a cotangent and carries it to `targets`.
  ///
  /// All summing over uses and over broadcast axes happens here, so that an operation's rule states only its local
  /// cotangents. The walk is a loop, however long the graph; it does not look behind `stops`. `adjusting` may change
  /// the cotangent of an operation's result before it is handed on.
  static func walk(
    seeds: [(result: Tensor, cotangent: Tensor)], toward targets: [Tensor], stoppingAt stops: [Tensor] = [],
    adjusting: CotangentRule? = nil
  )
    throws -> [Tensor?]
  {
    let order = Walk.order(from: seeds.map(\.result.node), stoppingAt: stops.map(\.node)) {
      $0.operation is Detach
    }
    for (index, node) in order.enumerated() { node.mark = index + 1 }
    defer { for node in order { node.mark = 0 } }

    var leads = [Bool](repeating: false, count: order.count)
    for target in targets where target.node.mark > 0 { leads[target.node.mark - 1] = true }
    for (index, node) in order.enumerated() where !leads[index] && !(node.operation is Detach) {
      leads[index] = node.inputs.contains { $0.node.mark > 0 && leads[$0.node.mark - 1] }
    }

    var cotangents = order.map { [Tensor?](repeating: nil, count: $0.types.count) }
    for (result, seed) in seeds {
      let index = result.node.mark - 1
      cotangents[index][result.output] = try sum(cotangents[index][result.output], seed)
    }
    let stopped = Set(stops.map { ObjectIdentifier($0.node) })
    for (index, node) in order.enumerated().reversed() where leads[index] {
      guard !node.inputs.isEmpty, cotangents[index].contains(where: { $0 != nil }),
        !stopped.contains(ObjectIdentifier(node))
      else { continue }
      let needed = node.inputs.map { $0.node.mark > 0 && leads[$0.node.mark - 1] }
      guard needed.contains(true) else { continue }
      if let adjusting {
        cotangents[index] = try cotangents[index].map { try $0.map { try adjusting(node.operation, $0) } }
      }
      let context = GradientContext(
        inputs: node.inputs, outputs: node.types.indices.map { Tensor(node, $0) },
        cotangents: cotangents[index],
        isNeeded: needed)
      for (place, found) in try node.operation.gradient(context).enumerated() where needed[place] {
        guard let found else { continue }
        let input = node.inputs[place]
        let source = input.node.mark - 1
        let local = try reduce(found, to: input.shape)
        cotangents[source][input.output] = try sum(cotangents[source][input.output], local)
      }
    }
    return targets.map { $0.node.mark > 0 ? cotangents[$0.node.mark - 1][$0.output] : nil }
  }

  private static func sum(_ sofar: Tensor?, _ next: Tensor) throws -> Tensor {
    try sofar.map { try $0 + next } ?? next
  }

  /// Sums over what was stretched to broadcast `shape` to the cotangent's shape; stretches a smaller cotangent.
  private static func reduce(_ cotangent: Tensor, to shape: Shape) throws -> Tensor {
    if cotangent.shape == shape { return cotangent }
    let extra = cotangent.rank - shape.rank
    guard extra >= 0 else { return try cotangent.broadcast(to: shape) }
    let axes = (0..<cotangent.rank).filter { axis in
      axis < extra || (shape[axis - extra] == 1 && cotangent.shape[axis] != 1)
    }
    let summed = axes.isEmpty ? cotangent : try cotangent.sum(axes: axes, keepDims: true)
    let kept = try summed.reshaped(Array(summed.shape.dimensions.dropFirst(extra)))
    return try kept.broadcast(to: shape)
  }
}

/// Changes what arrives at an operation's result on the way back; gives what is handed on.
package typealias CotangentRule = (_ operation: any TensorOp, _ cotangent: Tensor) throws -> Tensor

/// The derivative of a scalar with respect to tensors; nil where it does not depend on one.
///
/// The results are tensors like any others: they can be differentiated again. With `adjusting` they are no derivatives
/// but what such a rule makes of them (guided backpropagation).
package func gradients(
  of result: Tensor, withRespectTo targets: [Tensor], adjusting: CotangentRule? = nil
) throws -> [Tensor?] {
  guard result.elementType == .float32, result.shape.elementCount == 1 else {
    throw TensorError(
      "gradient", "got \(result.type), wanted a single float32 number",
      fix: "take the mean or the sum first: x.mean()")
  }
  return try Gradients.walk(
    seeds: [(result, .constant(1, result.shape))], toward: targets, adjusting: adjusting)
}

/// Orders of a graph's nodes, found without recursion.
enum Walk {
  /// Every node behind `roots`, inputs before what uses them; does not look behind nodes in `stops` or where
  /// `isEnd` says so, nor with `opening` off into what templates were applied to. Uses the nodes' marks and leaves
  /// them 0.
  static func order(
    from roots: [Node], stoppingAt stops: [Node] = [], opening: Bool = true,
    isEnd: (Node) -> Bool = { _ in false }
  ) -> [Node] {
    var order: [Node] = []
    var stack: [(node: Node, inputs: [Tensor], next: Int)] = []
    order.reserveCapacity(32)
    stack.reserveCapacity(8)
    // −1 marks a node that was met, −2 one not to look behind.
    for stop in stops { stop.mark = -2 }
    for root in roots where root.mark != -1 {
      var entering: Node? = root
      while true {
        if let node = entering {
          let isLast = node.mark == -2 || isEnd(node)
          node.mark = -1
          stack.append((node, isLast ? [] : opening ? node.inputs : node.sources, 0))
          entering = nil
        }
        guard let top = stack.indices.last else { break }
        let next = stack[top].next
        if next < stack[top].inputs.count {
          stack[top].next = next + 1
          let input = stack[top].inputs[next].node
          if input.mark == 0, input.isLeaf {
            input.mark = -1
            order.append(input)
          } else if input.mark != -1 {
            entering = input
          }
        } else {
          order.append(stack.removeLast().node)
        }
      }
    }
    for node in order { node.mark = 0 }
    for stop in stops { stop.mark = 0 }
    return order
  }
}
