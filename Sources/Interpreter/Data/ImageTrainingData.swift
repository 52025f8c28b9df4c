import Datasets
import NeuralNetwork
import TensorRuntime

/// Labelled images as what networks train on.
struct ImageTrainingData: TrainingData {
  let samples: LabelledImages

  var count: Int { samples.count }
  var inputShapes: [Shape] { [Shape(samples.shape)] }
  /// A class number; shares of all classes where images are mixed.
  var targetType: TensorType {
    samples.mix == nil ? TensorType([], .int32) : TensorType([samples.classNames.count], .float32)
  }
  var classNames: [String] { samples.classNames }

  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    target: UnsafeMutableRawBufferPointer
  ) throws {
    guard let pixels = inputs.first, target.count >= indices.count * 4 else { return }
    try samples.fill(Array(indices), into: pixels, epoch: epoch)
    guard samples.mix == nil else { return mix(Array(indices), epoch, pixels, target) }
    for (place, index) in indices.enumerated() {
      target.storeBytes(of: samples.label(index), toByteOffset: place * 4, as: Int32.self)
    }
  }

  private func mix(
    _ indices: [Int], _ epoch: Int, _ pixels: UnsafeMutableBufferPointer<Float>,
    _ target: UnsafeMutableRawBufferPointer
  ) {
    let (partners, shares) = samples.mix(indices, pixels, epoch: epoch)
    let classes = samples.classNames.count
    let targets = target.bindMemory(to: Float.self)
    guard targets.count >= indices.count * classes else { return }
    for place in indices.indices {
      let row = place * classes
      for i in row..<row + classes { targets[i] = 0 }
      targets[row + Int(samples.label(indices[place]))] += shares[place]
      targets[row + Int(samples.label(indices[partners[place]]))] += 1 - shares[place]
    }
  }
}

/// Reads what `fit`, `evaluate` and `predict` are given as data.
enum DataArgument {
  /// What the samples are to be matched with.
  enum Target {
    /// The class number of the image.
    case labels
    /// The class number of each pixel.
    case masks
    /// Values given beside the inputs.
    case given(Value)

    /// Reads the argument `target:` of a call.
    init(_ call: Arguments) throws {
      switch try call.option("target")?.name {
      case "masks": self = .masks
      case .some: self = .labels
      case nil: self = call.value("target").isNothing ? .labels : .given(call.value("target"))
      }
    }
  }

  /// The data of an argument: samples, or inputs with `target:`.
  static func training(_ value: Value, target: Target, _ call: Arguments) throws -> any TrainingData {
    switch value {
    case .host(let object as SamplesObject): return try images(object.samples, target)
    case .host(let object as DatasetObject): return try images(object.dataset.train, target)
    case .tuple(let tuple) where tuple.elements.count == 2:
      return try tensors([tuple.elements[0]], .given(tuple.elements[1]), call)
    case .array(let array): return try tensors(array.elements, target, call)
    default: return try tensors([value], target, call)
    }
  }

  /// Inputs without targets: a tensor, or an array of one per input. `nil` for other data.
  static func inputs(_ value: Value) throws -> [Tensor]? {
    switch value {
    case .tensor(let x): return [x]
    case .array(let array) where !array.elements.isEmpty && array.elements.allSatisfy(\.isTensorLike):
      return try array.elements.map(tensorOperand)
    default: return nil
    }
  }

  /// The part of the data that watches the training.
  static func validation(_ data: Value, given: Value, target: Target, _ call: Arguments) throws
    -> (any TrainingData)?
  {
    if !given.isNothing { return try training(given, target: target, call) }
    guard case .host(let object as DatasetObject) = data, object.dataset.validation.count > 0 else {
      return nil
    }
    return try images(object.dataset.validation, target)
  }

  private static func images(_ samples: LabelledImages, _ target: Target) throws -> any TrainingData {
    if case .masks = target { return try MaskTrainingData(samples: samples) }
    return ImageTrainingData(samples: samples)
  }

  private static func tensors(_ inputs: [Value], _ target: Target, _ call: Arguments) throws
    -> any TrainingData
  {
    guard case .given(let target) = target else {
      throw EvaluationError(
        "TypeError",
        "\(call.declaration.name) wants a data set, samples, or inputs with their targets, got \(inputs.first?.article ?? "nothing")",
        fix:
          "\(call.declaration.name)(data), \(call.declaration.name)(data.train) or \(call.declaration.name)((x, y))"
      )
    }
    return try TensorData(
      inputs: try inputs.map(tensorOperand), target: try tensorOperand(target),
      runtime: call.context.runtime())
  }
}
