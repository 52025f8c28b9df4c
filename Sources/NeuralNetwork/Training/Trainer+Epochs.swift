import TensorRuntime

/// What happens at the end of epochs and of the training.
extension Trainer {
  /// Ends the training before its last epoch.
  func stop(_ reason: String) {
    run.stopReason = reason
    position.isFinished = true
  }

  /// Measures an epoch on the validation data, with averaged weights where there are any, and keeps the best weights.
  func validate(_ record: inout EpochRecord) throws {
    guard let validation, validation.count > 0 else { return }
    try withAveragedWeights {
      let result = try network.evaluate(
        validation, objective: options.objective, runtime: runtime, random: random)
      record.validationLoss = result.loss
      record.validationMetrics = result.metrics
      if result.loss < position.bestLoss ?? .infinity {
        best = try (network.parameters + network.statistics).map { try runtime.floats(of: $0.tensor) }
        position.bestLoss = result.loss
        position.bestEpoch = record.epoch
      }
    }
  }

  /// Moves on to the next epoch, and ends the training where a rule says so.
  func epochEnded(_ record: EpochRecord) {
    run.epochs.append(record)
    network.training.epochs = record.epoch
    position.epoch = record.epoch + 1
    position.batch = 0
    position.shuffle = nil
    position.sums = nil
    position.epochSeconds = 0
    settledStreams = random.positions
    let loss = record.validationLoss ?? record.loss
    if case .plateau(let factor, let patience) = options.schedule {
      position.plateau.add(loss, change: 0)
      position.plateau.lower(by: factor, patience: patience)
    }
    for rule in options.stops {
      switch rule {
      case .early(let patience, let change):
        position.watch.add(loss, change: change)
        if position.watch.epochsSince >= patience {
          stop("the \(record.validationLoss == nil ? "" : "validation ")loss no longer improved")
        }
      case .loss(let limit):
        if loss < limit { stop("the loss fell below \(limit)") }
      case .metric(let name, let limit):
        let metrics = record.validationMetrics.isEmpty ? record.metrics : record.validationMetrics
        if let value = metrics.first(where: { $0.name == name })?.value, value > limit {
          stop("the \(name) rose above \(limit)")
        }
      case .after: break
      }
    }
  }

  /// Gives the network the weights that the training is to end with: the best, or the averaged ones.
  func finish() throws {
    guard let last = run.epochs.last else { return }
    if options.restoresBest, let best, let epoch = position.bestEpoch, epoch != last.epoch || average != nil {
      try setWeights(best)
      if epoch != last.epoch { run.bestEpoch = epoch }
    } else if let average {
      try setWeights(try average.values())
    }
  }

  private func setWeights(_ values: [[Float]]) throws {
    for (parameter, values) in zip(network.parameters + network.statistics, values) {
      try parameter.set(try Tensor(values, parameter.shape))
    }
  }

  private func withAveragedWeights(_ body: () throws -> Void) throws {
    guard let average else { return try body() }
    let own = try (network.parameters + network.statistics).map { try runtime.floats(of: $0.tensor) }
    try setWeights(try average.values())
    do { try body() } catch {
      try setWeights(own)
      throw error
    }
    try setWeights(own)
  }
}

extension StopRule {
  /// The seconds after which it ends a training.
  var seconds: Double? {
    if case .after(let seconds) = self { return seconds }
    return nil
  }
}

extension Network {
  /// Factors on the standard learning rate for layers with rates of their own, by the longest path that fits. Throws
  /// `LayerError` for a path that fits no layer.
  package func rateFactors(_ rates: [String: Double], standard: Double) throws -> [(
    parameter: Parameter, factor: Float
  )] {
    guard !rates.isEmpty else { return [] }
    var unused = Set(rates.keys)
    var factors: [(parameter: Parameter, factor: Float)] = []
    for (path, layer) in layers {
      let fitting = rates.keys.filter { path == $0 || path.hasPrefix($0 + ".") }
      unused.subtract(fitting)
      guard let longest = fitting.max(by: { $0.count < $1.count }), let rate = rates[longest] else {
        continue
      }
      factors += layer.parameters.map { ($0, Float(rate / standard)) }
    }
    if let wrong = unused.sorted().first {
      let names = layers.map(\.path)
      throw LayerError(
        "rates: names the layer '\(wrong)', and the layers are \(names.joined(separator: ", "))",
        fix: closestName(to: wrong, in: names).map { "did you mean '\($0)'?" })
    }
    return factors
  }
}
