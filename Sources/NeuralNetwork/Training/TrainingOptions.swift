import Foundation
import TensorRuntime

/// How `fit` trains.
package struct TrainingOptions {
  package var epochs = 1
  package var batchSize = 32
  /// The rule and its numbers; `nil` goes on with the one used before, or Adam 1e-3.
  package var rule: UpdateRule?
  package var loss = Loss.crossEntropy()
  package var metrics: [Metric] = []
  /// Epochs without improvement after which training stops.
  package var patience: Int?
  /// The learning rate of a step, given the rule's own: schedules.
  package var schedule: LearningRateSchedule = .constant
  /// A folder in which the state after each epoch is kept.
  package var checkpoint: String?
  /// Whether samples are put in another order each epoch.
  package var shuffles = true
  /// Whether the weights of the best epoch come back at the end when there is validation.
  package var restoresBest = true

  /// Makes the defaults: one epoch, batches of 32, cross-entropy.
  package init() {}
}

/// The learning rate over a training.
package enum LearningRateSchedule: Hashable, Sendable {
  /// The same throughout.
  case constant
  /// Half a cosine from the rate to 0 (Loshchilov and Hutter 2017).
  case cosine
  /// Times `factor` every `epochs` epochs.
  case step(epochs: Int, factor: Double)
  /// Up for the first 30 %, down to almost 0 (Smith and Topin 2019).
  case oneCycle

  /// The factor on the learning rate at a step.
  package func factor(step: Int, of total: Int, stepsPerEpoch: Int) -> Double {
    let progress = total > 0 ? min(1, Double(step) / Double(total)) : 0
    switch self {
    case .constant: return 1
    case .cosine: return 0.5 * (1 + cosineOf(progress))
    case .step(let epochs, let factor):
      let passed = step / max(1, stepsPerEpoch * max(1, epochs))
      return (0..<min(passed, 1000)).reduce(1.0) { value, _ in value * factor }
    case .oneCycle:
      let peak = 0.3
      if progress < peak { return 0.04 + 0.96 * 0.5 * (1 - cosineOf(progress / peak)) }
      return 1e-4 + (1 - 1e-4) * 0.5 * (1 + cosineOf((progress - peak) / (1 - peak)))
    }
  }
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

/// What one epoch came to.
package struct EpochRecord: Sendable {
  /// Counted from 1 over all calls of `fit` on this network.
  package var epoch: Int
  package var loss: Double
  package var metrics: [(name: String, value: Double)]
  package var validationLoss: Double?
  package var validationMetrics: [(name: String, value: Double)]
  package var seconds: Double
  package var samplesPerSecond: Double
  /// The share of the time that was spent waiting for batches.
  package var waitingShare = 0.0
}

/// The course of one `fit`.
package struct TrainingRun {
  package internal(set) var epochs: [EpochRecord] = []
  /// The loss of every batch, in order.
  package internal(set) var batchLosses: [Float] = []
  /// The epoch whose weights the network has, when that is not the last.
  package internal(set) var bestEpoch: Int?
  /// Whether training stopped before its last epoch because nothing improved.
  package internal(set) var stoppedEarly = false
  /// Whether training stopped before its last epoch because somebody who watched it asked for that.
  package internal(set) var stoppedByHand = false
  /// The learning rates that were set while it ran, in order.
  package internal(set) var rateChanges: [RateChange] = []
  /// Remarks for the reader: the last batch was merged, training goes on, ….
  package internal(set) var notes: [String] = []
}

/// The cosine of a share of half a turn.
private func cosineOf(_ share: Double) -> Double { cos(share * .pi) }
