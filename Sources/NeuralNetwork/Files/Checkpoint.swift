import JSON
import TensorRuntime

/// The state of a training in a folder: weights, statistics, the optimizer's running numbers and the random streams.
package enum Checkpoint {
  private static let fileName = "checkpoint.safetensors"
  private static let key = "cnnrepl.training"

  /// Writes the state after an epoch; the file is replaced as a whole. Throws `ModelFileError`.
  package static func write(_ network: Network, runtime: Runtime, random: RandomSource, to folder: String)
    throws
  {
    var file = SafetensorsFile()
    for (path, parameter) in network.namedParameters + network.namedStatistics {
      file.tensors.append((path, parameter.shape, try runtime.floats(of: parameter.tensor)))
    }
    if let optimizer = network.training.optimizer {
      for (path, parameter) in network.namedParameters {
        for (index, values) in try optimizer.moments(of: parameter, runtime: runtime).enumerated() {
          file.tensors.append(("optimizer.\(index).\(path)", parameter.shape, values))
        }
      }
    }
    var streams = JSONObject()
    for (purpose, position) in random.positions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      streams["\(purpose.rawValue)"] = .string(String(position))
    }
    let state: JSONObject = [
      "epochs": .integer(network.training.epochs),
      "steps": .integer(network.training.optimizer?.stepCount ?? 0),
      "seed": .string(String(random.seed)), "streams": .object(streams),
    ]
    file.metadata = [(key, JSONValue.object(state).serialized())]
    try file.write(to: "\(folder)/\(fileName)")
  }

  /// Takes over what ``write(_:runtime:random:to:)`` wrote; nothing changes when the file doesn't fit the network.
  package static func restore(_ network: Network, random: RandomSource, from folder: String) throws {
    let path = "\(folder)/\(fileName)"
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata(key), let state = try? JSONValue.parse(text),
      let epochs = state["epochs"]?.intValue,
      let steps = state["steps"]?.intValue, epochs >= 0, steps >= 0,
      let seed = state["seed"]?.stringValue.flatMap({ UInt64($0) })
    else {
      throw ModelFileError(path, "is not a checkpoint", fix: "fit(…, checkpoint: \"\(folder)\") writes one")
    }
    try network.assignWeights(from: file, path: path)
    let optimizer = OptimizerState()
    optimizer.stepCount = steps
    for (name, parameter) in network.namedParameters {
      var moments: [[Float]] = []
      while let moment = file.tensor("optimizer.\(moments.count).\(name)"), moment.shape == parameter.shape {
        moments.append(moment.values)
      }
      if !moments.isEmpty { try optimizer.setMoments(moments, of: parameter) }
    }
    network.training.optimizer = optimizer
    network.training.epochs = epochs
    random.restart(seed: seed)
    var positions: [RandomPurpose: UInt64] = [:]
    for (number, position) in state["streams"]?.objectValue?.members ?? [] {
      if let purpose = UInt64(number).flatMap(RandomPurpose.init(rawValue:)),
        let value = position.stringValue.flatMap({ UInt64($0) })
      {
        positions[purpose] = value
      }
    }
    random.positions = positions
  }
}
