import Datasets
import NeuralNetwork
import TensorRuntime

/// Labelled images as what networks train on.
struct ImageTrainingData: TrainingData {
  let samples: LabelledImages

  var count: Int { samples.count }
  var inputShapes: [Shape] { [Shape(samples.shape)] }
  /// A class number; shares of all classes where images are mixed.
  var targetTypes: [TensorType] {
    [samples.mix == nil ? TensorType([], .int32) : TensorType([samples.classNames.count], .float32)]
  }
  var classNames: [String] { samples.classNames }

  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]
  ) throws {
    guard let pixels = inputs.first, let target = targets.first, target.count >= indices.count * 4 else {
      return
    }
    try samples.fill(Array(indices), into: pixels, epoch: epoch)
    guard samples.mix == nil else { return mix(Array(indices), epoch, pixels, target) }
    for (place, index) in indices.enumerated() {
      target.storeBytes(of: samples.label(index), toByteOffset: place * 4, as: Int32.self)
    }
  }

  /// Some samples as a training gets them: images [n, c, h, w], and class numbers [n], or shares of all classes
  /// [n, classes] where images are mixed. Throws what reading them throws.
  func batch(_ indices: [Int]) throws -> (images: Tensor, targets: Tensor) {
    let shape = Shape(samples.shape).withBatch(indices.count)
    guard samples.mix != nil else {
      return (
        try Tensor(try samples.floats(indices), shape),
        try Tensor(indices.map { samples.label($0) }, [indices.count])
      )
    }
    let classes = samples.classNames.count
    var pixels = [Float](repeating: 0, count: samples.elementCount(of: indices.count))
    var shares = [Float](repeating: 0, count: indices.count * classes)
    try pixels.withUnsafeMutableBufferPointer { pixels in
      try shares.withUnsafeMutableBytes { shares in
        try fill(indices[...], epoch: 0, inputs: [pixels], targets: [shares])
      }
    }
    return (try Tensor(pixels, shape), try Tensor(shares, [indices.count, classes]))
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
    /// Values given beside the inputs, closures that make them of a sample, or one of all these for each output.
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
    case .host(let object as SamplesObject): return try images(object.samples, target, call)
    case .host(let object as DatasetObject): return try images(object.dataset.train, target, call)
    case .tuple(let tuple) where tuple.elements.count == 2:
      if case .given = target { return try tensors(tuple.elements, target, call) }
      return try tensors(inputs(of: tuple.elements[0], call), .given(tuple.elements[1]), call)
    case .array(let array): return try tensors(array.elements, target, call)
    default: return try tensors(inputs(of: value, call), target, call)
    }
  }

  /// Inputs without targets: a tensor, or an array or a tuple of one per input. `nil` for other data.
  static func inputs(_ value: Value, of network: Network) throws -> [Tensor]? {
    switch value {
    case .tensor(let x): return [x]
    case .tuple(let tuple)
    where tuple.elements.count > 1 && tuple.elements.count == network.trace?.inputs.count
      && tuple.elements.allSatisfy(\.isTensorLike):
      return try tuple.elements.map(tensorOperand)
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
    return try images(object.dataset.validation, target, call)
  }

  private static func images(_ samples: LabelledImages, _ target: Target, _ call: Arguments) throws
    -> any TrainingData
  {
    switch target {
    case .labels: ImageTrainingData(samples: samples)
    case .masks: try MaskTrainingData(samples: samples)
    case .given(let value): try images(samples, given: value, call)
    }
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
    let tensors = try inputs.map(tensorOperand)
    return try TensorData(
      inputs: tensors,
      targets: try targetParts(target, inputShapes: tensors.map(\.shape.droppingBatch), call)
        .map(tensorOperand), runtime: call.context.runtime())
  }

  /// The network a method is called on.
  private static func network(_ call: Arguments) -> Network? {
    (try? call.receiver(ModelObject.self))?.network
  }

  /// A value for each input of the network.
  private static func inputs(of value: Value, _ call: Arguments) -> [Value] {
    several(value, count: network(call)?.trace?.inputs.count)
  }

  /// The parts of a tuple, or of an array of tensors where so many are wanted; other values stand alone.
  static func several(_ value: Value, count: Int?) -> [Value] {
    if case .tuple(let tuple) = value { return tuple.elements }
    if case .array(let array) = value, let count, count > 1, array.elements.count == count,
      array.elements.allSatisfy(\.isTensorLike)
    {
      return array.elements
    }
    return [value]
  }

  /// The targets in the order of the network's outputs, from one value, several, or a dictionary by output.
  static func targetParts(_ value: Value, inputShapes: [Shape], _ call: Arguments) throws -> [Value] {
    guard let network = network(call) else { return [value] }
    try network.build(for: inputShapes, random: call.context.random)
    let names = network.outputNames
    let given: [(String, Value)]
    switch value {
    case .dictionary(let dictionary):
      given = zip(dictionary.entries.keys, dictionary.entries.values).map { ($0.text, $1) }
    case .tuple(let tuple) where tuple.labels.contains { $0 != nil }:
      given = zip(tuple.labels, tuple.elements).map { ($0 ?? "", $1) }
    default: return several(value, count: names.count)
    }
    if let unknown = given.first(where: { !names.contains($0.0) }) {
      throw EvaluationError(
        "ModelError",
        "the targets name the output '\(unknown.0)', and the network's are \(names.joined(separator: ", "))",
        fix: closestName(to: unknown.0, in: names).map { "did you mean '\($0)'?" })
    }
    return try names.map { name in
      guard let found = given.first(where: { $0.0 == name }) else {
        throw EvaluationError("ModelError", "there is no target for the output '\(name)'")
      }
      return found.1
    }
  }
}
