import TensorRuntime

/// Where a training stands between two steps.
package struct TrainingPosition: Codable {
  /// The epoch under way, counted from 1 over all calls of `fit` on the network.
  var epoch: Int
  /// How many of its batches are done.
  var batch = 0
  /// The first epoch of this call.
  var firstEpoch: Int
  /// The last epoch of this call.
  package internal(set) var lastEpoch: Int
  /// How many samples there are, to recognise other data.
  var sampleCount: Int
  /// What puts the samples of the epoch under way in order; `nil` before it begins.
  var shuffle: Philox?
  /// Loss and metrics of the epoch under way; `nil` before it begins.
  var sums: RunningSums.State?
  /// What early stopping has seen.
  var watch = ImprovementWatch()
  /// What the plateau schedule has seen.
  var plateau = ImprovementWatch()
  var bestLoss: Double?
  var bestEpoch: Int?
  var averageSteps = 0
  /// The epochs of this call that are done.
  var records: [EpochRecord] = []
  /// Seconds spent on the epoch under way, and on the whole call.
  var epochSeconds = 0.0
  var runSeconds = 0.0
  /// Whether the training ended before its last epoch.
  var isFinished = false

  init(firstEpoch: Int, lastEpoch: Int, sampleCount: Int) {
    epoch = firstEpoch
    self.firstEpoch = firstEpoch
    self.lastEpoch = lastEpoch
    self.sampleCount = sampleCount
  }
}
