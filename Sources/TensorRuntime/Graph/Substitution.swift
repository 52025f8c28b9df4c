extension Tensor {
  /// Tells results of nodes apart; valid while the tensor lives.
  package struct Handle: Hashable {
    private let node: ObjectIdentifier
    private let output: Int

    fileprivate init(_ tensor: Tensor) {
      node = ObjectIdentifier(tensor.node)
      output = tensor.output
    }
  }

  /// Which result of which node this is.
  package var handle: Handle { Handle(self) }

  /// What it is computed from; empty for leaves and for what has been computed.
  package var operands: [Tensor] { node.inputs }

  /// The name of the operation that computes it.
  package var operationName: String { node.operation.name }
}

/// An operation whose parameters depend on the number of samples.
protocol BatchSized: TensorOp {
  /// The same operation for a real number of samples in place of the symbolic one.
  func resolvingBatch(_ count: Int) -> Self
}

/// Rebuilds a recorded graph on other inputs.
package struct Substitution {
  private var known: [Tensor.Handle: Tensor] = [:]
  // Keeps what the identities stand for alive.
  private var originals: [Tensor] = []
  private let batch: Int

  /// Makes an empty substitution for a number of samples.
  package init(batch: Int) { self.batch = batch }

  /// What stands in a tensor's place.
  package subscript(original: Tensor) -> Tensor? {
    get { known[original.handle] }
    set {
      known[original.handle] = newValue
      originals.append(original)
    }
  }

  /// The counterpart of a tensor: the same operations on what stands in its inputs' place. Throws `TensorError` where
  /// the new shapes don't fit.
  package mutating func apply(to tensor: Tensor) throws -> Tensor {
    var pending = [tensor]
    while let top = pending.last {
      if known[top.handle] != nil {
        pending.removeLast()
        continue
      }
      let missing = top.operands.filter { known[$0.handle] == nil }
      if !missing.isEmpty {
        pending += missing
        continue
      }
      pending.removeLast()
      try rebuild(top)
    }
    return known[tensor.handle] ?? tensor
  }

  private mutating func rebuild(_ tensor: Tensor) throws {
    let node = tensor.node
    if node.isParameter || (node.inputs.isEmpty && !(node.operation is any BatchSized)) {
      self[tensor] = tensor
      return
    }
    let operation = (node.operation as? any BatchSized)?.resolvingBatch(batch) ?? node.operation
    let results = try Self.apply(operation, node.inputs.map { known[$0.handle] ?? $0 }, node.argument)
    for (index, result) in results.enumerated() { self[Tensor(node, index)] = result }
  }

  private static func apply(
    _ operation: any TensorOp, _ inputs: [Tensor], _ argument: RunTimeArgument
  ) throws -> [Tensor] {
    try Tensor.apply(operation, inputs, argument: argument)
  }
}

extension Reshape: BatchSized {
  func resolvingBatch(_ count: Int) -> Reshape { Reshape(shape: shape.resolvingBatch(count)) }
}

extension Broadcast: BatchSized {
  func resolvingBatch(_ count: Int) -> Broadcast { Broadcast(shape: shape.resolvingBatch(count)) }
}

extension Fill: BatchSized {
  func resolvingBatch(_ count: Int) -> Fill {
    Fill(value: value, type: TensorType(type.shape.resolvingBatch(count), type.elementType))
  }
}

extension RandomDraw: BatchSized {
  func resolvingBatch(_ count: Int) -> RandomDraw {
    RandomDraw(distribution: distribution, shape: shape.resolvingBatch(count))
  }
}

extension Slice: BatchSized {
  func resolvingBatch(_ count: Int) -> Slice {
    Slice(starts: starts, counts: Shape(counts).resolvingBatch(count).dimensions, steps: steps)
  }
}

extension ConvolutionInputGradient: BatchSized {
  func resolvingBatch(_ count: Int) -> ConvolutionInputGradient {
    ConvolutionInputGradient(
      geometry: geometry, inputShape: inputShape.resolvingBatch(count),
      isTransposedConvolution: isTransposedConvolution)
  }
}
