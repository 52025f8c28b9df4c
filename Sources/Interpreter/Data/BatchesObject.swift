import Datasets
import NeuralNetwork
import TensorRuntime

/// The images of a set without their labels, in a program; stands for one tensor where a tensor is wanted.
final class ImagesObject: HostObject {
  let samples: LabelledImages

  init(_ samples: LabelledImages) { self.samples = samples }

  var text: String { "\(TrainingText.count(samples.count)) images \(Shape(samples.shape))" }

  static let declaration = TypeDeclaration(
    "Images", "The images of a set, without labels; read when they are needed.",
    members: [
      .property("count", .int, "How many there are.") { (object: ImagesObject) in .int(object.samples.count)
      },
      .property("shape", .array(.int), "[n, channels, height, width].") { (object: ImagesObject) in
        .ints([object.samples.count] + object.samples.shape)
      },
      BatchesObject.maker("Goes through the images in random order, so many at a time.") {
        (object: ImagesObject) in
        (object.samples, false)
      },
    ], element: .tensor)

  func tensorValue() throws -> Tensor? {
    try Tensor(
      try samples.floats(Array(0..<samples.count)), Shape(samples.shape).withBatch(samples.count))
  }

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    let first = try SamplesObject(samples).element(at: Array(indices.prefix(1)), context)
    let picked: Tensor
    switch first {
    case .host(let sample as SampleObject): picked = try sample.image()
    case .host(let part as SamplesObject): picked = try part.images(Array(0..<part.samples.count))
    default: throw EvaluationError("TypeError", "an index is an Int or a range")
    }
    let rest = Array(indices.dropFirst())
    guard !rest.isEmpty else { return .tensor(picked) }
    let all = Value.range(RangeValue(lower: nil, upper: nil, isClosed: true))
    let isOne = picked.rank == samples.shape.count
    return try Elements.get(isOne ? rest : [all] + rest, of: .tensor(picked), context)
  }

  func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? {
    var next = 0
    return { [samples] in
      guard next < samples.count else { return nil }
      defer { next += 1 }
      return .tensor(try SampleObject(samples, index: next).image())
    }
  }
}

/// A walk through a set, some samples at a time, in a program.
final class BatchesObject: HostObject {
  private let samples: LabelledImages
  private let order: EpochOrder
  private let hasLabels: Bool
  private let isNumbered: Bool

  private init(_ samples: LabelledImages, order: EpochOrder, hasLabels: Bool, isNumbered: Bool) {
    self.samples = samples
    self.order = order
    self.hasLabels = hasLabels
    self.isNumbered = isNumbered
  }

  var text: String { "\(order.batches.count) batches of \(TrainingText.count(samples.count)) images" }

  static let declaration = TypeDeclaration(
    "Batches",
    "Images some at a time, [n, c, h, w], with their labels [n] where they have them; where mixup or cutmix mix images, "
      + "labels are shares of the classes, [n, classes].",
    members: [
      .property("count", .int, "How many batches there are.") { (object: BatchesObject) in
        .int(object.order.batches.count)
      },
      .method("enumerated", "The batches with their numbers from 0.", returns: .host("Batches")) {
        (object: BatchesObject, _) in
        .host(
          BatchesObject(object.samples, order: object.order, hasLabels: object.hasLabels, isNumbered: true))
      },
    ])

  /// The method that makes such a walk.
  static func maker<Object: HostObject>(
    _ summary: String, _ source: @escaping (Object) -> (samples: LabelledImages, hasLabels: Bool)
  ) -> Member {
    .method(
      "batches", summary,
      [
        .positional("size", .int, "how many at a time"),
        .labelled("shuffle", .bool, "in random order", default: .bool(true)),
      ], returns: .host("Batches")
    ) { (object: Object, call) in
      let size = try call.int("size")
      guard (1...1_000_000).contains(size) else {
        throw EvaluationError("ValueError", "batches needs a size of at least 1, got \(size)")
      }
      var (samples, hasLabels) = source(object)
      // Each walk through the samples is an epoch of its own.
      if let augmentation = samples.augmentation {
        samples = try samples.augmented(
          augmentation.ranges, random: call.context.random.draw(for: .augmentation))
      }
      let generator = try call.bool("shuffle") ? call.context.random.draw(for: .shuffling) : nil
      let order = EpochOrder(count: samples.count, batchSize: size, shuffledBy: generator)
      return .host(BatchesObject(samples, order: order, hasLabels: hasLabels, isNumbered: false))
    }
  }

  func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? {
    var next = 0
    return { [self] in
      guard order.batches.indices.contains(next) else { return nil }
      defer { next += 1 }
      let indices = Array(order.indices[order.batches[next]])
      let (images, labels) = try ImageTrainingData(samples: samples).batch(indices)
      let batch =
        hasLabels ? Value.tuple(("images", .tensor(images)), ("labels", .tensor(labels))) : .tensor(images)
      return isNumbered ? .tuple(("offset", .int(next)), ("element", batch)) : batch
    }
  }
}
