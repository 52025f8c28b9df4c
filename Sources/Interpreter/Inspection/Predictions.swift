import Datasets
import NeuralNetwork
import TensorRuntime
import Visualization

/// What a classifier makes of labelled images.
struct Predictions {
  let samples: LabelledImages
  /// The true class of each image.
  let labels: [Int]
  /// The most probable class of each image.
  let predicted: [Int]
  /// The probability of that class.
  let confidence: [Float]
  /// −log of the true class's probability.
  let losses: [Float]

  /// Lets a network look at the samples of an argument, or at several views of each; a data set stands for its test part.
  init(_ model: ModelObject, _ call: Arguments) throws {
    let context = call.context
    samples = try Self.samples(call)
    let runtime = try context.runtime()
    let views = try TestTimeViews(of: call.value("data"), call)
    let outputs = try model.network.predictions(
      for: ImageTrainingData(samples: views?.samples ?? samples), views: views?.count ?? 1, runtime: runtime,
      random: context.random)
    guard outputs.count == 1, let output = outputs.first, output.rank == 2 else {
      let shapes = outputs.map(\.shape.description).joined(separator: ", ")
      throw EvaluationError(
        "ShapeError", "\(call.declaration.name) wants a classifier [n, classes], the network gives \(shapes)")
    }
    labels = samples.labels.map { Int($0) }
    let classes = output.shape[1]
    if let wrong = labels.first(where: { $0 >= classes }) {
      throw EvaluationError(
        "ShapeError", "the samples have a class \(wrong), the network tells \(classes) apart")
    }
    let shares = try output.softmax(axis: 1)
    predicted = try runtime.int32s(of: try shares.argmax(axis: 1)).map { Int($0) }
    confidence = try runtime.floats(of: try shares.max(axes: [1]))
    let logs = try runtime.floats(of: try output.logSoftmax(axis: 1))
    losses = labels.enumerated().map { -logs[$0 * classes + $1] }
  }

  /// The samples of the argument `data`.
  static func samples(_ call: Arguments) throws -> LabelledImages {
    try samples(call.value("data"), call)
  }

  /// The samples that a value stands for.
  static func samples(_ value: Value, _ call: Arguments) throws -> LabelledImages {
    switch value {
    case .host(let object as SamplesObject): return object.samples
    case .host(let object as DatasetObject): return object.dataset.test
    case let other:
      throw EvaluationError(
        "TypeError", "\(call.declaration.name) wants samples, got \(other.article)", fix: "give data.test")
    }
  }

  /// The name of a class, its number where it has none.
  func name(_ label: Int) -> String {
    samples.classNames.indices.contains(label) ? samples.classNames[label] : "\(label)"
  }

  /// The names of all classes that occur.
  var classNames: [String] {
    let most = max(samples.classNames.count - 1, labels.max() ?? 0, predicted.max() ?? 0)
    return (0...max(0, most)).map(name)
  }

  /// An image with a caption, green where the prediction is right and red where it is wrong.
  func tile(_ index: Int, caption: String) throws -> Tile {
    let shape = samples.shape
    return try Tile(
      channels: shape[0], height: shape[1], width: shape[2], values: try samples.viewed.floats([index]),
      caption: caption,
      isRight: labels[index] == predicted[index])
  }
}
