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
  /// The learning rate of its last step.
  package var learningRate: Double
  /// The share of the time that was spent waiting for batches.
  package var waitingShare = 0.0
}

extension EpochRecord: Codable {
  private struct Named: Codable {
    var name: String
    var value: Double
  }
  private enum Key: String, CodingKey {
    case epoch, loss, metrics, validationLoss, validationMetrics, seconds, rate, learningRate, waiting
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(loss, forKey: .loss)
    try container.encode(metrics.map { Named(name: $0.name, value: $0.value) }, forKey: .metrics)
    try container.encodeIfPresent(validationLoss, forKey: .validationLoss)
    try container.encode(
      validationMetrics.map { Named(name: $0.name, value: $0.value) }, forKey: .validationMetrics)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(samplesPerSecond, forKey: .rate)
    try container.encode(learningRate, forKey: .learningRate)
    try container.encode(waitingShare, forKey: .waiting)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func named(_ key: Key) throws -> [(name: String, value: Double)] {
      try container.decode([Named].self, forKey: key).map { ($0.name, $0.value) }
    }
    self.init(
      epoch: try container.decode(Int.self, forKey: .epoch),
      loss: try container.decode(Double.self, forKey: .loss), metrics: try named(.metrics),
      validationLoss: try container.decodeIfPresent(Double.self, forKey: .validationLoss),
      validationMetrics: try named(.validationMetrics),
      seconds: try container.decode(Double.self, forKey: .seconds),
      samplesPerSecond: try container.decode(Double.self, forKey: .rate),
      learningRate: try container.decode(Double.self, forKey: .learningRate),
      waitingShare: try container.decode(Double.self, forKey: .waiting))
  }
}

/// The course of one `fit`.
package struct TrainingRun {
  package internal(set) var epochs: [EpochRecord] = []
  /// The loss of every batch, in order.
  package internal(set) var batchLosses: [Float] = []
  /// How many batches an epoch has.
  package internal(set) var batchesPerEpoch = 0
  /// The epoch whose weights the network has, when that is not the last.
  package internal(set) var bestEpoch: Int?
  /// Why training stopped before its last epoch, if it did.
  package internal(set) var stopReason: String?
  /// Whether training stopped before its last epoch because a rule or a callback said so.
  package var stoppedEarly: Bool { stopReason != nil }
  /// Whether training stopped before its last epoch because somebody who watched it asked for that.
  package internal(set) var stoppedByHand = false
  /// The learning rates that were set while it ran, in order.
  package internal(set) var rateChanges: [RateChange] = []
  /// Remarks for the reader: training goes on, ….
  package internal(set) var notes: [String] = []
}

/// Means over the samples seen so far.
struct RunningSums {
  private let metrics: [Metric]
  private var state = State()

  /// The sums themselves, as checkpoints keep them.
  struct State: Codable {
    var lossSum = 0.0
    var samples = 0
    var contributions: [[Double]] = []
  }

  init(metrics: [Metric], goingOnFrom earlier: State? = nil) {
    self.metrics = metrics
    if let earlier, earlier.contributions.count == metrics.count { state = earlier }
    if state.contributions.isEmpty { state.contributions = metrics.map { _ in [] } }
  }

  var sums: State { state }

  mutating func add(loss: Double, observed: [[Float]], samples count: Int) {
    state.lossSum += loss * Double(count)
    state.samples += count
    for (index, values) in observed.enumerated() where state.contributions.indices.contains(index) {
      if state.contributions[index].isEmpty {
        state.contributions[index] = [Double](repeating: 0, count: values.count)
      }
      for (place, value) in values.enumerated() where state.contributions[index].indices.contains(place) {
        state.contributions[index][place] += Double(value)
      }
    }
  }

  var loss: Double { state.samples > 0 ? state.lossSum / Double(state.samples) : .nan }

  /// What was taken for what, where a metric counts that.
  var confusion: ClassConfusion? {
    zip(metrics, state.contributions).lazy.compactMap { $0.confusion?($1) }.first
  }

  var metricValues: [(name: String, value: Double)] {
    zip(metrics, state.contributions).map { ($0.name, $0.value($1)) }
  }
}
