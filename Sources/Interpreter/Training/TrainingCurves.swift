import NeuralNetwork
import Visualization

/// The course of a training as charts over the epochs: the loss of the batches, and what was measured.
enum TrainingCurves {
  /// How many points of the batches' losses are drawn; more than a picture can show takes time for nothing.
  private static let pointLimit = 300
  private static let size = (width: 400, height: 240)

  /// The charts of a run, side by side; `progress` is the epoch under way.
  static func figure(_ run: TrainingRun, _ progress: TrainingProgress?) -> Figure {
    let charts = [loss(run, progress)] + (metrics(run, progress).map { [$0] } ?? [])
    let first = run.epochs.first?.epoch ?? progress?.epoch ?? 1
    let last = max(run.epochs.last?.epoch ?? 1, progress?.epoch ?? 1)
    return Figure(
      charts.map { chart in
        var chart = chart
        (chart.width, chart.height) = size
        chart.xIncluded = [Double(first - 1), Double(last)]
        return chart.figure()
      }, width: charts.count * size.width)
  }

  private static func loss(_ run: TrainingRun, _ progress: TrainingProgress?) -> Chart {
    let (x, y) = batches(of: run, after: (run.epochs.first?.epoch ?? progress?.epoch ?? 1) - 1)
    var series = [Chart.Series("training", x: x, y: y, color: 0)]
    if let validation = validation(run, { $0.validationLoss ?? .nan }) {
      series.append(Chart.Series("validation", x: validation.x, y: validation.y, style: .dashed, color: 1))
    }
    return Chart("", over: "epoch", yLabel: "loss", series: series)
  }

  /// The loss of the batches over the epochs, of several together where there are more than a picture can show; the
  /// training began after epoch `first`.
  static func batches(of run: TrainingRun, after first: Int) -> (x: [Double], y: [Double]) {
    let losses = run.batchLosses
    let batches = Double(max(1, run.batchesPerEpoch))
    let stride = max(1, (losses.count + pointLimit - 1) / pointLimit)
    var x: [Double] = []
    var y: [Double] = []
    for start in Swift.stride(from: 0, to: losses.count, by: stride) {
      let part = losses[start..<min(losses.count, start + stride)]
      x.append(Double(first) + Double(start + part.count) / batches)
      y.append(Double(part.reduce(0, +)) / Double(part.count))
    }
    return (x, y)
  }

  /// All metrics in one chart, a colour each; those of the validation are dashed.
  private static func metrics(_ run: TrainingRun, _ progress: TrainingProgress?) -> Chart? {
    let names = (run.epochs.first?.metrics ?? progress?.metrics ?? []).map(\.name)
    guard !names.isEmpty else { return nil }
    var series: [Chart.Series] = []
    for (index, name) in names.enumerated() {
      func value(_ metrics: [(name: String, value: Double)]) -> Double {
        metrics.indices.contains(index) ? metrics[index].value : .nan
      }
      var x = run.epochs.map { Double($0.epoch) }
      var y = run.epochs.map { value($0.metrics) }
      if let progress, progress.epoch > run.epochs.last?.epoch ?? 0 {
        x.append(Double(progress.epoch - 1) + Double(progress.batch) / Double(max(1, progress.batchCount)))
        y.append(value(progress.metrics))
      }
      series.append(Chart.Series(names.count > 1 ? name : "training", x: x, y: y, color: index * 2))
      if let validation = validation(run, { value($0.validationMetrics) }) {
        series.append(
          Chart.Series(
            names.count > 1 ? "validation \(name)" : "validation", x: validation.x, y: validation.y,
            style: .dashed, color: index * 2 + 1))
      }
    }
    var chart = Chart("", over: "epoch", yLabel: names.count > 1 ? "metrics" : names[0], series: series)
    // Shares are best read on their whole scale.
    if series.allSatisfy({ $0.y.allSatisfy { !$0.isFinite || (0...1).contains($0) } }) {
      chart.yIncluded = [0, 1]
    }
    return chart
  }

  private static func validation(_ run: TrainingRun, _ value: (EpochRecord) -> Double)
    -> (x: [Double], y: [Double])?
  {
    guard run.epochs.first?.validationLoss != nil else { return nil }
    return (run.epochs.map { Double($0.epoch) }, run.epochs.map(value))
  }
}
