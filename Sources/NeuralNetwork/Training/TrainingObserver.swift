import Foundation
import TensorRuntime

/// Where a training stands, after each batch.
package struct TrainingProgress {
  /// The epoch under way, counted from 1 over all calls of `fit`.
  package var epoch: Int
  /// The last epoch of this call.
  package var lastEpoch: Int
  package var batch: Int
  package var batchCount: Int
  package var samples: Int
  package var sampleCount: Int
  /// The mean loss of this epoch so far.
  package var loss: Double
  package var metrics: [(name: String, value: Double)]
  /// The loss of this batch alone.
  package var batchLoss: Double
  package var learningRate: Double
  /// The length of the batch's gradient over all parameters.
  package var gradientNorm: Double
  /// Samples per second over this epoch so far.
  package var rate: Double
  /// Seconds until the last epoch ends at this rate, validation left out.
  package var secondsLeft: Double
}

/// Told how a training goes, on the evaluation thread; throttling is the observer's business.
package protocol TrainingObserver: AnyObject {
  /// Training begins: how many samples, and remarks such as that it goes on from before.
  func trainingBegan(notes: [String], sampleCount: Int, epochs: Int)
  /// A batch was trained on.
  func batchEnded(_ progress: TrainingProgress, run: TrainingRun)
  /// Training waits because it was asked to; the next batch goes on.
  func trainingPaused(run: TrainingRun)
  /// An epoch ended, validation included.
  func epochEnded(_ record: EpochRecord, run: TrainingRun)
  /// Training ended for whatever reason; `run` is what there is.
  func trainingEnded(_ run: TrainingRun, error: (any Error)?)
}

/// Training that had to stop, with where, and what led there.
package struct TrainingStopped: ExplainedError {
  package let message: String
  package let fix: String?

  /// Makes the error for a loss or gradient that is not finite; `norms` are the gradient's lengths in the steps before.
  init(
    _ error: NonFiniteError, epoch: Int, batch: Int, rate: Double, place: NonFinitePlace? = nil,
    norms: [Float] = []
  ) {
    let what =
      error.parameter.map { "the gradient of \($0) is not finite" }
      ?? "the loss became \(error.loss.isNaN ? "nan" : "\(error.loss)")"
    var text = "training stopped at epoch \(epoch), batch \(batch): \(what) (lr \(Self.number(rate)))"
    var advice = ["lr: \(Self.number(rate / 10)) or less", "clip: 1.0"]
    if let path = place?.path {
      text +=
        "; the first numbers that are not finite leave \(path), whose input was finite (up to \(Self.number(Double(place?.largestInput ?? 0))))"
      advice.append("BatchNorm() before \(path)")
    } else if place != nil {
      text += "; the data itself holds numbers that are not finite"
      advice = ["data without nan and infinity"]
    }
    if let first = norms.first(where: { $0 > 0 }), let last = norms.last, norms.count > 1, last > 10 * first {
      text +=
        "; the gradient grew from \(Self.number(Double(first))) to \(Self.number(Double(last))) in \(norms.count) batches"
    }
    message = text + "; the weights are those of the step before"
    fix = "try " + advice.joined(separator: ", ")
  }

  /// A number with two digits: `0.01`, `4.1e+19`.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return String(format: "%.2g", value)
  }
}
