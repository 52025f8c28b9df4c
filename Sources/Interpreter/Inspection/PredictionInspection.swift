import Datasets
import NeuralNetwork
import TensorRuntime
import Visualization

/// Looking at what a classifier gets right and wrong.
enum PredictionInspection {
  private static let data = Parameter.positional("data", .any, "samples; a data set stands for its test part")
  private static let count = Parameter.labelled("count", .int, "how many to show", default: .int(9))

  static let members: [Member] = [
    .method(
      "confusion",
      "Which class is taken for which: a row per true class, a column per predicted one. With tta: by the mean output "
        + "for several views of each sample, as evaluate has it.",
      [data] + TestTimeViews.parameters, returns: .host("Confusion")
    ) { (model: ModelObject, call) in
      let found = try Predictions(model, call)
      return .host(
        ConfusionObject(
          ConfusionMatrix(
            classNames: found.classNames, labels: found.labels, predictions: found.predicted)))
    },
    .method(
      "mistakes", "The images it is surest of and wrong, with the true and the predicted class.",
      [data, count] + TestTimeViews.parameters, returns: .host("Figure")
    ) { (model: ModelObject, call) in
      let found = try Predictions(model, call)
      let wrong = found.labels.indices.filter { found.labels[$0] != found.predicted[$0] }
        .sorted { (found.confidence[$1], $0) < (found.confidence[$0], $1) }
      guard !wrong.isEmpty else {
        return .host(FigureObject(.table(TextTable(header: ["mistakes"]), caption: "no mistakes")))
      }
      return try grid(found, wrong, call) {
        "\(found.name(found.labels[$0])) as \(found.name(found.predicted[$0]))"
      }
    },
    .method(
      "topLosses", "The images with the largest loss: true class, predicted class, loss.",
      [data, count] + TestTimeViews.parameters, returns: .host("Figure")
    ) { (model: ModelObject, call) in
      let found = try Predictions(model, call)
      let order = found.losses.indices.sorted { (found.losses[$1], $0) < (found.losses[$0], $1) }
      return try grid(found, order, call) {
        let tenths = Int((min(found.losses[$0], 1e6) * 10).rounded())
        return
          "\(found.name(found.labels[$0])) as \(found.name(found.predicted[$0])), \(tenths / 10).\(tenths % 10)"
      }
    },
    .method(
      "embedding",
      "Where samples lie in the space of a layer's output: the two directions of largest variance (PCA), coloured by "
        + "class.",
      [
        data, .labelled("at", .optional(.string), "the layer's name; the last but one", default: .nothing),
        .labelled("count", .int, "how many samples", default: .int(500)),
      ], returns: .host("Figure")
    ) { (model: ModelObject, call) in try embedding(model, call) },
  ]

  private static func grid(
    _ found: Predictions, _ order: [Int], _ call: Arguments, caption: (Int) -> String
  ) throws -> Value {
    let count = try call.int("count")
    guard (1...Tiles.limit).contains(count) else {
      throw EvaluationError("ValueError", "count is a number from 1 to \(Tiles.limit), got \(count)")
        .at(call.place(of: "count"))
    }
    guard !order.isEmpty else { throw EvaluationError("ValueError", "there are no samples to look at") }
    return .host(
      FigureObject(.grid(ImageGrid(try order.prefix(count).map { try found.tile($0, caption: caption($0)) })))
    )
  }

  private static func embedding(_ model: ModelObject, _ call: Arguments) throws -> Value {
    let context = call.context
    let samples = try Predictions.samples(call).take(max(2, min(2000, try call.int("count"))))
    let layers = model.network.layers.map(\.path)
    let path = try call.optionalString("at") ?? layers.dropLast().last ?? layers.last ?? ""
    let x = try Tensor(
      try samples.floats(Array(0..<samples.count)), Shape(samples.shape).withBatch(samples.count))
    let pass = Pass(isTraining: false, random: context.random)
    let features = try model.network.features(at: path, of: [x], in: pass)
    let flat = try features.reshaped([samples.count, -1])
    let components = try PrincipalComponents(flat, components: 2, runtime: context.runtime())
    let labels = samples.labels.map { Int($0) }
    let series = samples.classNames.indices.compactMap { label -> Chart.Series? in
      let own = labels.indices.filter { labels[$0] == label }
      guard !own.isEmpty else { return nil }
      return Chart.Series(
        samples.classNames[label], x: own.map { components.projections[$0][0] },
        y: own.map { components.projections[$0][1] }, style: .points, color: label)
    }
    let share = components.shares.map { TrainingText.percent($0) }
    return .host(
      FigureObject(
        .drawings([
          Chart(
            "\(path) of \(samples.count) samples", xLabel: "first direction (\(share[0]) of the variance)",
            yLabel: "second direction (\(share[1]))", series: series)
        ])))
  }
}
