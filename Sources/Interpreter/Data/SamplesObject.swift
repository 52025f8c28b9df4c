import Datasets
import ImageCodecs
import NeuralNetwork
import TensorRuntime

/// Labelled images in a program: a training or test set, or a part of one.
final class SamplesObject: HostObject {
  let samples: LabelledImages

  init(_ samples: LabelledImages) { self.samples = samples }

  var text: String {
    "\(TrainingText.count(samples.count)) images \(Shape(samples.shape)), \(samples.classNames.count) classes"
  }
  /// The pixels are shared by all views; the view itself is its order.
  var byteCount: Int? { samples.rows.count * 4 }

  static let declaration = TypeDeclaration(
    "Samples", "Images with their class numbers; pixels are 0…1, [channels, height, width].",
    members: [
      .property("count", .int, "How many there are.") { (object: SamplesObject) in .int(object.samples.count)
      },
      .property("shape", .array(.int), "The shape of one image: [channels, height, width].") {
        (object: SamplesObject) in .ints(object.samples.shape)
      },
      .property("labels", .tensor, "The class numbers, [n].") { (object: SamplesObject) in
        .tensor(try Tensor(object.samples.labels, [object.samples.count]))
      },
      .property("images", .host("Images"), "The images without their labels.") { (object: SamplesObject) in
        .host(ImagesObject(object.samples))
      },
      BatchesObject.maker("Goes through images and labels in random order, so many at a time.") {
        (object: SamplesObject) in (object.samples, true)
      },
      .property("classes", .array(.string), "The names of the classes, by number.") {
        (object: SamplesObject) in
        .strings(object.samples.classNames)
      },
      .property(
        "masks", .tensor, "The class number of each pixel of each image, [n, h, w], where the set has masks."
      ) { (object: SamplesObject) in .tensor(try object.masks()) },
      .property(
        "maskClasses", .array(.string), "The names of the numbers in masks, from 0 on; empty without masks."
      ) { (object: SamplesObject) in .strings(object.samples.store.maskNames) },
      .property("classCounts", .array(.int), "How many images each class has.") { (object: SamplesObject) in
        .ints(object.samples.classCounts)
      },
      .property("mean", .array(.double), "The mean of each channel.") { (object: SamplesObject) in
        .array(of: object.samples.statistics.mean.map { .double(Double($0)) })
      },
      .property("std", .array(.double), "The standard deviation of each channel.") {
        (object: SamplesObject) in
        .array(of: object.samples.statistics.std.map { .double(Double($0)) })
      },
      .property("normalized", .host("Samples"), "The same images with mean 0 and deviation 1 per channel.") {
        (object: SamplesObject) in
        .host(SamplesObject(object.samples.normalized(by: object.samples.statistics)))
      },
      .method(
        "take", "The first images.", [.positional("count", .int, "how many")], returns: .host("Samples")
      ) { (object: SamplesObject, call) in
        let count = try call.int("count")
        guard count >= 0 else {
          throw EvaluationError("ValueError", "take needs a count of 0 or more, got \(count)")
        }
        return .host(SamplesObject(object.samples.take(count)))
      },
      .method(
        "augmented", "The same images, changed at random anew in each epoch.",
        [.positional("by", .host("Augment"), "how")], returns: .host("Samples")
      ) { (object: SamplesObject, call) in
        let ranges = try call.host("by", as: AugmentObject.self).ranges
        return .host(
          SamplesObject(
            try object.samples.augmented(ranges, random: call.context.random.draw(for: .augmentation))))
      },
      .method("shuffled", "All images in a random order.", returns: .host("Samples")) {
        (object: SamplesObject, call) in
        .host(SamplesObject(object.samples.shuffled(call.context.random.draw(for: .shuffling))))
      },
      .method(
        "filter", "The images that pass a test of their class number.",
        [.positional("test", .function("(label) -> Bool"), "true for those to keep")],
        returns: .host("Samples")
      ) { (object: SamplesObject, call) in
        let kept = try object.samples.filter { _, label in
          guard case .bool(let keep) = try call.call("test", .int(Int(label))) else {
            throw EvaluationError("TypeError", "the test of filter must give true or false")
          }
          return keep
        }
        return .host(SamplesObject(kept))
      },
    ] + SampleParts.members, element: .host("Sample"))

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle { MIMEBundle(text: text) }

  func masks() throws -> Tensor {
    guard samples.hasMasks else {
      throw EvaluationError(
        "ValueError", "these images have no masks", fix: "Shapes(…) draws images with masks")
    }
    let size = Array(samples.shape.dropFirst())
    let (pixels, overflow) = samples.count.multipliedReportingOverflow(by: size.reduce(1, *))
    guard !overflow, pixels <= Limits.elementCount else { throw Limits.elementError }
    let numbers = try (0..<samples.count).flatMap {
      try (samples.movedExtras($0).masks.first ?? []).map { Int32($0) }
    }
    return try Tensor(numbers, Shape([samples.count] + size))
  }

  func images(_ indices: [Int]) throws -> Tensor {
    let shape = Shape(samples.shape).withBatch(indices.count)
    return try Tensor(try samples.floats(indices), shape)
  }

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    guard indices.count == 1 else { throw EvaluationError("IndexError", "samples have one index") }
    switch indices[0] {
    case .int(let index):
      let place = index < 0 ? index + samples.count : index
      guard (0..<samples.count).contains(place) else {
        throw EvaluationError(
          "IndexError",
          "image \(index) of \(samples.count), wanted "
            + (samples.count == 0 ? "samples that have one" : "0 to \(samples.count - 1)"))
      }
      return .host(SampleObject(samples, index: place))
    case .range(let range):
      guard let whole = range.integers else {
        throw EvaluationError("TypeError", "the range needs whole numbers")
      }
      let upper = whole.upperBound == .max ? samples.count : whole.upperBound
      guard whole.lowerBound >= 0, whole.lowerBound <= upper, upper <= samples.count else {
        throw EvaluationError("IndexError", "images \(indices[0].text) of \(samples.count) reach outside")
      }
      return .host(SamplesObject(try samples.slice(whole.lowerBound..<upper)))
    case let other: throw EvaluationError("TypeError", "an index is an Int or a range, got \(other.article)")
    }
  }

  func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? {
    var next = 0
    return { [samples] in
      guard next < samples.count else { return nil }
      defer { next += 1 }
      return .host(SampleObject(samples, index: next))
    }
  }
}

/// One image with its class, in a program; stands for its image where a tensor is wanted.
final class SampleObject: HostObject {
  let samples: LabelledImages
  let index: Int

  init(_ samples: LabelledImages, index: Int) {
    self.samples = samples
    self.index = index
  }

  var label: Int { Int(samples.label(index)) }
  var className: String {
    samples.classNames.indices.contains(label) ? samples.classNames[label] : "\(label)"
  }
  var text: String { "image \(Shape(samples.shape)) of class \(className)" }

  static let declaration = TypeDeclaration(
    "Sample", "One image and its class.",
    members: [
      .property("image", .tensor, "The image, [c, h, w], values in 0…1.") { (object: SampleObject) in
        .tensor(try object.image())
      },
      .property("label", .int, "The class number.") { (object: SampleObject) in .int(object.label) },
      .property("mask", .tensor, "The class number of each pixel, [h, w], where the set has masks.") {
        (object: SampleObject) in .tensor(try object.mask(0))
      },
      .property(
        "instances", .tensor, "The number of the thing each pixel belongs to, [h, w]; 0 for background."
      ) { (object: SampleObject) in .tensor(try object.mask(1)) },
      .property(
        "boxes", .array(.tuple([("box", .array(.double)), ("label", .int)])),
        "The things in the image, as show draws them: box is [left, top, width, height] in pixels, label the class "
          + "number. Empty where the set has none."
      ) { (object: SampleObject) in try object.boxes() },
      .property("name", .string, "The name of the class.") { (object: SampleObject) in
        .string(object.className)
      },
    ])

  /// One of the masks: class numbers at 0, instance numbers at 1.
  func mask(_ number: Int) throws -> Tensor {
    let masks = try samples.movedExtras(index).masks
    guard masks.indices.contains(number) else {
      throw EvaluationError(
        "ValueError", "these images have no \(number == 0 ? "masks" : "instance masks")",
        fix: "Shapes(…) draws images with masks")
    }
    return try Tensor(masks[number].map { Int32($0) }, Shape(Array(samples.shape.dropFirst())))
  }

  func boxes() throws -> Value {
    .array(
      of: try samples.movedExtras(index).boxes.map { box in
        let numbers = [box.x, box.y, box.width, box.height].map { Value.double(Double($0)) }
        return .tuple(("box", .array(of: numbers)), ("label", .int(Int(box.label))))
      })
  }

  func image() throws -> Tensor { try Tensor(try samples.floats([index]), Shape(samples.shape)) }
  func tensorValue() throws -> Tensor? { try image() }
}
