import Foundation
import NeuralNetwork
import TensorRuntime
import Visualization

/// A value that `plot` draws by itself.
protocol ChartSource {
  /// What is drawn, side by side.
  var charts: [Chart] { get }
}

/// The course of a training in a program: what `fit` gives and `plot` draws.
final class RunObject: HostObject, ChartSource {
  let run: TrainingRun

  init(_ run: TrainingRun) { self.run = run }

  var text: String {
    guard let last = run.epochs.last else { return "no epochs" }
    var text = "epoch \(last.epoch): " + TrainingText.values(loss: last.loss, metrics: last.metrics)
    if let loss = last.validationLoss {
      text += ", " + TrainingText.values(loss: loss, metrics: last.validationMetrics, prefix: "validation ")
    }
    if let best = run.bestEpoch { text += "; the weights are those of epoch \(best), the best" }
    return text
  }

  static let declaration = TypeDeclaration(
    "Run", "The course of a training.",
    members: [
      .property("losses", .array(.double), "The loss of each epoch.") { (object: RunObject) in
        .array(of: object.run.epochs.map { .double($0.loss) })
      },
      .property("batchLosses", .array(.double), "The loss of each batch.") { (object: RunObject) in
        .array(of: object.run.batchLosses.map { .double(Double($0)) })
      },
      .property("validationLosses", .array(.double), "The validation loss of each epoch.") {
        (object: RunObject) in
        .array(of: object.run.epochs.compactMap { $0.validationLoss.map { .double($0) } })
      },
      .property("accuracies", .array(.double), "The training accuracy of each epoch.") {
        (object: RunObject) in
        .array(
          of: object.run.epochs.compactMap { record in
            record.metrics.first { $0.name == "accuracy" }.map { .double($0.value) }
          })
      },
      .property("seconds", .double, "How long it took.") { (object: RunObject) in
        .double(object.run.epochs.reduce(0) { $0 + $1.seconds })
      },
      .property("epochs", .int, "How many epochs there were.") { (object: RunObject) in
        .int(object.run.epochs.count)
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle { MIMEBundle(text: text) }

  /// As ``charts``, with the loss of the batches under that of the epochs.
  var batchCharts: [Chart] {
    let (x, y) = TrainingCurves.batches(of: run, after: (run.epochs.first?.epoch ?? 1) - 1)
    let charts = charts
    guard run.epochs.count > 1, let epochs = charts.first else {
      return [
        Chart("loss", over: "epoch", yLabel: "loss", series: [.init("batches", x: x, y: y)])
      ] + charts.dropFirst()
    }
    let series =
      [Chart.Series("batches", x: x, y: y, color: 7)]
      + epochs.series.enumerated().map { index, series in
        Chart.Series(series.name, x: series.x, y: series.y, style: series.style, color: index)
      }
    return [Chart("loss", over: "epoch", yLabel: "loss", series: series)] + charts.dropFirst()
  }

  /// Loss and metrics over the epochs; the loss over the batches where there is a single epoch.
  var charts: [Chart] {
    let epochs = run.epochs
    guard epochs.count > 1 else {
      let losses = run.batchLosses.map(Double.init)
      return [Chart("loss", over: "batch", yLabel: "loss", series: [.init("training", y: losses)])]
    }
    let x = epochs.map { Double($0.epoch) }
    var series = [Chart.Series("training", x: x, y: epochs.map(\.loss))]
    let validated = epochs[0].validationLoss != nil
    if validated {
      series.append(.init("validation", x: x, y: epochs.map { $0.validationLoss ?? .nan }, style: .dashed))
    }
    var charts = [Chart("loss", over: "epoch", yLabel: "loss", series: series)]
    for (index, metric) in epochs[0].metrics.enumerated() {
      func values(_ metrics: (EpochRecord) -> [(name: String, value: Double)]) -> [Double] {
        epochs.map { metrics($0).indices.contains(index) ? metrics($0)[index].value : .nan }
      }
      var series = [Chart.Series("training", x: x, y: values(\.metrics))]
      if validated {
        series.append(.init("validation", x: x, y: values(\.validationMetrics), style: .dashed))
      }
      charts.append(Chart(metric.name, over: "epoch", yLabel: metric.name, series: series))
    }
    return charts
  }
}

/// What an evaluation came to, in a program.
final class EvaluationObject: HostObject {
  let result: EvaluationResult
  /// The names of the classes, where they are known.
  let classNames: [String]

  init(_ result: EvaluationResult, classNames: [String]) {
    self.result = result
    self.classNames = classNames
  }

  var text: String {
    TrainingText.values(loss: result.loss, metrics: result.metrics)
      + " over \(TrainingText.count(result.sampleCount)) samples"
  }

  static let declaration = TypeDeclaration(
    "Evaluation", "Loss and metrics over a set of samples.",
    members: [
      .property("loss", .double, "The mean loss.") { (object: EvaluationObject) in .double(object.result.loss)
      },
      .property("count", .int, "How many samples there were.") { (object: EvaluationObject) in
        .int(object.result.sampleCount)
      },
      .property(
        "confusion", .host("ConfusionMatrix"),
        "Which class was taken for which, and each class's numbers, where masks were measured."
      ) { (object: EvaluationObject) in
        guard let matrix = object.result.confusion else {
          throw EvaluationError(
            "ValueError", "no masks were measured", fix: "evaluate(…, target: .masks, metrics: [.meanIoU])")
        }
        return .host(ConfusionMatrixObject(matrix, names: object.classNames))
      },
    ] + metricNames.map(measured), mayHaveMember: mayMeasure)

  private static let metricNames = [
    "accuracy", "top5", "meanIoU", "dice", "pixelAccuracy", "meanPixelAccuracy",
  ]

  /// Whether it may be a metric's name: `top3`, `metric1`, or one of one of several outputs, `digitAccuracy`.
  private static func mayMeasure(_ name: String) -> Bool {
    for start in ["top", "metric"] where name.hasPrefix(start) {
      if Int(name.dropFirst(start.count)) != nil { return true }
    }
    if let digits = name.range(of: "[Tt]op[0-9]+$|Metric[0-9]+$", options: .regularExpression) {
      return digits.lowerBound > name.startIndex
    }
    return (metricNames + ["loss"]).contains { metric in
      let suffix = metric.prefix(1).uppercased() + metric.dropFirst()
      return name.count > suffix.count && name.hasSuffix(suffix)
    }
  }

  /// A metric as a member, so that a misspelt one is found before a training begins.
  private static func measured(_ name: String) -> Member {
    .property(name, .double, "The metric of that name, where it was measured.") {
      (object: EvaluationObject) in
      guard let value = try object.metric(name) else {
        let known = object.result.metrics.map(\.name)
        throw EvaluationError(
          "ValueError",
          "'\(name)' was not measured; \(known.isEmpty ? "nothing" : known.joined(separator: ", ")) was",
          fix: "evaluate(…, metrics: [.\(name == "top5" ? "top(5)" : name)])")
      }
      return value
    }
  }

  private func metric(_ name: String) throws -> Value? {
    result.metrics.first { $0.name == name }.map { .double($0.value) }
  }

  func dynamicMember(_ name: String, _ context: EvaluationContext) throws -> Value? { try metric(name) }
  var dynamicMemberNames: [String] { result.metrics.map(\.name) }
}
