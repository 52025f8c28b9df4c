import TensorRuntime

/// Samples with targets, from which batches are made.
package protocol TrainingData {
  /// How many samples there are.
  var count: Int { get }
  /// The shape of one sample of each input: `[C, H, W]`.
  var inputShapes: [Shape] { get }
  /// What one sample's targets are: shape (`[]` for a class number) and element type of each.
  var targetTypes: [TensorType] { get }
  /// Names of the classes, when targets are class numbers.
  var classNames: [String] { get }
  /// The largest class number among each target, where they are class numbers and it is known.
  var highestLabels: [Int?] { get }
  /// How much each sample counts in the loss; `nil` for all the same.
  var sampleWeights: [Float]? { get }
  /// Writes the samples with these indices, one after the other, row-major; `epoch` seeds augmentation.
  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]) throws
}

extension TrainingData {
  package var highestLabels: [Int?] { [classNames.isEmpty ? nil : classNames.count - 1] }
  package var sampleWeights: [Float]? { nil }
}

/// Samples that count differently in the loss.
package struct WeightedData: TrainingData {
  private let base: any TrainingData
  package let sampleWeights: [Float]?
  package var count: Int { base.count }
  package var inputShapes: [Shape] { base.inputShapes }
  package var targetTypes: [TensorType] { base.targetTypes }
  package var classNames: [String] { base.classNames }
  package var highestLabels: [Int?] { base.highestLabels }

  /// Gives each sample of `base` a weight of 0 or more. Throws `LayerError` for another number of weights.
  package init(_ base: any TrainingData, weights: [Float]) throws {
    guard weights.count == base.count else {
      throw LayerError("there are \(weights.count) weights for \(base.count) samples")
    }
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
      throw LayerError("weights of samples are numbers of 0 or more, and not all 0")
    }
    self.base = base
    sampleWeights = weights
  }

  package func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]
  ) throws {
    try base.fill(indices, epoch: epoch, inputs: inputs, targets: targets)
  }
}

/// Samples held as tensors: inputs `[N, …]` and targets `[N, …]`.
package struct TensorData: TrainingData {
  private let inputs: [[Float]]
  private let targets: [[UInt8]]
  package let count: Int
  package let inputShapes: [Shape]
  package let targetTypes: [TensorType]
  package let highestLabels: [Int?]
  package var classNames: [String] { [] }

  /// Makes data from tensors with the same length of the first axis. Throws `LayerError` when they differ.
  package init(inputs: [Tensor], targets: [Tensor], runtime: Runtime) throws {
    let counts = (inputs + targets).map { $0.shape.dimensions.first ?? 0 }
    guard let count = counts.first, counts.allSatisfy({ $0 == count }) else {
      let got =
        counts.count == 2 && inputs.count == 1
        ? "there are \(counts[0]) inputs and \(counts[1]) targets"
        : "inputs and targets have \(counts) samples"
      throw LayerError(got, fix: "give as many targets as samples")
    }
    self.count = count
    inputShapes = inputs.map(\.shape.droppingBatch)
    targetTypes = targets.map { TensorType($0.shape.droppingBatch, $0.elementType) }
    self.inputs = try inputs.map { try runtime.floats(of: $0.cast(.float32)) }
    self.targets = try targets.map { try Self.rawBytes(of: $0, runtime) }
    highestLabels = try targets.map { target in
      target.rank == 1 ? try runtime.int32s(of: target).max().map { Int($0) } : nil
    }
  }

  /// The elements as they lie in memory.
  private static func rawBytes(of tensor: Tensor, _ runtime: Runtime) throws -> [UInt8] {
    switch tensor.elementType {
    case .float32: try runtime.floats(of: tensor).withUnsafeBytes { Array($0) }
    case .int32: try runtime.int32s(of: tensor).withUnsafeBytes { Array($0) }
    case .uint8, .bool: try runtime.bytes(of: tensor)
    }
  }

  package func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs buffers: [UnsafeMutableBufferPointer<Float>],
    targets targetBuffers: [UnsafeMutableRawBufferPointer]
  ) throws {
    for (place, index) in indices.enumerated() {
      for (values, (shape, output)) in zip(inputs, zip(inputShapes, buffers)) {
        let width = shape.elementCount
        let range = index * width..<(index + 1) * width
        _ = output[(place * width)...].update(fromContentsOf: values[range])
      }
      for (bytes, (type, buffer)) in zip(targets, zip(targetTypes, targetBuffers)) {
        let size = type.byteCount
        buffer[(place * size)...].copyBytes(from: bytes[index * size..<(index + 1) * size])
      }
    }
  }
}
