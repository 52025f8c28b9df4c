import NeuralNetwork
import TensorRuntime
import Visualization

/// What the layers of a network give over many samples, in a program.
final class ActivationsObject: HostObject {
  private let layers: [ActivationStatistics]

  init(_ layers: [ActivationStatistics]) { self.layers = layers }

  var text: String { table.text() }

  static let declaration = TypeDeclaration(
    "Activations",
    "What each layer gives over many samples; by name: activations[\"conv1\"].deadShare.",
    members: [
      .property("layers", .array(.string), "The names of the layers.") { (object: ActivationsObject) in
        .strings(object.layers.map(\.layer))
      },
      .property("dead", .int, "How many units of all layers are dead.") { (object: ActivationsObject) in
        .int(object.layers.reduce(0) { $0 + $1.deadCount })
      },
    ])

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    guard indices.count == 1, case .string(let name) = indices[0],
      let found = layers.first(where: { $0.layer == name })
    else {
      throw EvaluationError(
        "IndexError", "activations are looked up by a layer's name",
        fix: "the layers are \(layers.map(\.layer).joined(separator: ", "))")
    }
    return .tuple(
      ("mean", .double(found.mean)), ("std", .double(found.deviation)),
      ("nearZero", .double(found.nearZeroShare)), ("dead", .int(found.deadCount)),
      ("units", .int(found.unitCount)), ("deadShare", .double(found.deadShare)))
  }

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    try FigureBundle.make(.table(table, caption: ""), context)
  }

  private var table: TextTable {
    var table = TextTable(header: ["layer", "output", "mean", "std", "near zero", "dead units"])
    for layer in layers {
      table.append([
        layer.layer, layer.shape.description, TrainingText.number(layer.mean),
        TrainingText.number(layer.deviation), TrainingText.percent(layer.nearZeroShare),
        "\(layer.deadCount) of \(layer.unitCount)"
          + (layer.deadCount > 0 ? " (\(TrainingText.percent(layer.deadShare)))" : ""),
      ])
    }
    return table
  }
}

/// How large the gradients of a network are, in a program.
final class GradientNormsObject: HostObject {
  private let norms: [GradientNorm]

  init(_ norms: [GradientNorm]) { self.norms = norms }

  var text: String { table.text() }

  static let declaration = TypeDeclaration(
    "GradientNorms",
    "How large the loss's derivative by each parameter is; by name: norms[\"conv1.weight\"].",
    members: [
      .property("names", .array(.string), "The names of the parameters.") { (object: GradientNormsObject) in
        .strings(object.norms.map(\.parameter))
      },
      .property("values", .array(.double), "The gradients' lengths, in the same order.") {
        (object: GradientNormsObject) in .array(of: object.norms.map { .double($0.gradientNorm) })
      },
    ])

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    guard indices.count == 1, case .string(let name) = indices[0],
      let found = norms.first(where: { $0.parameter == name })
    else {
      throw EvaluationError(
        "IndexError", "gradient norms are looked up by a parameter's name",
        fix: "the parameters are \(norms.map(\.parameter).joined(separator: ", "))")
    }
    return .double(found.gradientNorm)
  }

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    let weights = norms.filter { $0.parameter.hasSuffix(".weight") }
    var chart = BarChart(
      "length of the gradient of each layer's weights",
      categories: weights.map { String($0.parameter.dropLast(7)) },
      series: [.init("", weights.map(\.gradientNorm))])
    chart.yLabel = "√Σ(∂L/∂w)²"
    return try FigureBundle.make(.drawings([chart], text: table.text()), context)
  }

  private var table: TextTable {
    var table = TextTable(header: ["parameter", "weight norm", "gradient norm", "ratio"])
    for norm in norms {
      let ratio = norm.weightNorm > 0 ? TrainingText.number(norm.gradientNorm / norm.weightNorm) : "-"
      table.append([
        norm.parameter, TrainingText.number(norm.weightNorm), TrainingText.number(norm.gradientNorm), ratio,
      ])
    }
    return table
  }
}

/// What a learning-rate range test found, in a program.
final class RateRangeObject: HostObject {
  private let range: LearningRateRange

  init(_ range: LearningRateRange) { self.range = range }

  var text: String {
    guard let rate = range.suggestion else {
      return "the loss fell at no rate from \(short(range.rates.first)) to \(short(range.rates.last))"
    }
    return "the loss falls fastest at a learning rate of \(short(rate))"
  }

  private func short(_ rate: Double?) -> String { rate.map { Axis.short($0) } ?? "?" }

  static let declaration = TypeDeclaration(
    "RateRange", "What a learning-rate range test found.",
    members: [
      .property("suggestion", .double, "The rate at which the loss falls fastest.") {
        (object: RateRangeObject) in
        guard let rate = object.range.suggestion else {
          throw EvaluationError(
            "ValueError", "the loss fell at none of the rates tried",
            fix: "try more steps, or another range: lrFind(data, from: 1e-5, to: 1)")
        }
        return .double(rate)
      },
      .property("rates", .array(.double), "The rates tried.") { (object: RateRangeObject) in
        .array(of: object.range.rates.map { .double($0) })
      },
      .property("losses", .array(.double), "The smoothed loss at each.") { (object: RateRangeObject) in
        .array(of: object.range.losses.map { .double($0) })
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    var series = [Chart.Series("loss", x: range.rates, y: range.losses)]
    if let rate = range.suggestion, let index = range.rates.firstIndex(of: rate) {
      series.append(
        .init("suggestion \(short(rate))", x: [rate], y: [range.losses[index]], style: .points))
    }
    var chart = Chart("learning-rate range test", xLabel: "learning rate", yLabel: "loss", series: series)
    chart.isXLogarithmic = true
    return try FigureBundle.make(.drawings([chart], caption: text), context)
  }
}
