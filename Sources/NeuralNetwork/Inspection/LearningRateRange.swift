import Foundation
import TensorRuntime

/// What a learning-rate range test found (Smith 2015, "Cyclical learning rates for training neural networks").
package struct LearningRateRange: Sendable {
  /// The rates tried, rising by equal ratios.
  package let rates: [Double]
  /// The smoothed loss at each rate.
  package let losses: [Double]
  /// The rate at which the loss falls fastest; `nil` when it never falls.
  package let suggestion: Double?

  init(rates: [Double], losses: [Double]) {
    (self.rates, self.losses) = (rates, losses)
    // The first tenth still shows how the average settles; after the lowest loss the rate is too large.
    let lowest = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    let start = min(lowest, losses.count / 10)
    var steepest: (index: Int, slope: Double)?
    for index in start..<max(start, lowest - 1) where index > 0 {
      let slope = losses[index + 1] - losses[index - 1]
      if slope < steepest?.slope ?? 0 { steepest = (index, slope) }
    }
    suggestion = steepest.map { rates[$0.index] }
  }
}

extension Network {
  /// Trains on batches with a rising learning rate and watches the loss; stops when it is four times its lowest.
  ///
  /// Weights, statistics and optimizer state are afterwards what they were before, also after an error.
  package func learningRateRange(
    on data: any TrainingData, options: TrainingOptions, from low: Double, to high: Double, steps: Int,
    runtime: Runtime, random: RandomSource
  ) throws -> LearningRateRange {
    guard low > 0, high > low, high.isFinite, (10...10_000).contains(steps), options.batchSize >= 1,
      data.count > 0
    else {
      throw LayerError(
        "a range test from \(low) to \(high) in \(steps) steps",
        fix: "rates rise from above 0, in 10 to 10000 steps, on at least one sample")
    }
    try build(for: data.inputShapes, random: random)
    let kept = try (parameters + statistics).map { ($0, try runtime.floats(of: $0.tensor)) }
    defer { for (parameter, values) in kept { try? parameter.set(Tensor(values, parameter.shape)) } }
    var rule = options.rule ?? training.rule ?? .adam()
    let count = min(options.batchSize, data.count)
    let step = try CompiledStep(
      network: self, data: data, count: count, options: options, rule: rule, state: OptimizerState(),
      runtime: runtime, random: RandomSource(seed: random.seed))
    var rates: [Double] = []
    var losses: [Double] = []
    var average = 0.0
    var order = EpochOrder(count: data.count, batchSize: count, shuffledBy: random.draw(for: .shuffling))
    var place = 0
    for number in 0..<steps {
      try runtime.cancellation?.check()
      if place + count > data.count {
        order = EpochOrder(count: data.count, batchSize: count, shuffledBy: random.draw(for: .shuffling))
        place = 0
      }
      let rate = low * pow(high / low, Double(number) / Double(steps - 1))
      rule.learningRate = Float(rate)
      let loss: Float
      do {
        loss = try step.run(
          indices: order.indices[place..<place + count], epoch: 1, rule: rule
        ).loss
      } catch is NonFiniteError { break }
      place += count
      average = 0.9 * average + 0.1 * Double(loss)
      // A moving average that starts at 0 is too small at first (Kingma and Ba 2014, bias correction).
      let smooth = average / (1 - pow(0.9, Double(number + 1)))
      rates.append(rate)
      losses.append(smooth)
      if number > steps / 10, smooth > 4 * (losses.min() ?? smooth) { break }
    }
    return LearningRateRange(rates: rates, losses: losses)
  }
}
