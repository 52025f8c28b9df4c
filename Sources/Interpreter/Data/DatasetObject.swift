import Datasets
import NeuralNetwork
import TensorRuntime

/// A data set in a program: images to train on, to watch the training with, and to test on.
final class DatasetObject: HostObject {
  let dataset: ImageDataset

  init(_ dataset: ImageDataset) { self.dataset = dataset }

  var text: String {
    var parts = ["\(TrainingText.count(dataset.train.count)) to train"]
    if dataset.validation.count > 0 {
      parts.append("\(TrainingText.count(dataset.validation.count)) to validate")
    }
    parts.append("\(TrainingText.count(dataset.test.count)) to test")
    return
      "\(dataset.name): \(parts.joined(separator: ", ")), images \(Shape(dataset.shape)), \(dataset.classNames.count) classes"
  }

  static let declaration = TypeDeclaration(
    "Dataset", "Images with labels, split into parts to train, validate and test with.",
    members: [
      .property("train", .host("Samples"), "What a network learns from.") { (object: DatasetObject) in
        .host(SamplesObject(object.dataset.train))
      },
      .property("validation", .host("Samples"), "What shows during training whether it generalises.") {
        (object: DatasetObject) in .host(SamplesObject(object.dataset.validation))
      },
      .property("test", .host("Samples"), "What shows at the end whether it generalised.") {
        (object: DatasetObject) in .host(SamplesObject(object.dataset.test))
      },
      .property("classes", .array(.string), "The names of the classes, by number.") {
        (object: DatasetObject) in
        .strings(object.dataset.classNames)
      },
      .property("shape", .array(.int), "The shape of one image: [channels, height, width].") {
        (object: DatasetObject) in .ints(object.dataset.shape)
      },
      .property(
        "normalized", .host("Dataset"),
        "The same images, every channel with mean 0 and deviation 1: all parts by the numbers of the training part."
      ) { (object: DatasetObject) in
        let set = object.dataset
        let numbers = set.train.statistics
        return .host(
          DatasetObject(
            ImageDataset(
              name: set.name, train: set.train.normalized(by: numbers),
              validation: set.validation.normalized(by: numbers), test: set.test.normalized(by: numbers))))
      },
      .property("counts", .host("Figure"), "How many images of each class the parts have.") {
        (object: DatasetObject) in
        .host(FigureObject(.table(SampleParts.counts(object.dataset), caption: object.text)))
      },
      .property(
        "maskClasses", .array(.string), "The names of the numbers in masks, from 0 on; empty without masks."
      ) { (object: DatasetObject) in .strings(object.dataset.train.store.maskNames) },
    ], element: .host("Sample"))

  /// `set[0]`: the images to train on are counted first, then those to validate, then those to test.
  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    let parts = [dataset.train, dataset.validation, dataset.test].filter { $0.count > 0 }
    let total = parts.reduce(0) { $0 + $1.count }
    guard indices.count == 1, case .int(let index) = indices[0] else {
      throw EvaluationError(
        "TypeError", "a Dataset is indexed by one Int", fix: "data.train[0..<16] takes a range")
    }
    var place = index < 0 ? index + total : index
    guard (0..<total).contains(place) else {
      throw EvaluationError("IndexError", "image \(index) of \(total), wanted 0 to \(total - 1)")
    }
    for part in parts {
      if place < part.count { return .host(SampleObject(part, index: place)) }
      place -= part.count
    }
    throw EvaluationError("IndexError", "image \(index) of \(total)")
  }
}
