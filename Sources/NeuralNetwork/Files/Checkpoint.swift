import Foundation
import JSON
import TensorRuntime

/// The state of a training in a folder: weights, statistics, the optimizer's running numbers, the random streams, and
/// where it stands. Going on from it gives the same bits as never having stopped.
package enum Checkpoint {
  private static let fileName = "checkpoint.safetensors"
  private static let key = "cnnrepl.training"

  /// What a trainer needs to go on, beside network and random streams.
  package struct State {
    package var settings: TrainingSettings
    package var position: TrainingPosition
    /// The loss of every batch so far.
    var losses: [Float]
    /// The best weights and the averaged ones, parameters before statistics.
    var best: [[Float]]?
    var average: [[Float]]?
  }

  /// What stands in the file's metadata.
  fileprivate struct Header: Codable {
    var epochs: Int
    var steps: Int
    var seed: UInt64
    var streams: [UInt64: UInt64]
    var settings: TrainingSettings
    var position: TrainingPosition
  }

  /// Writes the state between two steps; the file is replaced as a whole. Throws `ModelFileError`.
  static func write(
    _ network: Network, optimizer: OptimizerState, streams: [RandomPurpose: UInt64], seed: UInt64,
    state: State, runtime: Runtime, to folder: String
  ) throws {
    var file = SafetensorsFile()
    let all = network.namedParameters + network.namedStatistics
    for (path, parameter) in all {
      file.tensors.append((path, parameter.shape, try runtime.floats(of: parameter.tensor)))
    }
    for (path, parameter) in network.namedParameters {
      for (index, values) in try optimizer.moments(of: parameter, runtime: runtime).enumerated() {
        file.tensors.append(("optimizer.\(index).\(path)", parameter.shape, values))
      }
    }
    for (prefix, values) in [("best", state.best), ("average", state.average)] {
      for ((path, parameter), values) in zip(all, values ?? []) {
        file.tensors.append(("\(prefix).\(path)", parameter.shape, values))
      }
    }
    file.tensors.append(("losses", [state.losses.count], state.losses))
    let header = Header(
      epochs: network.training.epochs, steps: optimizer.stepCount, seed: seed,
      streams: Dictionary(uniqueKeysWithValues: streams.map { ($0.key.rawValue, $0.value) }),
      settings: state.settings, position: state.position)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let path = "\(folder)/\(fileName)"
    guard let data = try? encoder.encode(header) else {
      throw ModelFileError(path, "the state of the training can't be written down")
    }
    file.metadata = [(key, String(decoding: data, as: UTF8.self))]
    try file.write(to: path)
  }

  /// Takes over what ``write`` wrote and gives what the trainer goes on with; nothing changes when the file doesn't fit
  /// the network. Throws `ModelFileError`.
  package static func restore(_ network: Network, random: RandomSource, from folder: String) throws -> State {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw ModelFileError(
        folder, "there is no checkpoint in this folder", fix: "fit(…, checkpoint: \"\(folder)\") writes one")
    }
    let file = try SafetensorsFile(path: path)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let text = file.metadata(key),
      let header = try? decoder.decode(Header.self, from: Data(text.utf8)), header.isSound
    else {
      throw ModelFileError(path, "is not a checkpoint", fix: "fit(…, checkpoint: \"\(folder)\") writes one")
    }
    try network.assignWeights(from: file, path: path)
    let optimizer = OptimizerState()
    optimizer.stepCount = header.steps
    for (name, parameter) in network.namedParameters {
      var moments: [[Float]] = []
      while let moment = file.tensor("optimizer.\(moments.count).\(name)"), moment.shape == parameter.shape {
        moments.append(moment.values)
      }
      if !moments.isEmpty { try optimizer.setMoments(moments, of: parameter) }
    }
    network.training.optimizer = optimizer
    network.training.rule = header.settings.rule
    network.training.epochs = header.epochs
    random.restart(seed: header.seed)
    random.positions = Dictionary(
      uniqueKeysWithValues: header.streams.compactMap { number, position in
        RandomPurpose(rawValue: number).map { ($0, position) }
      })
    let all = network.namedParameters + network.namedStatistics
    func values(_ prefix: String) -> [[Float]]? {
      let found = all.compactMap { path, parameter in
        file.tensor("\(prefix).\(path)").flatMap { $0.shape == parameter.shape ? $0.values : nil }
      }
      return found.count == all.count ? found : nil
    }
    return State(
      settings: header.settings, position: header.position, losses: file.tensor("losses")?.values ?? [],
      best: values("best"), average: values("average"))
  }
}

extension Checkpoint.Header {
  /// Whether its numbers can be those of a training: the file may be damaged.
  fileprivate var isSound: Bool {
    epochs >= 0 && steps >= 0 && (0...1_000_000_000).contains(position.epoch) && position.batch >= 0
      && (0...1_000_000_000).contains(position.firstEpoch)
      && (-1...1_000_000_000).contains(position.lastEpoch) && settings.batchSize >= 1
      && settings.accumulation >= 1 && (0...1_000_000_000).contains(settings.epochs) && settings.warmup >= 0
  }
}
