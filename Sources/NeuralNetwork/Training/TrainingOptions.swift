import TensorRuntime

/// How `fit` trains.
@dynamicMemberLookup
package struct TrainingOptions {
  /// What a checkpoint keeps of it.
  package var settings = TrainingSettings()
  /// What is made small and what is measured.
  package var objective = Objective()
  /// A folder in which the state is kept: after each epoch, when interrupted, and now and then in between.
  package var checkpoint: String?
  /// Batches between checkpoints within an epoch; `nil` for one every ``checkpointSeconds``.
  package var checkpointInterval: Int?
  /// Seconds between checkpoints within an epoch.
  package var checkpointSeconds = 30.0
  /// The learning rate of a step, counted from 0, in an epoch, counted from 1; instead of the rule's and the schedule's.
  package var rate: ((_ step: Int, _ epoch: Int) throws -> Double)?
  /// Told of each batch; `false` ends the training after it.
  package var onBatch: ((TrainingProgress) throws -> Bool)?
  /// Told of each epoch; `false` ends the training after it.
  package var onEpoch: ((EpochRecord) throws -> Bool)?

  /// Makes the defaults: one epoch, batches of 32, cross-entropy.
  package init() {}

  /// A setting.
  package subscript<Value>(dynamicMember path: WritableKeyPath<TrainingSettings, Value>) -> Value {
    get { settings[keyPath: path] }
    set { settings[keyPath: path] = newValue }
  }
}

/// The part of ``TrainingOptions`` that can be written to a file: going on from a checkpoint needs no repetition of it.
package struct TrainingSettings: Hashable, Codable {
  package var epochs = 1
  package var batchSize = 32
  /// The rule and its numbers; `nil` goes on with the one used before, or Adam 1e-3.
  package var rule: UpdateRule?
  /// Learning rates of layers by path, instead of the rule's: `["body": 1e-5]`; the longest path that fits counts.
  package var rates: [String: Double] = [:]
  /// When to end before the last epoch.
  package var stops: [StopRule] = []
  /// The learning rate of a step, given the rule's own.
  package var schedule: LearningRateSchedule = .constant
  /// Steps in which the learning rate rises from 0 at the beginning.
  package var warmup = 0
  /// Batches whose gradients make one step together.
  package var accumulation = 1
  /// How slowly a running mean of the weights follows them, where one is wanted at the end instead of the last weights.
  package var averaging: Double?
  /// What convolutions and fully connected layers compute in; `nil` for float32.
  package var precision: Precision?
  /// Whether samples are put in another order each epoch.
  package var shuffles = true
  /// Whether the weights of the best epoch come back at the end when there is validation.
  package var restoresBest = true

  /// Makes the defaults.
  package init() {}
}

/// When a training ends before its last epoch.
package enum StopRule: Hashable, Codable, Sendable {
  /// The validation loss (the training loss where there is no validation) got no better by `change` for so many epochs.
  case early(patience: Int, change: Double)
  /// An epoch's loss, validation first, is below a number.
  case loss(below: Double)
  /// An epoch's metric, validation first, is above a number.
  case metric(name: String, above: Double)
  /// So many seconds have passed; checked after each batch.
  case after(seconds: Double)
}

/// Everything training carries from one `fit` to the next, beside the weights.
package struct TrainingState {
  /// The rule in use, once there is one.
  package var rule: UpdateRule?
  /// The optimizer's moments and step count.
  package var optimizer: OptimizerState?
  /// Epochs trained so far, over all calls.
  package var epochs = 0

  /// Makes the state of a network that was never trained.
  package init() {}
}
