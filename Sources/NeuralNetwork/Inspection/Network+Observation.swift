import TensorRuntime

extension Network {
  /// The layer or block with a path. Throws `LayerError` for a name that doesn't exist, listing those that do.
  package func part(at path: String) throws -> any Layer {
    var network = self
    var parts = path.split(separator: ".").map(String.init)
    while let name = parts.first {
      parts.removeFirst()
      guard let found = try network.recorded().calls.last(where: { $0.name == name }) else { break }
      if parts.isEmpty { return found.layer }
      guard let inner = found.layer as? Network else { break }
      network = inner
    }
    return try layer(at: path)
  }

  /// The output for inputs with a batch axis, with what went into and came out of a part on the way.
  ///
  /// All belong to one graph, so that the output can be differentiated by what came out of the part. Throws
  /// `LayerError` where the part isn't used.
  package func observed(
    _ part: any Layer, on inputs: [Tensor], random: RandomSource
  ) throws -> (output: Tensor, partInputs: [Tensor], partOutput: Tensor) {
    let pass = Pass(isTraining: false, random: random)
    var seen: (inputs: [Tensor], output: Tensor)?
    pass.observer = { layer, inputs, output in
      if layer === part { seen = (inputs, output) }
    }
    let output = try apply(to: inputs, in: pass)
    guard let seen else { throw LayerError("\(part.notation) is not on the way to the output") }
    return (output, seen.inputs, seen.output)
  }

  /// The path of the last part whose output still has positions to look at; `nil` where there is none.
  package var lastSpatialLayer: String? {
    var found: String?
    var pending: [(prefix: String, network: Network)] = [("", self)]
    while let (prefix, network) = pending.popLast() {
      for call in network.trace?.calls ?? [] {
        if let inner = call.layer as? Network {
          pending.insert((prefix + call.name + ".", inner), at: 0)
        } else if call.layer is ConvolutionLayer, call.output.shape.rank == 4 {
          found = prefix + call.name
        }
      }
    }
    return found
  }
}
