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

/// Training that had to stop, with the epoch and batch.
package struct TrainingStopped: ExplainedError {
  package let message: String
  package let fix: String?

  /// Makes the error for a loss or gradient that is not finite.
  init(_ error: NonFiniteError, epoch: Int, batch: Int, rate: Double) {
    let what = error.parameter.map { "the gradient of \($0) is not finite" } ?? "the loss is not finite"
    message =
      "training stopped at epoch \(epoch), batch \(batch): \(what) (learning rate \(rate)); "
      + "the weights are those of the last good step"
    fix = "try a learning rate of \(rate / 10), clip: 1.0, or inputs scaled to 0...1"
  }
}
