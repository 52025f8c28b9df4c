import NeuralNetwork
import TensorRuntime

/// What is known of labelled images, or of inputs and targets, before anything runs: shapes, and how many classes.
final class RehearsedSamples: HostObject, TrainingData {
  let count = 1
  let inputShapes: [Shape]
  /// `nil` where it isn't known what the targets are.
  let knownTargets: [TensorType]?
  let classCount: Int?
  /// Whether there are masks; `nil` where that isn't known.
  let hasMasks: Bool?

  var targetTypes: [TensorType] { knownTargets ?? [] }
  var classNames: [String] { [] }
  /// The highest class number of each target, where it is known.
  let highestLabels: [Int?]
  var text: String { "Samples" }

  init(
    inputShapes: [Shape], targets: [TensorType]?, classCount: Int? = nil, hasMasks: Bool? = nil,
    highestLabels: [Int?]? = nil
  ) {
    self.inputShapes = inputShapes
    self.highestLabels = highestLabels ?? [classCount.map { $0 - 1 }]
    knownTargets = targets
    self.classCount = classCount
    self.hasMasks = hasMasks
  }

  /// Images of a shape with class numbers.
  static func images(_ shape: [Int], classes: Int? = nil, hasMasks: Bool = false) -> Value {
    .host(
      RehearsedSamples(
        inputShapes: [Shape(shape)], targets: [TensorType([], .int32)], classCount: classes,
        hasMasks: hasMasks))
  }

  /// What is known of images that are there.
  convenience init(_ data: ImageTrainingData) {
    self.init(
      inputShapes: data.inputShapes, targets: data.targetTypes, classCount: data.classNames.count,
      hasMasks: data.samples.hasMasks)
  }

  /// The same images with the class numbers of their pixels.
  func masked() throws -> RehearsedSamples {
    guard hasMasks != false else { throw MaskTrainingData.missing }
    guard hasMasks == true, let shape = inputShapes.first, shape.rank == 3 else { throw Unknowable() }
    return RehearsedSamples(
      inputShapes: inputShapes, targets: [TensorType(Shape(Array(shape.dimensions.dropFirst())), .int32)])
  }

  /// The same images with a target for each output: an option, or values that are given.
  func matched(with parts: [Value]) throws -> RehearsedSamples {
    var types: [TensorType] = []
    var highest: [Int?] = []
    for part in parts {
      switch part {
      case .option(let option) where option.name == "labels":
        guard let labels = knownTargets?.first else { throw Unknowable() }
        types.append(labels)
        highest.append(classCount.map { $0 - 1 })
      case .option(let option) where option.name == "masks":
        types += try masked().targetTypes
        highest.append(nil)
      case _ where part.isTensorLike:
        let tensor = try tensorOperand(part)
        guard tensor.rank > 0 else { throw Unknowable() }
        types.append(TensorType(tensor.shape.droppingBatch, tensor.elementType))
        highest.append(nil)
      default: throw Unknowable()
      }
    }
    return RehearsedSamples(inputShapes: inputShapes, targets: types, highestLabels: highest)
  }

  /// Methods that change which samples there are, but not what each is.
  static let selections: Set<String> = ["take", "shuffled", "filter"]

  static let declaration = TypeDeclaration(
    "Samples", "What is known of samples before a program runs.",
    members: ["train", "validation", "test", "normalized"].map { name in
      .property(name, .host("Samples"), "The same.") { (object: RehearsedSamples) in .host(object) }
    } + [
      .property("shape", .array(.int), "The shape of one image.") { (object: RehearsedSamples) in
        .ints(object.inputShapes.first?.dimensions ?? [])
      }
    ])

  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]
  ) throws {
    throw Unknowable()
  }

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    guard indices.count == 1, let shape = inputShapes.first else { throw Unknowable() }
    switch indices[0] {
    case .int: return .host(RehearsedSample(shape))
    case .range: return .host(self)
    default: throw Unknowable()
    }
  }
}

/// What is known of one image before anything runs.
final class RehearsedSample: HostObject {
  let shape: Shape

  init(_ shape: Shape) { self.shape = shape }

  var text: String { "Sample" }
  static let declaration = TypeDeclaration(
    "Sample", "What is known of an image before a program runs.",
    members: [
      .property("image", .tensor, "The image.") { (object: RehearsedSample) in
        .tensor(Tensor.placeholder(object.shape))
      }
    ])

  func tensorValue() throws -> Tensor? { Tensor.placeholder(shape) }
}
