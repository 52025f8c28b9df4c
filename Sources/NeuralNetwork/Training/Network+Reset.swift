import TensorRuntime

extension Network {
  /// Forgets the training: draws new weights as a new definition would, and forgets the optimizer. Throws when the
  /// network has no shape yet.
  package func reset(random: RandomSource) throws {
    let fresh = try copyWithNewWeights(random: random)
    for (parameter, new) in zip(parameters + statistics, fresh.parameters + fresh.statistics) {
      try parameter.set(new.tensor)
    }
    training = TrainingState()
  }

  /// The same structure, recorded again with layers that draw their weights.
  private func copyWithNewWeights(random: RandomSource) throws -> Network {
    let trace = try recorded()
    let recorder = try TraceRecorder(inputShapes: trace.inputShapes, random: random)
    var fresh: [ObjectIdentifier: any Layer] = [:]
    var outputs: [Tensor.Handle: Tensor] = [:]
    for (old, new) in zip(trace.inputs, recorder.inputs) { outputs[old.handle] = new }
    for call in trace.calls {
      let key = ObjectIdentifier(call.layer)
      let layer = try fresh[key] ?? call.layer.renewed(random: random)
      fresh[key] = layer
      var substitution = Substitution(batch: Shape.symbolicBatch)
      for (original, new) in zip(trace.inputs, recorder.inputs) { substitution[original] = new }
      for earlier in trace.calls {
        if let new = outputs[earlier.output.handle] { substitution[earlier.output] = new }
      }
      let inputs = try call.inputs.map { try substitution.apply(to: $0) }
      outputs[call.output.handle] = try recorder.call(layer, on: inputs, named: call.name)
    }
    return Network(form: form, name: name, trace: recorder.finish(outputs: []), isFrozen: isFrozen)
  }
}

extension Layer {
  /// A layer with the same settings that has no weights yet.
  func renewed(random: RandomSource) throws -> any Layer {
    if let network = self as? Network {
      let copy = try network.copy()
      try copy.reset(random: random)
      return copy
    }
    if let variable = self as? VariableLayer { return variable.renewed() }
    return try LayerRegistry.make(
      type: LayerRegistry.typeName(of: self), configuration: configuration, name: name)
  }
}
