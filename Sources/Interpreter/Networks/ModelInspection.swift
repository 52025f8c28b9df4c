import Datasets
import NeuralNetwork
import TensorRuntime
import Visualization

/// Looking inside a network and at what it gets wrong.
enum ModelInspection {
  static let members: [Member] = [
    .method(
      "features", "What leaves a layer, its activation included.",
      [
        .positional("x", .tensorLike, "a batch, or one sample"),
        .labelled("at", .string, "the layer's name, as summary() shows it"),
      ], returns: .tensor
    ) { (model: ModelObject, call) in
      let x = try call.tensor("x")
      let shapes = model.network.trace?.inputShapes ?? []
      let isSingle = shapes.count == 1 && x.rank == shapes[0].rank
      let batch = isSingle ? try x.expanded(axis: 0) : x
      let pass = Pass(isTraining: false, random: call.context.random)
      let features = try model.network.features(at: try call.string("at"), of: [batch], in: pass)
      return .tensor(isSingle ? try features.squeezed(axis: 0) : features)
    },
    .method(
      "filters", "The weights of a layer: [filters, channels, height, width].",
      [.positional("layer", .string, "the layer's name")], returns: .tensor
    ) { (model: ModelObject, call) in
      let layer = try model.network.layer(at: try call.string("layer"))
      guard let weight = layer.parameters.first else {
        throw EvaluationError("ModelError", "\(layer.notation) has no weights to look at")
      }
      return .tensor(weight.tensor)
    },
    .method(
      "confusion", "Which class is taken for which: a row per true class, a column per predicted one.",
      [.positional("data", .any, "samples")], returns: .host("Figure")
    ) { (model: ModelObject, call) in
      let (samples, scores) = try predictions(model, call)
      return .host(FigureObject(confusion(samples, scores)))
    },
    .method(
      "mistakes", "The images it is surest of and wrong, with the true and the predicted class.",
      [
        .positional("data", .any, "samples"), .labelled("count", .int, "how many to show", default: .int(9)),
      ], returns: .host("Figure")
    ) { (model: ModelObject, call) in
      let (samples, scores) = try predictions(model, call)
      return .host(FigureObject(try mistakes(samples, scores, count: try call.int("count"))))
    },
  ]

  /// The class and its probability for each sample.
  private struct Prediction {
    var label: Int
    var predicted: Int
    var confidence: Float
  }

  private static func predictions(
    _ model: ModelObject, _ call: Arguments
  ) throws -> (samples: LabelledImages, predictions: [Prediction]) {
    let samples: LabelledImages
    switch call.value("data") {
    case .host(let object as SamplesObject): samples = object.samples
    case .host(let object as DatasetObject): samples = object.dataset.test
    case let other:
      throw EvaluationError(
        "TypeError", "\(call.declaration.name) wants samples, got \(other.article)", fix: "give data.test")
    }
    let context = call.context
    let output = try model.network.predictions(
      for: ImageTrainingData(samples: samples), runtime: context.runtime(), random: context.random)
    guard output.rank == 2 else {
      throw EvaluationError(
        "ShapeError",
        "\(call.declaration.name) wants a classifier [n, classes], the network gives \(output.shape)")
    }
    let shares = try output.softmax(axis: 1)
    let best = try context.runtime().int32s(of: try shares.argmax(axis: 1))
    let confidence = try context.runtime().floats(of: try shares.max(axes: [1]))
    return (
      samples,
      (0..<samples.count).map {
        Prediction(label: Int(samples.label($0)), predicted: Int(best[$0]), confidence: confidence[$0])
      }
    )
  }

  private static func name(_ label: Int, _ samples: LabelledImages) -> String {
    samples.classNames.indices.contains(label) ? samples.classNames[label] : "\(label)"
  }

  private static func confusion(_ samples: LabelledImages, _ predictions: [Prediction])
    -> FigureObject.Content
  {
    let classes = max(
      samples.classNames.count, (predictions.map { max($0.label, $0.predicted) }.max() ?? 0) + 1)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for prediction in predictions { counts[prediction.label][prediction.predicted] += 1 }
    let names = (0..<classes).map { name($0, samples) }
    var table = TextTable(
      header: ["true \\ predicted"] + names + ["right"],
      sides: [.left] + [TextWidth.Side](repeating: .right, count: classes + 1))
    for (label, row) in counts.enumerated() {
      let total = row.reduce(0, +)
      let share = total > 0 ? TrainingText.percent(Double(row[label]) / Double(total)) : "-"
      table.append([names[label]] + row.map { $0 == 0 ? "·" : TrainingText.count($0) } + [share])
    }
    let right = predictions.filter { $0.label == $0.predicted }.count
    let caption =
      "\(TrainingText.count(right)) of \(TrainingText.count(predictions.count)) right "
      + "(\(TrainingText.percent(Double(right) / Double(max(1, predictions.count)))))"
    return .table(table, caption: caption)
  }

  private static func mistakes(
    _ samples: LabelledImages, _ predictions: [Prediction], count: Int
  ) throws -> FigureObject.Content {
    let wrong = predictions.enumerated().filter { $0.element.label != $0.element.predicted }
      .sorted { ($1.element.confidence, $0.offset) < ($0.element.confidence, $1.offset) }
    guard !wrong.isEmpty, count > 0 else {
      return .table(TextTable(header: ["mistakes"]), caption: "no mistakes")
    }
    let shape = samples.shape
    let tiles = try wrong.prefix(min(count, Tiles.limit)).map { index, prediction in
      try Tile(
        channels: shape[0], height: shape[1], width: shape[2], values: try samples.floats([index]),
        caption: "\(name(prediction.label, samples)) as \(name(prediction.predicted, samples))")
    }
    return .grid(ImageGrid(Array(tiles)))
  }
}
