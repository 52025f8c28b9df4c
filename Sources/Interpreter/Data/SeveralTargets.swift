import Datasets
import NeuralNetwork
import TensorRuntime

/// Labelled images with a target for each output of a network: class numbers, masks, or what a program makes of a sample.
struct SeveralTargets: TrainingData {
  /// One of the targets.
  enum Part {
    /// The class number of the image, [].
    case labels
    /// The class number of each pixel, [h, w], moved along with the image where the set is augmented.
    case masks(MaskTrainingData)
    /// Values beside the images, one for each sample.
    case values(TensorData)
  }

  let samples: LabelledImages
  private let parts: [Part]

  /// Puts targets beside images. Throws where samples are mixed, which blends class numbers only.
  init(samples: LabelledImages, parts: [Part]) throws {
    guard samples.mix == nil else {
      throw EvaluationError(
        "ValueError", "mixup and cutmix blend the class numbers of images, and other targets can't follow",
        fix: "augment without them where something else is learned")
    }
    self.samples = samples
    self.parts = parts
  }

  var count: Int { samples.count }
  var inputShapes: [Shape] { [Shape(samples.shape)] }
  var classNames: [String] { samples.classNames }
  var targetTypes: [TensorType] {
    parts.flatMap { part in
      switch part {
      case .labels: [TensorType([], .int32)]
      case .masks(let data): data.targetTypes
      case .values(let data): data.targetTypes
      }
    }
  }
  var highestLabels: [Int?] {
    parts.flatMap { part in
      switch part {
      case .labels: [samples.classNames.isEmpty ? nil : samples.classNames.count - 1]
      case .masks(let data): data.highestLabels
      case .values(let data): data.highestLabels
      }
    }
  }

  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]
  ) throws {
    guard let images = inputs.first else { return }
    let extras = try samples.fill(Array(indices), into: images, epoch: epoch)
    for (part, target) in zip(parts, targets) {
      switch part {
      case .labels:
        guard target.count >= indices.count * MemoryLayout<Int32>.size else { continue }
        for (place, index) in indices.enumerated() {
          target.storeBytes(of: samples.label(index), toByteOffset: place * 4, as: Int32.self)
        }
      case .masks(let data): data.write(extras, into: target)
      case .values(let data): try data.fill(indices, epoch: epoch, inputs: [], targets: [target])
      }
    }
  }
}

extension DataArgument {
  /// Images with what `target:` says of them: an option, a closure of a sample, values beside the samples, or one of these
  /// for each output.
  static func images(_ samples: LabelledImages, given value: Value, _ call: Arguments) throws
    -> any TrainingData
  {
    let values = try targetParts(value, inputShapes: [Shape(samples.shape)], call)
    return try SeveralTargets(samples: samples, parts: values.map { try part($0, samples, call) })
  }

  private static func part(_ value: Value, _ samples: LabelledImages, _ call: Arguments) throws
    -> SeveralTargets.Part
  {
    let place = call.place(of: "target")
    switch value {
    case .option(let option):
      switch option.name {
      case "labels": return .labels
      case "masks": return .masks(try MaskTrainingData(samples: samples))
      default:
        let names = SegmentationOptions.target.cases.map(\.name)
        throw EvaluationError(
          "NameError", "target: knows no .\(option.name)",
          fix: closestName(to: option.name, in: names).map { "did you mean .\($0)?" }
            ?? "write .labels, .masks, or { sample in … }"
        ).at(place)
      }
    case .function, .builtin:
      let results = try (0..<samples.count).map { index in
        try call.context.call(value, [.host(SampleObject(samples, index: index))])
      }
      return .values(try data(results, of: samples, call))
    default:
      guard value.isTensorLike else {
        throw EvaluationError(
          "TypeError",
          "target: wants .labels, .masks, a closure of a sample, or values, got \(value.article)",
          fix: "target: { sample in sample.label % 2 }"
        ).at(place)
      }
      let tensor = try tensorOperand(value)
      guard tensor.shape.dimensions.first == samples.count else {
        throw EvaluationError(
          "ShapeError", "there are targets \(tensor.shape) for \(samples.count) samples",
          fix: "give one for each sample of every part, or a closure: target: { sample in … }"
        ).at(place)
      }
      return .values(try TensorData(inputs: [], targets: [tensor], runtime: call.context.runtime()))
    }
  }

  /// What a closure made of each sample as one tensor: whole numbers, numbers, or tensors of one shape.
  private static func data(_ results: [Value], of samples: LabelledImages, _ call: Arguments) throws
    -> TensorData
  {
    let runtime = try call.context.runtime()
    let whole = results.compactMap { value in
      if case .int(let number) = value { Int32(exactly: number) } else { nil }
    }
    let target: Tensor
    if whole.count == results.count {
      target = try Tensor(whole, [whole.count])
    } else {
      var shape: Shape?
      var numbers: [Float] = []
      for (index, value) in results.enumerated() {
        guard value.isTensorLike || value.number != nil else {
          throw EvaluationError(
            "TypeError", "the closure gives \(value.article) for sample \(index), wanted a number or a Tensor"
          ).at(call.place(of: "target"))
        }
        let tensor = try tensorOperand(value)
        guard tensor.shape == shape ?? tensor.shape else {
          throw EvaluationError(
            "ShapeError",
            "the closure gives \(tensor.shape) for sample \(index), and \(shape ?? []) for those before",
            fix: "targets have one shape"
          ).at(call.place(of: "target"))
        }
        shape = tensor.shape
        numbers += try runtime.floats(of: tensor.cast(.float32))
      }
      target = try Tensor(numbers, Shape([samples.count] + (shape?.dimensions ?? [])))
    }
    return try TensorData(inputs: [], targets: [target], runtime: runtime)
  }
}
