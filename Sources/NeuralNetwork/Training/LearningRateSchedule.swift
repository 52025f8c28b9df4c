import Foundation

/// The learning rate over a training.
package enum LearningRateSchedule: Hashable, Sendable, Codable {
  /// The same throughout.
  case constant
  /// Half a cosine from the rate to 0 (Loshchilov and Hutter 2017).
  case cosine
  /// A straight line from the rate to 0.
  case linear
  /// Times `factor` every epoch.
  case exponential(factor: Double)
  /// Times `factor` every `epochs` epochs.
  case step(epochs: Int, factor: Double)
  /// Up for the first 30 %, down to almost 0 (Smith and Topin 2019).
  case oneCycle
  /// Times `factor` when the loss, validation first, got no better for `patience` epochs.
  case plateau(factor: Double, patience: Int)

  /// The factor on the learning rate at a step, counted after the warm-up.
  package func factor(step: Int, of total: Int, stepsPerEpoch: Int) -> Double {
    let progress = total > 0 ? min(1, max(0, Double(step) / Double(total))) : 0
    switch self {
    case .constant, .plateau: return 1
    case .cosine: return 0.5 * (1 + cos(progress * .pi))
    case .linear: return 1 - progress
    case .exponential(let factor): return pow(factor, Double(max(0, step) / max(1, stepsPerEpoch)))
    case .step(let epochs, let factor):
      return pow(factor, Double(max(0, step) / max(1, stepsPerEpoch) / max(1, epochs)))
    case .oneCycle:
      let peak = 0.3
      if progress < peak { return 0.04 + 0.96 * 0.5 * (1 - cos(progress / peak * .pi)) }
      return 1e-4 + (1 - 1e-4) * 0.5 * (1 + cos((progress - peak) / (1 - peak) * .pi))
    }
  }
}

/// How a loss went over the epochs, for what waits until it improves no more.
struct ImprovementWatch: Codable {
  private(set) var best = Double.infinity
  private(set) var epochsSince = 0
  /// The product of a plateau's factors so far.
  private(set) var factor = 1.0

  /// Takes in an epoch's loss; one that is lower by more than `change` is better.
  mutating func add(_ loss: Double, change: Double) {
    if loss < best - change {
      best = loss
      epochsSince = 0
    } else {
      epochsSince += 1
    }
  }

  /// Lowers the rate where nothing improved for `patience` epochs.
  mutating func lower(by factor: Double, patience: Int) {
    guard epochsSince >= max(1, patience) else { return }
    self.factor *= factor
    epochsSince = 0
  }
}
