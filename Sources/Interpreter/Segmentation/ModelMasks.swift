import Datasets
import NeuralNetwork
import TensorRuntime
import Visualization

/// What a network says of each pixel: masks of images of any size, and a look at how they differ from the truth.
enum ModelMasks {
  private static let flips = OptionFamily(
    "Flips",
    [
      .init("none", "the image as it is"), .init("horizontal", "left and right exchanged too"),
      .init("both", "all four turns"),
    ])
  private static let image = Parameter.positional("image", .tensorLike, "an image [c, h, w] of any size")
  private static let tiling: [Parameter] = [
    .labelled("overlap", .number, "the share of a tile that the next one sees too", default: .double(0.25)),
    .labelled(
      "flips", .option(flips), "turned copies whose predictions are averaged", default: .option(named: "none")
    ),
    .labelled("batch", .int, "tiles looked at together", default: .int(8)),
  ]

  static let members: [Member] = [
    .method(
      "segment",
      "The class of each pixel of an image of any size: looked at in overlapping tiles of the network's input size, "
        + "blended, so that memory stays small.",
      [image] + tiling, returns: .tensor, shapes: "[c, h, w] -> [h, w], int32"
    ) { (model: ModelObject, call) in
      let shares = try probabilities(model, call)
      guard shares.shape[0] > 1 else {
        return .tensor(try (shares .> .scalar(0.5)).cast(.int32).squeezed(axis: 0))
      }
      return .tensor(try shares.argmax(axis: 0))
    },
    .method(
      "probabilities", "How likely each class is at each pixel of an image of any size, as segment sees it.",
      [image] + tiling, returns: .tensor, shapes: "[c, h, w] -> [classes, h, w]"
    ) { (model: ModelObject, call) in .tensor(try probabilities(model, call)) },
    .method(
      "results",
      "Images with the true mask, the predicted one, and the pixels where they differ: a row for each image.",
      [
        .positional("data", .any, "samples with masks"),
        .labelled("count", .int, "how many images", default: .int(4)),
        .labelled(
          "ignore", .optional(.int), "the class number of pixels that don't count", default: .nothing),
      ], returns: .host("Figure")
    ) { (model: ModelObject, call) in .host(FigureObject(.grid(try results(model, call)))) },
  ]

  private static func probabilities(_ model: ModelObject, _ call: Arguments) throws -> Tensor {
    var tiled = TiledPrediction()
    tiled.overlap = try call.number("overlap")
    tiled.flips = try call.option("flips").flatMap { TiledPrediction.Flips(rawValue: $0.name) } ?? .none
    tiled.batch = try call.int("batch")
    guard (0...0.9).contains(tiled.overlap) else {
      throw EvaluationError("ValueError", "overlap is a share from 0 to 0.9, got \(tiled.overlap)").at(
        call.place(of: "overlap"))
    }
    guard (1...4096).contains(tiled.batch) else {
      throw EvaluationError("ValueError", "batch is a number from 1 to 4096, got \(tiled.batch)").at(
        call.place(of: "batch"))
    }
    return try tiled.probabilities(
      of: call.tensor("image"), network: model.network, runtime: call.context.runtime(),
      random: call.context.random)
  }

  private static func results(_ model: ModelObject, _ call: Arguments) throws -> ImageGrid {
    let samples: LabelledImages
    switch call.value("data") {
    case .host(let object as SamplesObject): samples = object.samples
    case .host(let object as DatasetObject): samples = object.dataset.test
    case let other:
      throw EvaluationError(
        "TypeError", "results wants samples, got \(other.article)", fix: "give data.test")
    }
    let count = try call.int("count")
    guard (1...64).contains(count) else {
      throw EvaluationError("ValueError", "results shows 1 to 64 images, got \(count)").at(
        call.place(of: "count"))
    }
    let chosen = samples.take(count)
    let data = try MaskTrainingData(samples: chosen)
    let runtime = try call.context.runtime()
    let outputs = try model.network.predictions(for: data, runtime: runtime, random: call.context.random)
    guard let logits = outputs.first, outputs.count == 1 else {
      throw EvaluationError(
        "ShapeError", "results wants a network with one output, this one has \(outputs.count)")
    }
    let (height, width) = (chosen.shape[1], chosen.shape[2])
    guard logits.rank == 4, logits.shape[2] == height, logits.shape[3] == width else {
      throw EvaluationError(
        "ShapeError",
        "results wants logits [n, classes, \(height), \(width)], the network gives \(logits.shape)")
    }
    let predicted = try runtime.int32s(
      of: logits.shape[1] == 1 ? (logits .> .scalar(0)).cast(.int32) : logits.argmax(axis: 1))
    let ignored = try call.optionalInt("ignore").map { Int32(clamping: $0) }
    let plane = height * width
    var tiles: [Tile] = []
    for index in 0..<chosen.count {
      let found = Array(predicted[index * plane..<(index + 1) * plane])
      tiles += try row(chosen, index, found, ignored)
    }
    var grid = ImageGrid(tiles, columns: 4)
    grid.legend = chosen.store.maskNames.enumerated().map { LegendEntry($0.offset, $0.element) }
    return grid
  }

  /// Image, truth, prediction and error of one sample.
  private static func row(_ samples: LabelledImages, _ index: Int, _ found: [Int32], _ ignored: Int32?) throws
    -> [Tile]
  {
    let shape = samples.shape
    let truth = (samples.extras(index).masks.first ?? []).map { Int32($0) }
    let values = try samples.viewed.floats([index])
    let perTile = shape[0] == 3 ? 3 : 1
    let image = try Tile(
      channels: perTile, height: shape[1], width: shape[2],
      values: Array(values.prefix(perTile * shape[1] * shape[2])), caption: "image")
    let wrong = zip(truth, found).map { $0 != $1 && $0 != ignored ? Int32(1) : 0 }
    let counted = truth.reduce(0) { $0 + ($1 == ignored ? 0 : 1) }
    let share = Double(wrong.reduce(0, +)) / Double(max(1, counted))
    return [
      image, try Tile(labels: truth, height: shape[1], width: shape[2], caption: "truth"),
      try Tile(labels: found, height: shape[1], width: shape[2], caption: "prediction"),
      try image.captioned("\(TrainingText.percent(share)) wrong").masked(
        wrong, opacity: 0.85, palette: MaskPalette(colors: [Color(0xE3242B)])),
    ]
  }
}
