import Foundation
import JSON
import TensorRuntime

/// All that a training loop of several networks and optimizers needs to go on bit by bit as if it had never stopped, in
/// one file that is replaced as a whole.
package struct Snapshot {
  /// Weights, statistics and variables under names of their own.
  package var parameters: [(name: String, parameter: Parameter)] = []
  /// Optimizers' running numbers, with the parameters they belong to.
  package var optimizers: [(name: String, parameters: [Parameter], state: OptimizerState)] = []
  /// Numbers beside them.
  package var tensors: [(name: String, shape: Shape, values: [Float])] = []
  /// What else is to be known.
  package var notes: JSONObject = [:]

  private static let key = "cnnrepl.snapshot"
  private static let advice = "restore the same networks and optimizers in the same order as they were saved"

  /// Makes an empty snapshot.
  package init() {}

  /// Adds a network's weights and statistics.
  package mutating func add(_ network: Network, named name: String) {
    parameters += (network.namedParameters + network.namedStatistics).map {
      ("\(name).\($0.path)", $0.parameter)
    }
  }

  /// Adds parameters that belong to no network.
  package mutating func add(_ owned: [Parameter], named name: String) {
    parameters += owned.enumerated().map { ("\(name).\($0.offset).\($0.element.name)", $0.element) }
  }

  /// Adds what an optimizer remembers.
  package mutating func add(_ optimizer: Optimizer, named name: String) {
    optimizers.append((name, optimizer.parameters, optimizer.state))
  }

  /// Writes everything, and where the random streams stand, if they are part of it. Throws `ModelFileError`.
  package func write(to path: String, random: RandomSource?, runtime: Runtime) throws {
    var file = SafetensorsFile()
    for (name, parameter) in parameters {
      file.tensors.append((name, parameter.shape, try runtime.floats(of: parameter.tensor)))
    }
    var steps = JSONObject()
    for (name, owned, state) in optimizers {
      steps[name] = .integer(state.stepCount)
      for (place, parameter) in owned.enumerated() {
        for (number, values) in try state.moments(of: parameter, runtime: runtime).enumerated() {
          file.tensors.append(("\(name).\(place).\(number)", parameter.shape, values))
        }
      }
    }
    file.tensors += tensors
    var state: JSONObject = [
      "parameters": .integer(parameters.count), "steps": .object(steps), "notes": .object(notes),
    ]
    if let random { state["random"] = .object(random.json) }
    file.metadata = [(Self.key, JSONValue.object(state).serialized())]
    try file.write(to: path)
  }

  /// Takes over what ``write(to:random:runtime:)`` wrote for the same parts; nothing changes when the file doesn't fit
  /// them. Afterwards `notes` and `tensors` are those of the file. Throws `ModelFileError`.
  package mutating func restore(from path: String, random: RandomSource?) throws {
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata(Self.key), let state = try? JSONValue.parse(text),
      let steps = state["steps"]?.objectValue, let notes = state["notes"]?.objectValue
    else { throw ModelFileError(path, "is not a saved state of a training") }
    guard state["parameters"]?.intValue == parameters.count, steps.members.count == optimizers.count else {
      throw ModelFileError(
        path,
        "holds the state of \(state["parameters"]?.intValue ?? 0) tensors and \(steps.members.count) optimizers, "
          + "wanted \(parameters.count) and \(optimizers.count)", fix: Self.advice)
    }
    var values: [(Parameter, Tensor)] = []
    var used: Set<String> = []
    for (name, parameter) in parameters {
      guard let tensor = file.tensor(name), tensor.shape == parameter.shape else {
        let found = file.tensor(name).map { "\($0.shape)" } ?? "nothing"
        throw ModelFileError(
          path, "holds \(found) for '\(name)', wanted \(parameter.shape)",
          fix: Self.advice)
      }
      used.insert(name)
      values.append((parameter, try Tensor(tensor.values, tensor.shape)))
    }
    var moments: [(OptimizerState, Parameter, [[Float]])] = []
    for (name, owned, state) in optimizers {
      guard steps[name]?.intValue ?? -1 >= 0 else {
        throw ModelFileError(path, "holds no state of '\(name)'", fix: Self.advice)
      }
      for (place, parameter) in owned.enumerated() {
        var numbers: [[Float]] = []
        while let moment = file.tensor("\(name).\(place).\(numbers.count)") {
          guard moment.shape == parameter.shape else {
            throw ModelFileError(path, "holds \(moment.shape) for '\(name)', wanted \(parameter.shape)")
          }
          used.insert("\(name).\(place).\(numbers.count)")
          numbers.append(moment.values)
        }
        if !numbers.isEmpty { moments.append((state, parameter, numbers)) }
      }
    }
    for (parameter, tensor) in values { try parameter.set(tensor) }
    for (state, parameter, numbers) in moments { try state.setMoments(numbers, of: parameter) }
    for (name, _, state) in optimizers { state.stepCount = steps[name]?.intValue ?? 0 }
    if let random, let streams = state["random"]?.objectValue { random.restore(streams) }
    self.notes = notes
    tensors = file.tensors.filter { !used.contains($0.name) }
  }
}

extension RandomSource {
  /// The seed and where each stream stands.
  fileprivate var json: JSONObject {
    var streams = JSONObject()
    for (purpose, position) in positions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      streams["\(purpose.rawValue)"] = .string(String(position))
    }
    return ["seed": .string(String(seed)), "streams": .object(streams)]
  }

  fileprivate func restore(_ json: JSONObject) {
    guard let seed = json["seed"]?.stringValue.flatMap({ UInt64($0) }) else { return }
    restart(seed: seed)
    for (number, position) in json["streams"]?.objectValue?.members ?? [] {
      if let purpose = UInt64(number).flatMap(RandomPurpose.init(rawValue:)) {
        positions[purpose] = position.stringValue.flatMap { UInt64($0) }
      }
    }
  }
}
