import Datasets
import NeuralNetwork
import TensorRuntime

/// Images with the class number of each pixel as what networks train on: targets `[h, w]`, moved along with the image
/// where the set is augmented.
struct MaskTrainingData: TrainingData {
  let samples: LabelledImages

  /// Wraps images. Throws when they have no masks.
  init(samples: LabelledImages) throws {
    guard samples.hasMasks else { throw Self.missing }
    guard samples.mix == nil else {
      throw EvaluationError(
        "ValueError", "mixup and cutmix blend the classes of whole images, which masks don't have",
        fix: "augment without them where masks are learned")
    }
    self.samples = samples
  }

  static var missing: EvaluationError {
    EvaluationError(
      "ValueError", "these images have no masks",
      fix: "Shapes(…), Tumors(…) and ImageMaskFolder(…) have masks; or give (images, masks) as tensors")
  }

  var count: Int { samples.count }
  var inputShapes: [Shape] { [Shape(samples.shape)] }
  var targetTypes: [TensorType] { [TensorType(Shape(Array(samples.shape.dropFirst())), .int32)] }
  var classNames: [String] { samples.store.maskNames }

  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, inputs: [UnsafeMutableBufferPointer<Float>],
    targets: [UnsafeMutableRawBufferPointer]
  ) throws {
    guard let images = inputs.first, let target = targets.first else { return }
    write(try samples.fill(Array(indices), into: images, epoch: epoch), into: target)
  }

  /// Writes the masks of samples one after the other.
  func write(_ extras: [SampleExtras], into target: UnsafeMutableRawBufferPointer) {
    let pixels = samples.shape[1] * samples.shape[2]
    guard target.count >= extras.count * pixels * MemoryLayout<Int32>.size else { return }
    let numbers = target.bindMemory(to: Int32.self)
    for (place, extra) in extras.enumerated() {
      guard let mask = extra.masks.first, mask.count == pixels else { continue }
      for (i, number) in mask.enumerated() { numbers[place * pixels + i] = Int32(number) }
    }
  }
}
