import JSON
import TensorRuntime

extension Network {
  private static let graphKey = "cnnrepl.graph"
  private static let probeKey = "cnnrepl.check"

  /// Writes weights, statistics and the network's graph, so that `load` needs no code. Throws `ModelFileError`.
  package func save(to path: String, runtime: Runtime, metadata: [(key: String, value: String)] = []) throws {
    var file = SafetensorsFile()
    file.metadata =
      [(Self.graphKey, JSONValue.object(try GraphWriter.json(of: self)).serialized())] + metadata
    for (path, parameter) in namedParameters + namedStatistics {
      file.tensors.append((path, parameter.shape, try runtime.floats(of: parameter.tensor)))
    }
    try file.write(to: path)
  }

  /// Reads a network with its weights. Throws `ModelFileError` or `LayerError`.
  package static func load(from path: String) throws -> Network {
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata(graphKey) else {
      throw ModelFileError(
        path, "holds weights but no network", fix: "define the network, then net.loadWeights(\"\(path)\")")
    }
    guard let json = try? JSONValue.parse(text), case .object(let graph) = json else {
      throw ModelFileError(path, "has a damaged description of its network")
    }
    let network = try GraphReader.network(from: graph)
    try network.assignWeights(from: file, path: path)
    return network
  }

  /// Takes over the weights of a file by name and shape, whoever wrote it. All or nothing. Throws `ModelFileError`.
  package func loadWeights(from path: String) throws {
    try assignWeights(from: try SafetensorsFile(path: path), path: path)
  }

  func assignWeights(from file: SafetensorsFile, path: String) throws {
    var found: [(Parameter, [Float])] = []
    for (name, parameter) in namedParameters + namedStatistics {
      guard let tensor = file.tensor(name) else {
        let names = file.tensors.map(\.name)
        throw ModelFileError(
          path,
          "has no tensor '\(name)' \(parameter.shape); it holds \(names.prefix(12).joined(separator: ", "))",
          fix: closestName(to: name, in: names).map { "is '\($0)' meant? name the layer so with name:" })
      }
      guard tensor.shape == parameter.shape else {
        throw ModelFileError(path, "holds '\(name)' as \(tensor.shape), this network has \(parameter.shape)")
      }
      found.append((parameter, tensor.values))
    }
    for (parameter, values) in found { try parameter.set(try Tensor(values, parameter.shape)) }
  }
}

/// Writes a network's recording as JSON: layers once each, calls and operations as numbered steps.
enum GraphWriter {
  static func json(of network: Network) throws -> JSONObject {
    var references: [Tensor.Handle: Int] = [:]
    var steps: [JSONValue] = []
    var layers: [JSONValue] = []
    var layerNumbers: [ObjectIdentifier: Int] = [:]
    let trace = try network.recorded()
    for (index, input) in trace.inputs.enumerated() { references[input.handle] = index }
    var next = trace.inputs.count

    func reference(to tensor: Tensor) throws -> JSONValue {
      var pending = [tensor]
      while let top = pending.last {
        if references[top.handle] != nil {
          pending.removeLast()
          continue
        }
        let missing = top.operands.filter { references[$0.handle] == nil }
        if !missing.isEmpty {
          pending += missing
          continue
        }
        guard let encoded = try OperationCoding.encode(top) else {
          throw LayerError(
            "this network uses \(top.operationName) on data of its own, which can't be saved yet")
        }
        steps.append(
          .object([
            "op": encoded,
            "inputs": .array(top.operands.map { .integer(references[$0.handle] ?? 0) }),
            "output": .integer(top.output),
          ]))
        references[top.handle] = next
        next += 1
        pending.removeLast()
      }
      return .integer(references[tensor.handle] ?? 0)
    }

    for call in trace.calls {
      let inputs = try call.inputs.map { try reference(to: $0) }
      let key = ObjectIdentifier(call.layer)
      if layerNumbers[key] == nil {
        layerNumbers[key] = layers.count
        layers.append(.object(try layerJSON(call.layer)))
      }
      steps.append(
        .object([
          "layer": .integer(layerNumbers[key] ?? 0), "name": .string(call.name), "inputs": .array(inputs),
        ]))
      references[call.output.handle] = next
      next += 1
    }
    let outputs = try trace.outputs.map { try reference(to: $0) }
    var json: JSONObject = [
      "version": 1, "form": .string(network.form), "frozen": .bool(network.isFrozen),
      "inputs": .array(trace.inputShapes.map { .integers($0.dimensions) }), "layers": .array(layers),
      "steps": .array(steps), "outputs": .array(outputs),
    ]
    if trace.outputLabels.contains(where: { $0 != nil }) {
      json["labels"] = .array(trace.outputLabels.map { .string($0 ?? "") })
    }
    return json
  }

  private static func layerJSON(_ layer: any Layer) throws -> JSONObject {
    var json = JSONObject()
    if let network = layer as? Network {
      json["network"] = .object(try self.json(of: network))
    } else {
      json["type"] = .string(LayerRegistry.typeName(of: layer))
      json["settings"] = .object(layer.configuration)
    }
    if let name = layer.name { json["name"] = .string(name) }
    return json
  }
}

/// Makes a network again from what ``GraphWriter`` wrote, checking everything.
enum GraphReader {
  private static let damaged = LayerError("the file's description of its network is damaged")
  private static let nestingLimit = 32

  static func network(from json: JSONObject, depth: Int = 0) throws -> Network {
    guard depth < nestingLimit, let form = json["form"]?.stringValue, let inputs = json["inputs"]?.arrayValue,
      let layers = json["layers"]?.arrayValue, let steps = json["steps"]?.arrayValue,
      let outputs = json["outputs"]?.arrayValue, inputs.count <= 1000
    else { throw damaged }
    let made = try layers.map { try layer(from: $0, depth: depth) }
    let shapes = try inputs.map { input in
      Shape(
        try (input.arrayValue ?? []).map {
          guard let length = $0.intValue, (1...1_000_000_000).contains(length) else { throw damaged }
          return length
        })
    }
    let recorder = try TraceRecorder(inputShapes: shapes, random: RandomSource())
    var tensors = recorder.inputs
    func tensor(_ reference: JSONValue) throws -> Tensor {
      guard let index = reference.intValue, tensors.indices.contains(index) else { throw damaged }
      return tensors[index]
    }
    for step in steps {
      guard let step = step.objectValue, let references = step["inputs"]?.arrayValue else { throw damaged }
      let arguments = try references.map(tensor)
      if let number = step["layer"]?.intValue, let name = step["name"]?.stringValue {
        guard made.indices.contains(number) else { throw damaged }
        tensors.append(try recorder.call(made[number], on: arguments, named: name))
      } else if let operation = step["op"], let output = step["output"]?.intValue {
        tensors.append(try OperationCoding.decode(operation, inputs: arguments, output: output))
      } else {
        throw damaged
      }
    }
    recorder.outputLabels = (json["labels"]?.arrayValue ?? []).map { label in
      label.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
    let trace = recorder.finish(outputs: try outputs.map(tensor))
    return Network(form: form, name: nil, trace: trace, isFrozen: json["frozen"]?.boolValue ?? false)
  }

  private static func layer(from value: JSONValue, depth: Int) throws -> any Layer {
    guard let json = value.objectValue else { throw damaged }
    if let inner = json["network"]?.objectValue { return try network(from: inner, depth: depth + 1) }
    guard let type = json["type"]?.stringValue, let settings = json["settings"]?.objectValue else {
      throw damaged
    }
    return try LayerRegistry.make(type: type, configuration: settings, name: json["name"]?.stringValue)
  }
}
