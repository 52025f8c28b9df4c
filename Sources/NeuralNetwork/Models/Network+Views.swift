import TensorRuntime

extension Network {
  /// The same weights, always inferring and never changed by training; batch-norm statistics included.
  package func frozen() throws -> Network {
    Network(form: form, name: name, trace: try recorded(), isFrozen: true)
  }

  /// The same weights without the last layers. Throws `LayerError` when there are not so many, or for several outputs.
  package func dropping(last count: Int) throws -> Network {
    let trace = try recorded()
    guard count >= 0, count < trace.calls.count else {
      throw LayerError("dropping(last: \(count)) needs a number from 0 to \(trace.calls.count - 1)")
    }
    let kept = Array(trace.calls.dropLast(count))
    guard let output = count == 0 ? trace.outputs.first : kept.last?.output else {
      throw LayerError("dropping(last:) needs a network with layers")
    }
    return Network(
      form: form, name: name,
      trace: Trace(inputs: trace.inputs, calls: kept, outputs: [output], outputLabels: []),
      isFrozen: isFrozen)
  }

  /// Another network with the same structure and copies of the weights.
  package func copy() throws -> Network {
    let trace = try recorded()
    var copies: [ObjectIdentifier: any Layer] = [:]
    let calls = try trace.calls.map { call in
      let key = ObjectIdentifier(call.layer)
      let layer = try copies[key] ?? call.layer.copied()
      copies[key] = layer
      return LayerCall(name: call.name, layer: layer, inputs: call.inputs, output: call.output)
    }
    return Network(
      form: form, name: name,
      trace: Trace(
        inputs: trace.inputs, calls: calls, outputs: trace.outputs, outputLabels: trace.outputLabels),
      isFrozen: isFrozen)
  }

  /// What leaves a layer, its activation included, for inputs with a batch axis. Throws `LayerError` for a name that
  /// doesn't exist, listing those that do.
  package func features(at path: String, of inputs: [Tensor], in pass: Pass) throws -> Tensor {
    try build(for: inputs.map(\.shape.droppingBatch), random: pass.random)
    var network = self
    var values = inputs
    var parts = path.split(separator: ".").map(String.init)
    while let part = parts.first {
      parts.removeFirst()
      let trace = try network.recorded()
      guard let call = trace.calls.last(where: { $0.name == part }) else {
        let names = layers.map(\.path)
        throw LayerError(
          "\(form) has no layer '\(path)'; its layers are \(names.joined(separator: ", "))",
          fix: closestName(to: path, in: names).map { "did you mean '\($0)'?" })
      }
      guard let inner = call.layer as? Network, !parts.isEmpty else {
        return try trace.replay(on: values, for: [call.output], in: pass)[0]
      }
      values = try trace.replay(on: values, for: call.inputs, in: pass)
      network = inner
    }
    throw LayerError(
      "the name of a layer is missing", fix: "its layers are \(layers.map(\.path).joined(separator: ", "))")
  }

  /// The layer with a path. Throws `LayerError` for a name that doesn't exist, listing those that do.
  package func layer(at path: String) throws -> any Layer {
    let all = layers
    if let found = all.first(where: { $0.path == path }) { return found.layer }
    let names = all.map(\.path)
    throw LayerError(
      "\(form) has no layer '\(path)'; its layers are \(names.joined(separator: ", "))",
      fix: closestName(to: path, in: names).map { "did you mean '\($0)'?" })
  }
}

/// The known name with the fewest edits from `word`, when that is near enough to be meant.
package func closestName(to word: String, in names: [String]) -> String? {
  let target = Array(word.lowercased().prefix(64))
  var best: (name: String, distance: Int)?
  for name in names {
    let distance = editDistance(target, Array(name.lowercased().prefix(64)))
    if distance <= max(1, target.count / 3), distance < best?.distance ?? .max { best = (name, distance) }
  }
  return best?.name
}

/// The number of insertions, deletions and replacements between two words (Levenshtein 1966).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
