import TensorRuntime
import Visualization

/// The trade-off of a threshold: ROC and precision over recall.
extension ChartBuiltins {
  private static let parameters: [Parameter] = [
    .positional("scores", .tensorLike, "how sure the network is of each sample, [n]"),
    .positional("positive", .tensorLike, "1 or true for each sample that is what is looked for, [n]"),
    .labelled("title", .string, "what stands above", default: .string("")),
  ]

  static let rocCurve = Builtin(
    "rocCurve", "Recall over false positives as the threshold falls; print(…) tells the area under it.",
    parameters,
    returns: .host("Curve"), formula: "recall = TP / (TP + FN), false positives = FP / (FP + TN)",
    example: "rocCurve([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0]).area"
  ) { call in
    let curve = try curve(call)
    return .host(
      CurveObject(
        curve, name: "area under ROC", area: curve.areaUnderROC,
        chart: Chart(
          try call.string("title"), xLabel: "false positives", yLabel: "recall",
          series: [
            .init("", x: curve.points.map(\.falsePositiveRate), y: curve.points.map(\.recall)),
            .init("chance", x: [0, 1], y: [0, 1], style: .reference),
          ])))
  }

  static let precisionRecall = Builtin(
    "precisionRecall", "Precision over recall as the threshold falls; print(…) tells the average precision.",
    parameters,
    returns: .host("Curve"), formula: "precision = TP / (TP + FP), recall = TP / (TP + FN)",
    example: "precisionRecall([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0]).area"
  ) { call in
    let curve = try curve(call)
    return .host(
      CurveObject(
        curve, name: "average precision", area: curve.averagePrecision,
        chart: Chart(
          try call.string("title"), xLabel: "recall", yLabel: "precision",
          series: [.init("", x: curve.points.map(\.recall), y: curve.points.map(\.precision))])))
  }

  private static func curve(_ call: Arguments) throws -> ThresholdCurve {
    let runtime = try call.context.runtime()
    let scores = try runtime.floats(of: try call.tensor("scores")).map(Double.init)
    let isPositive = try runtime.floats(of: try call.tensor("positive")).map { $0 != 0 }
    guard scores.count == isPositive.count else {
      throw EvaluationError("ShapeError", "\(scores.count) scores for \(isPositive.count) samples")
    }
    guard let curve = ThresholdCurve(scores: scores, isPositive: isPositive) else {
      throw EvaluationError(
        "ValueError", "\(call.declaration.name) needs samples of both kinds, all are alike",
        fix: "the second argument tells which are: labels .== 3")
    }
    return curve
  }
}

/// A curve of thresholds, in a program.
final class CurveObject: HostObject {
  private let curve: ThresholdCurve
  private let name: String
  private let area: Double
  /// The curve, drawn.
  let chart: Chart

  init(_ curve: ThresholdCurve, name: String, area: Double, chart: Chart) {
    (self.curve, self.name, self.area) = (curve, name, area)
    var chart = chart
    if chart.title.isEmpty { chart.title = "\(name) \(Axis.short((area * 1e4).rounded() / 1e4))" }
    (chart.xIncluded, chart.yIncluded) = ([0, 1], [0, 1])
    self.chart = chart
  }

  var text: String { "\(name) \(area)" }

  static let declaration = TypeDeclaration(
    "Curve", "How recall, precision and false positives trade off as a threshold falls.",
    members: [
      .property("area", .double, "The area under it: of the ROC curve, or the average precision.") {
        (object: CurveObject) in .double(object.area)
      },
      .property("thresholds", .array(.double), "The thresholds, from the strictest on.") {
        (object: CurveObject) in .array(of: object.curve.points.map { .double($0.threshold) })
      },
      .property("recall", .array(.double), "Of what is there, the share found at each.") {
        (object: CurveObject) in .array(of: object.curve.points.map { .double($0.recall) })
      },
      .property("precision", .array(.double), "Of what is found, the share that is there, at each.") {
        (object: CurveObject) in .array(of: object.curve.points.map { .double($0.precision) })
      },
      .property("falsePositives", .array(.double), "Of what is not there, the share found at each.") {
        (object: CurveObject) in .array(of: object.curve.points.map { .double($0.falsePositiveRate) })
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    try FigureBundle.make(.drawings([chart]), context)
  }
}
