import Datasets
import TensorRuntime
import Visualization

/// Samples made from samples: parts, images changed by a function.
enum SampleParts {
  static let members: [Member] = [
    .method(
      "split", "Splits a share of every class off (stratified), chosen at random: (rest, part).",
      [.positional("share", .number, "how much of each class, 0 to 1")], returns: .unknown,
      example: "let (rest, part) = Digits(count: 100).train.split(0.25); print(rest.count, part.count)"
    ) { (object: SamplesObject, call) in
      let share = try call.number("share")
      guard share >= 0, share <= 1 else {
        throw EvaluationError(
          "ValueError", "split takes a share from 0 to 1, got \(share)", fix: "split(0.2)"
        )
        .at(call.place(of: "share"))
      }
      let (kept, taken) = try object.samples.split(
        share: share, random: call.context.random.draw(for: .data))
      return .tuple(
        ("rest", .host(SamplesObject(kept))), ("part", .host(SamplesObject(taken))))
    },
    .method(
      "map", "The images changed by a function, kept as bytes: what it gives must lie in 0…1.",
      [
        .positional("transform", .function("(image) -> Tensor"), "[c, h, w] to the same shape for all images")
      ],
      returns: .host("Samples"), example: "Digits(count: 10).train.map { 1 - $0 }.mean"
    ) { (object: SamplesObject, call) in try mapped(object.samples, call) },
  ]

  private static func mapped(_ samples: LabelledImages, _ call: Arguments) throws -> Value {
    let runtime = try call.context.runtime()
    var pixels: [UInt8] = []
    var shape: Shape?
    for index in 0..<samples.count {
      try call.context.interruption.check()
      let image = try SampleObject(samples, index: index).image()
      let result = try tensorOperand(try call.call("transform", .tensor(image)))
      guard result.rank == 3, result.shape == shape ?? result.shape else {
        throw EvaluationError(
          "ShapeError",
          "map wants images of one shape [channels, height, width], got \(result.shape)"
            + (shape.map { " after \($0)" } ?? ""))
      }
      if shape == nil { pixels.reserveCapacity(result.shape.elementCount * samples.count) }
      shape = result.shape
      for value in try runtime.floats(of: result) {
        guard value >= -1e-3, value <= 1.001 else {
          throw EvaluationError(
            "ValueError", "map keeps pixels as bytes, which hold 0…1, got \(value) in image \(index)",
            fix: "clamp it: x.clamped(0, 1); normalized shifts and scales batches instead")
        }
        pixels.append(UInt8(max(0, min(255, (value * 255).rounded()))))
      }
    }
    return .host(
      SamplesObject(
        try LabelledImages(
          shape: shape?.dimensions ?? samples.shape, pixels: pixels, labels: samples.labels,
          classNames: samples.classNames)))
  }

  /// How many images of each class a data set has in each of its parts.
  static func counts(_ dataset: ImageDataset) -> TextTable {
    let parts = [
      ("train", dataset.train), ("validation", dataset.validation), ("test", dataset.test),
    ].filter { $0.1.count > 0 }
    let counts = parts.map(\.1.classCounts)
    var table = TextTable(header: ["class"] + parts.map(\.0))
    for (label, name) in dataset.classNames.enumerated() {
      table.append([name] + counts.map { TrainingText.count($0[label]) })
    }
    table.append(["all"] + parts.map { TrainingText.count($0.1.count) })
    return table
  }
}
