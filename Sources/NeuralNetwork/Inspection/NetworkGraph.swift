import TensorRuntime

/// A network as nodes and arrows: inputs, layers, and the tensor operations between them; nested networks opened up.
package struct NetworkGraph: Sendable {
  /// One input, layer or operation.
  package struct Node: Sendable {
    /// Path of the layer, or the operation's name.
    package let name: String
    /// As the layer is written; empty for inputs and operations.
    package let notation: String
    /// One sample of what comes out.
    package let shape: Shape
    /// What automatic names count: `conv`, `pool`, …; `input` and `operation` for the others.
    package let kind: String
    /// The nodes it gets its inputs from, by index, all before it.
    package let sources: [Int]
  }

  /// All nodes, each behind those it depends on.
  package private(set) var nodes: [Node] = []

  /// Draws up the graph of a recorded network.
  package init(_ network: Network) throws {
    let trace = try network.recorded()
    var known: [Tensor.Handle: Int] = [:]
    for (index, input) in trace.inputs.enumerated() {
      known[input.handle] = nodes.count
      nodes.append(
        Node(
          name: trace.inputs.count == 1 ? "input" : "input\(index + 1)", notation: "",
          shape: input.shape.droppingBatch, kind: "input", sources: []))
    }
    _ = try add(trace, prefix: "", known: &known)
  }

  /// Adds what a recording does, and gives the nodes of its outputs.
  private mutating func add(
    _ trace: Trace, prefix: String, known: inout [Tensor.Handle: Int]
  ) throws -> [Int] {
    for call in trace.calls {
      let sources = call.inputs.compactMap { node(of: $0, known: &known) }
      if let network = call.layer as? Network {
        let inner = try network.recorded()
        var inside: [Tensor.Handle: Int] = [:]
        for (input, source) in zip(inner.inputs, sources) { inside[input.handle] = source }
        let outputs = try add(inner, prefix: prefix + call.name + ".", known: &inside)
        known[call.output.handle] = outputs.first ?? sources.first
        continue
      }
      known[call.output.handle] = nodes.count
      nodes.append(
        Node(
          name: prefix + call.name, notation: call.layer.notation, shape: call.output.shape.droppingBatch,
          kind: call.layer.kind, sources: sources))
    }
    return trace.outputs.compactMap { node(of: $0, known: &known) }
  }

  /// The node of a tensor; operations behind it are added first. `nil` for constants.
  private mutating func node(of tensor: Tensor, known: inout [Tensor.Handle: Int]) -> Int? {
    var pending = [tensor]
    var constants: Set<Tensor.Handle> = []
    while let top = pending.last {
      if known[top.handle] != nil || constants.contains(top.handle) {
        pending.removeLast()
        continue
      }
      let missing = top.operands.filter { known[$0.handle] == nil && !constants.contains($0.handle) }
      if !missing.isEmpty {
        pending += missing
        continue
      }
      pending.removeLast()
      var sources: [Int] = []
      for operand in top.operands {
        if let source = known[operand.handle], !sources.contains(source) { sources.append(source) }
      }
      guard let first = sources.first else {
        constants.insert(top.handle)
        continue
      }
      // What only changes the shape for broadcasting says nothing to a reader.
      if sources.count == 1, ["broadcast", "reshape", "identity"].contains(top.operationName) {
        known[top.handle] = first
        continue
      }
      known[top.handle] = nodes.count
      nodes.append(
        Node(
          name: top.operationName, notation: "", shape: top.shape.droppingBatch, kind: "operation",
          sources: sources))
    }
    return known[tensor.handle]
  }
}
