import TensorRuntime

/// Where numbers stopped being finite on the way through a network.
struct NonFinitePlace {
  /// The layer's path; `nil` when the data itself is not finite.
  var path: String?
  /// The largest number that went into the layer.
  var largestInput: Float
}

extension Network {
  /// The first layer whose output is not finite for these inputs, in training mode; `nil` when all are.
  func firstNonFinite(for inputs: [Tensor], runtime: Runtime, prefix: String = "") throws -> NonFinitePlace? {
    let trace = try recorded()
    let pass = Pass(isTraining: !isFrozen, random: RandomSource())
    var substitution = Substitution(batch: inputs.first?.shape.dimensions.first ?? 1)
    for (placeholder, value) in zip(trace.inputs, inputs) {
      substitution[placeholder] = value
      if try !runtime.floats(of: value).allSatisfy(\.isFinite) {
        return NonFinitePlace(path: nil, largestInput: .nan)
      }
    }
    for call in trace.calls {
      let arguments = try call.inputs.map { try substitution.apply(to: $0) }
      let output = try call.layer.apply(to: arguments, in: pass)
      let isFinite = try runtime.floats(of: output).allSatisfy(\.isFinite)
      if !isFinite {
        if let network = call.layer as? Network,
          let inner = try network.firstNonFinite(
            for: arguments, runtime: runtime, prefix: prefix + call.name + ".")
        {
          return inner
        }
        let largest = try arguments.flatMap { try runtime.floats(of: $0) }.map { abs($0) }.max() ?? 0
        return NonFinitePlace(path: prefix + call.name, largestInput: largest)
      }
      substitution[call.output] = output
    }
    return nil
  }
}
