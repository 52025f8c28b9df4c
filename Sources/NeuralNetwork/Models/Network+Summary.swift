import TensorRuntime

/// One row of a network's summary.
package struct SummaryRow: Sendable {
  /// Path within the network: `conv1`.
  package var name: String
  /// As written: `Conv(6, 5, padding: 2)`.
  package var notation: String
  /// One sample of what comes out.
  package var outputShape: Shape
  package var parameters: Int
  package var multiplyAdds: Int
  /// How many input positions along the first spatial axis one output sees; `nil` once it sees all of them.
  package var receptiveField: Int?
  /// How many numbers of one sample come out anew; 0 for what only gives them another shape.
  package var activations: Int
}

extension Network {
  /// Shapes, parameters, multiply-adds and receptive field of every layer, nested networks opened up.
  package func summaryRows() throws -> [SummaryRow] {
    var counted: Set<ObjectIdentifier> = []
    return try rows(prefix: "", entry: ReceptiveField(), counted: &counted).rows
  }

  /// Multiply-adds of one sample through the whole network.
  package var multiplyAdds: Int { multiplyAdds(inputs: [], output: []) }

  /// The row of the layer with a path. Throws `LayerError` for a name that doesn't exist, listing those that do.
  package func summaryRow(at path: String) throws -> SummaryRow {
    _ = try layer(at: path)
    guard let row = try summaryRows().last(where: { $0.name == path }) else {
      throw LayerError("'\(path)' is a network of its own", fix: "name one of its layers")
    }
    return row
  }

  /// The numbers of one sample that inputs and the layers' outputs hold; functions between layers are not counted.
  package func activationCount() throws -> Int {
    let inputs = try recorded().inputShapes.reduce(0) { $0 + $1.elementCount }
    return try summaryRows().reduce(inputs) { $0 + $1.activations }
  }

  private func rows(
    prefix: String, entry: ReceptiveField, counted: inout Set<ObjectIdentifier>
  ) throws -> (rows: [SummaryRow], exit: ReceptiveField) {
    let trace = try recorded()
    var fields: [Tensor.Handle: ReceptiveField] = [:]
    for input in trace.inputs { fields[input.handle] = entry }
    var rows: [SummaryRow] = []
    for call in trace.calls {
      let reaching = call.inputs.map { self.field(of: $0, known: fields) }
      let field = reaching.max { ($0.size ?? .max) < ($1.size ?? .max) } ?? entry
      if let network = call.layer as? Network {
        let inner = try network.rows(prefix: prefix + call.name + ".", entry: field, counted: &counted)
        rows += inner.rows
        fields[call.output.handle] = inner.exit
        continue
      }
      let isVariable = call.layer is VariableLayer
      let output = isVariable ? call.output.shape : call.output.shape.droppingBatch
      let inputs = call.inputs.map(\.shape.droppingBatch)
      let after =
        isVariable
        ? ReceptiveField() : field.through(call.layer, rankIn: inputs.first?.rank ?? 1, rankOut: output.rank)
      fields[call.output.handle] = after
      let isNew = counted.insert(ObjectIdentifier(call.layer)).inserted
      rows.append(
        SummaryRow(
          name: prefix + call.name, notation: call.layer.notation, outputShape: output,
          parameters: isNew ? call.layer.parameterCount : 0,
          multiplyAdds: call.layer.multiplyAdds(inputs: inputs, output: output), receptiveField: after.size,
          activations: call.layer is FlattenLayer || call.layer is ReshapeLayer || isVariable
            ? 0 : output.elementCount))
    }
    let exit = trace.outputs.first.map { self.field(of: $0, known: fields) } ?? entry
    return (rows, exit)
  }

  /// The largest field among what a tensor is computed from.
  private func field(of tensor: Tensor, known: [Tensor.Handle: ReceptiveField]) -> ReceptiveField {
    var pending = [tensor]
    var seen: Set<Tensor.Handle> = []
    var largest: ReceptiveField?
    while let next = pending.popLast() {
      guard seen.insert(next.handle).inserted else { continue }
      if let field = known[next.handle] {
        if field.size ?? .max > largest?.size ?? (largest == nil ? 0 : .max) { largest = field }
      } else {
        pending += next.operands
      }
    }
    return largest ?? ReceptiveField()
  }
}

/// How much of the input one position sees, and how far apart neighbouring positions are in the input
/// (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016).
struct ReceptiveField {
  var size: Int? = 1
  var jump = 1

  func through(_ layer: any Layer, rankIn: Int, rankOut: Int) -> ReceptiveField {
    guard let size else { return self }
    if let window = layer.window {
      return ReceptiveField(size: size + (window.extent - 1) * jump, jump: jump * window.stride)
    }
    return rankOut < rankIn || layer is DenseLayer ? ReceptiveField(size: nil, jump: jump) : self
  }
}
