extension Runtime {
  /// Tensors that an earlier computation went through without keeping their numbers and that are wanted again: a program
  /// that asks twice for what is made of them may ask a third time. Remembers which ones this computation goes through.
  func tensorsPassedBefore(toward tensors: [Tensor]) -> [Tensor] {
    let order = Walk.order(from: tensors.map(\.node), opening: false, isEnd: \.isEvaluated)
    var found: [Tensor] = []
    var seen: Set<Tensor.Handle> = []
    for node in order where !node.wasPassed && !node.isEvaluated {
      for input in node.sources where input.node.wasPassed && !input.isEvaluated && input.node.canSettle {
        if seen.insert(input.handle).inserted { found.append(input) }
      }
    }
    for node in order { node.wasPassed = true }
    return found
  }

  /// Computes what a loss reads that depends on no parameter, where it would otherwise be computed anew at each step:
  /// tensors from before `moment`, which the program still has and may use again, and parts of tensors that are there
  /// (samples of a data set). Returns the graph that is left.
  func settled(_ results: [Tensor], before moment: GraphMoment?) throws -> GraphOutline {
    while true {
      let graph = GraphOutline(results, for: .loss)
      let first = graph.uncomputed
      if !first.isEmpty {
        try computeFirstValues(of: first)
        continue
      }
      let waiting = graph.unsettled(results, before: moment)
      if waiting.isEmpty { return graph }
      for (tensor, buffer) in try numbers(of: waiting) {
        tensor.node.values[tensor.output] = buffer
        if moment != nil { tensor.node.forgetInputs() }
      }
    }
  }
}

extension GraphOutline {
  /// What ``Runtime/settled(_:before:)`` computes next: the last such tensors, those behind them along with them.
  fileprivate func unsettled(_ results: [Tensor], before moment: GraphMoment?) -> [Tensor] {
    // Most steps read nothing but parameters and numbers that are there.
    guard order.contains(where: { !$0.dependsOnParameter && !$0.isEvaluated && $0.canSettle }) else {
      return []
    }
    for (index, node) in order.enumerated() { node.mark = index + 1 }
    defer { for node in order { node.mark = 0 } }
    func isWaiting(_ tensor: Tensor) -> Bool {
      let node = tensor.node
      guard node.values[tensor.output] == nil, node.canSettle else { return false }
      if let moment, node.made < moment { return true }
      return tensor.isPartInOnePiece
    }
    var waiting: [Tensor] = []
    var seen: Set<Tensor.Handle> = []
    func take(_ tensor: Tensor) {
      if isWaiting(tensor), seen.insert(tensor.handle).inserted { waiting.append(tensor) }
    }
    // What is computed alone needs nothing behind it settled first.
    var isWithin = [Bool](repeating: false, count: order.count)
    for (index, node) in order.enumerated().reversed() where !node.isGiven {
      let ends = isWithin[index] || node.types.indices.contains { isWaiting(Tensor(node, $0)) }
      for input in node.sources {
        if ends { isWithin[input.node.mark - 1] = true } else { take(input) }
      }
    }
    for result in results { take(result) }
    return waiting
  }
}

extension Node {
  /// Whether computing it alone is worth it, takes little of the memory there is, and cuts no parameter off from what is
  /// made of it.
  fileprivate var canSettle: Bool {
    !dependsOnParameter && (!isLeaf || argument.random != nil)
      && types.allSatisfy { $0.byteCount <= MachineMemory.limit / 8 }
  }
}
